"""Whom an event is about: one of four forms, nothing else."""

import re
from collections.abc import Collection

from bot.domain.identity import NUMBER, PHONE, UNIONID, Identity, identity, member_id_of, split
from bot.web.problems import Refused, unfit
from storage.privacy import phone_number

FORMS = "write account:openid, unionid:…, phone:+86… or member:m12"
_ADDRESS = re.compile(r"[\x21-\x7e]{1,128}")


def identity_of(text: str, path: str, accounts: Collection[str]) -> Identity:
    """Return the identity in its one spelling; raise a 422 that shows the forms."""
    scheme, value = split(text.strip())
    if scheme == PHONE:
        number = phone_number(value) if len(value) <= 32 else None
        if number is None:
            raise unfit(
                "bad_phone", path, "write the phone number with its country, such as phone:+8613800000000"
            )
        return identity(PHONE, number)
    if scheme == NUMBER:
        member_id = member_id_of(value)
        if member_id is None:
            raise _form(path)
        return identity(NUMBER, f"m{member_id}")
    if scheme not in accounts and scheme != UNIONID:
        known = ", ".join(sorted(accounts))
        raise unfit("unknown_account", path, f"{FORMS}; the accounts are: {known}") if scheme else _form(path)
    if _ADDRESS.fullmatch(value) is None:
        raise _form(path)
    return identity(scheme, value)


def _form(path: str) -> Refused:
    return unfit("bad_identity", path, FORMS)
