"""What is set up on the platform from our file: the menu, and the QR codes of sources."""

import hashlib
from datetime import datetime

from bot.channels.official_account import OfficialAccount
from bot.domain.account import AccountSettings, SourceCode
from storage import chores, source_codes
from storage.chores import FINISHED, Progress
from storage.database import Database


async def publish_menu(
    database: Database,
    channel: OfficialAccount,
    settings: AccountSettings,
    now: datetime,
    *,
    anew: bool = False,
) -> int:
    """Publish the configured menu if it changed since it was published, or `anew`; return its entries.

    0 when there was nothing to do. Raises a leaf of SendError when the platform refuses it.
    """
    name = f"menu:{settings.name}"
    wanted = hashlib.sha256(repr(settings.menu).encode()).hexdigest() if settings.menu else ""
    if not wanted or (not anew and await database.read(lambda c: chores.cursor(c, name)) == wanted):
        return 0
    entries = await channel.chores.publish_menu()
    kept = Progress(wanted, entries, entries, FINISHED)
    await database.write(lambda c: chores.keep(c, name, kept, now))
    return entries


async def source_code(
    database: Database, channel: OfficialAccount, source: str, now: datetime
) -> tuple[SourceCode, bool]:
    """Return the permanent QR code of a source and whether it was made just now.

    An account may have 100,000 of them, so one made before is used again.
    """
    account = channel.account
    known = await database.read(lambda c: source_codes.find(c, account, source))
    if known is not None:
        return known, False
    made = await channel.chores.create_source_code(source)
    await database.write(lambda c: source_codes.keep(c, account, made, now))
    return made, True
