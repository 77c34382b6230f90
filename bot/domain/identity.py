"""How a member is known outside: one string per identity.

Four forms, the same everywhere (webhooks, command line, storage):
``account:platform_id``, ``unionid:…``, ``phone:+86…`` and ``member:m12``.
"""

Identity = str

UNIONID = "unionid"
PHONE = "phone"
NUMBER = "member"
RESERVED = frozenset({UNIONID, PHONE, NUMBER})


def identity(scheme: str, value: str) -> Identity:
    """Return the identity string of `value` under an account name or a reserved scheme."""
    return f"{scheme}:{value}"


def split(known_as: Identity) -> tuple[str, str]:
    """Return (scheme, value); an identity without a colon gives an empty scheme."""
    scheme, colon, value = known_as.partition(":")
    return (scheme, value) if colon else ("", known_as)


def number_of(member_id: int) -> str:
    """Return the member number people read, such as ``m12``."""
    return f"m{member_id}"


def member_id_of(number: str) -> int | None:
    """Return the id behind ``m12`` or ``member:m12``, None when it isn't one."""
    text = number.removeprefix(f"{NUMBER}:")
    digits = text[1:]
    if text[:1] in {"m", "M"} and digits.isascii() and digits.isdigit() and len(digits) < 19:
        return int(digits)
    return None
