"""Identities as they are stored: phones by keyed hash, everything else as it is."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.domain import storable
from bot.domain.identity import NUMBER, PHONE, RESERVED, Identity, identity, split
from storage.privacy import phone_number, place_of, ring_of

LONGEST_NAME = 512


def stored_name(connection: Connection, known_as: Identity) -> str | None:
    """Return the form of an identity that is stored and looked up; None when it names nobody.

    Raises `privacy.NoKeys` for a phone when no keys are configured.
    """
    name = storable.text(known_as.strip(), LONGEST_NAME)
    scheme, _, value = name.partition(":")
    if not scheme or not value:
        return None
    if scheme == PHONE:
        number = phone_number(value)
        return identity(PHONE, ring_of(connection).blind(PHONE, number)) if number else None
    return name


def stored_row(
    connection: Connection,
    name: str,
    known_as: Identity,
    member_id: int,
    *,
    following: bool,
    since: datetime,
    source: str,
) -> dict[str, Any]:
    """Return the row of a new identity; `name` is what `stored_name` made of `known_as`."""
    scheme, value = split(known_as.strip())
    return {
        "known_as": name,
        "member_id": member_id,
        "account": "" if scheme in RESERVED else scheme,
        "following": following,
        "since": since,
        "source": source,
        "cipher": sealed_phone(connection, value, member_id) if scheme == PHONE else None,
    }


def sealed_phone(connection: Connection, value: str, member_id: int) -> bytes:
    """Return the readable number sealed to this member's identity."""
    return ring_of(connection).seal(phone_number(value) or "", place_of("identity", "cipher", member_id))


def opened_phone(connection: Connection, cipher: bytes, member_id: int) -> str:
    """Return the number behind a stored phone; raise `privacy.Unreadable` when it does not open."""
    return ring_of(connection).unseal(cipher, place_of("identity", "cipher", member_id))


def is_number(name: str) -> bool:
    """Return whether a stored name is a member number, which has no row of its own."""
    return name.startswith(f"{NUMBER}:")
