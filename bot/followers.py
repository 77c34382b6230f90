"""Existing followers of an account become members: page by page, resumable, without anything happening."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.channels.official_account import OfficialAccount
from bot.domain.account import FollowerDetails
from bot.domain.clock import Clock
from bot.domain.effects import Emit
from bot.domain.events import IMPORTED, InboundEvent
from bot.domain.identity import identity
from bot.domain.lifecycle.decide import decide
from bot.domain.lifecycle.rulebook import Rulebook
from storage import chores, effects, followers, members
from storage.chores import FINISHED, Progress
from storage.database import Connection, Database
from storage.followers import Taken

# Members of one transaction; the platform tells of 100 at a time.
PAGE = 500


def chore_of(account: str) -> str:
    """Return the name under which the sync of an account keeps how far it came."""
    return f"followers:{account}"


async def sync(
    database: Database,
    channel: OfficialAccount,
    book: Rulebook,
    clock: Clock,
    told: Callable[[Progress], None] = lambda _progress: None,
) -> Taken:
    """Take over every follower; return how many were new and how many known.

    Stopped in the middle it goes on, the next time, with the page it was at. `told` hears of progress.
    No event is stored and no rule is entered: stages and segments are noted as they stand. Raises a
    leaf of SendError when the platform refuses.
    """
    name = chore_of(channel.account)
    progress = await database.read(lambda c: chores.progress(c, name))
    new = known = 0
    while True:
        page = await channel.chores.followers(progress.cursor)
        done = progress.done
        for start in range(0, len(page.addresses), PAGE):
            part = page.addresses[start : start + PAGE]
            taken = await _take_over(database, channel, book, part, clock.now())
            new, known, done = new + taken.new, known + taken.known, done + len(part)
            told(Progress(progress.cursor, done, page.total))
        state = progress.state if page.next else FINISHED
        progress = Progress(page.next, done, page.total, state)
        await database.write(lambda c, kept=progress: chores.keep(c, name, kept, clock.now()))  # type: ignore[misc]  # mypy cannot infer a default argument
        told(progress)
        if not page.next:
            return Taken(new, known)


async def _take_over(
    database: Database, channel: OfficialAccount, book: Rulebook, addresses: Sequence[str], now: datetime
) -> Taken:
    details = await channel.chores.member_details(addresses)
    # Who left since the page was made must not become a member.
    there = [one for one in details if one.following]
    return await database.write(lambda c: _store(c, channel.account, book, there, now))


def _store(
    c: Connection, account: str, book: Rulebook, there: Sequence[FollowerDetails], now: datetime
) -> Taken:
    named = {one.address: identity(account, one.address) for one in there}
    before = members.owners_of(c, named.values())
    unionids = {one.address: one.unionid for one in there if one.unionid}
    since = {one.address: one.followed_at for one in there if one.followed_at}
    taken = followers.take_over(c, account, list(named), now, unionids, since)
    after = members.owners_of(c, named.values())
    settle(c, book, {after[each] for each in after.keys() - before.keys()}, now)
    return taken


def settle(c: Connection, book: Rulebook, ids: set[int], now: datetime) -> None:
    """Note where newcomers stand, stage and segments, as if they had stood there already."""
    wanted = members.Wanted(book.moment_kinds, book.moment_window)
    silence = InboundEvent("", "import", IMPORTED, now, "", silent=True)
    found = [
        [effect for effect in decide(book, silence, member, now) if not isinstance(effect, Emit)]
        for member in members.load(c, sorted(ids), wanted, now).values()
    ]
    effects.apply(c, found, now)
