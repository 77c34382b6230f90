"""One-time ways into the member's own page: the address lives ten minutes and opens it once.

Only hashes are kept. Opening it puts the hash of a new secret, which the browser alone has, in the place of
the address's; so the address is as good as unknown from then on.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import Connection, delete, insert, select, update

from storage.tables import table
from storage.tables.contents import PassRow

PASS = table(PassRow)
LASTS = timedelta(minutes=10)
SESSION = timedelta(minutes=15)
TOKEN_BYTES = 24


def issue(c: Connection, member_id: int, now: datetime) -> str:
    """Return a new token for a member's page; those of this member that ran out are forgotten."""
    c.execute(delete(PASS).where(PASS.c.member_id == member_id, PASS.c.expires_at <= now))
    token = token_urlsafe(TOKEN_BYTES)
    row = PassRow(digest=digest(token), member_id=member_id, at=now, expires_at=now + LASTS)
    c.execute(insert(PASS).values(**row.model_dump()))
    return token


def enter(c: Connection, token: str, now: datetime) -> str | None:
    """Use a token up and return the secret of the session it opened; None when it is no good (any more)."""
    secret = token_urlsafe(TOKEN_BYTES)
    good = (PASS.c.digest == digest(token), PASS.c.used_at.is_(None), PASS.c.expires_at > now)
    changed = update(PASS).where(*good).values(digest=digest(secret), used_at=now, expires_at=now + SESSION)
    return secret if c.execute(changed).rowcount else None


def member_of(c: Connection, secret: str, now: datetime) -> int | None:
    """Return whose session a secret is, None when it is nobody's or over."""
    good = (PASS.c.digest == digest(secret), PASS.c.used_at.is_not(None), PASS.c.expires_at > now)
    found: int | None = c.execute(select(PASS.c.member_id).where(*good)).scalar()
    return found


def digest(secret: str) -> str:
    """Return what is kept of a token or a session's secret."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
