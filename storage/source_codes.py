"""The QR codes that platforms made for our sources; each is made once."""

from datetime import datetime

from sqlalchemy import Connection, select

from bot.domain.account import SourceCode
from storage.dialect import replacing, upsert
from storage.tables import table
from storage.tables.operations import SourceCodeRow

CODE = table(SourceCodeRow)


def find(connection: Connection, account: str, source: str) -> SourceCode | None:
    """Return the code of a source, None when the account has none yet."""
    row = connection.execute(
        select(CODE).where(CODE.c.account == account, CODE.c.source == source)
    ).one_or_none()
    return SourceCode(row.source, row.ticket, row.url) if row is not None else None


def keep(connection: Connection, account: str, code: SourceCode, now: datetime) -> None:
    """Keep the code the platform made."""
    row = {"account": account, "source": code.source, "ticket": code.ticket, "url": code.url, "at": now}
    upsert(connection, CODE, [row], ["account", "source"], replacing("ticket", "url", "at"))
