"""Changing the field key: everything sealed with an older one is sealed anew."""

from sqlalchemy import Connection, select, update

from storage.names import opened_phone
from storage.privacy import place_of, ring_of
from storage.tables import table
from storage.tables.members import IdentityRow

IDENTITY = table(IdentityRow)


def rotate(connection: Connection, limit: int = 1000) -> int:
    """Seal up to `limit` values with the current key and return how many; 0 when none is left.

    Run it in transactions of its own until it returns 0; then the older key can be taken away.
    """
    ring = ring_of(connection)
    current = b"v1|" + ring.current.encode() + b"|"
    rows = connection.execute(
        select(IDENTITY.c.known_as, IDENTITY.c.member_id, IDENTITY.c.cipher)
        .where(
            IDENTITY.c.cipher.is_not(None),
            (IDENTITY.c.cipher < current) | (IDENTITY.c.cipher >= current + b"\xff" * 16),
        )
        .order_by(IDENTITY.c.known_as)
        .limit(limit)
        .with_for_update()
    ).all()
    for known_as, member_id, cipher in rows:
        phone = opened_phone(connection, cipher, member_id)
        again = ring.seal(phone, place_of("identity", "cipher", member_id))
        connection.execute(update(IDENTITY).where(IDENTITY.c.known_as == known_as).values(cipher=again))
    return len(rows)
