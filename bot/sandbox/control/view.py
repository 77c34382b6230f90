"""Looking at what happened. Lists are bare JSON arrays; ``?after=N`` leaves out the first N rows."""

from collections.abc import Iterable
from itertools import islice
from typing import TypeVar

from bot.sandbox.control.door import Handler, Request, Room
from bot.sandbox.shapes import Json

Row = TypeVar("Row")


async def outbox(room: Room, request: Request) -> list[Json]:
    """Messages that reached members: ``?member=`` (name or openid) ``&account= &route= &after=``."""
    wanted = {key: request.query[key] for key in ("account", "route", "kind") if key in request.query}
    who = request.query.get("member")
    return [
        row
        for row in _after(room.world.record.outbox, request)
        if (who is None or who in (row["member"], row["openid"]))
        and all(row[key] == value for key, value in wanted.items())
    ]


async def log(room: Room, request: Request) -> list[Json]:
    """API calls: ``?path=`` (a prefix) ``&after=``."""
    prefix = request.query.get("path", "")
    return [row for row in _after(room.world.record.log, request) if row["path"].startswith(prefix)]


async def violations(room: Room, request: Request) -> list[Json]:
    """Broken platform rules: ``?rule= &after=``."""
    rule = request.query.get("rule")
    return [row for row in _after(room.world.record.violations, request) if rule in (None, row["rule"])]


async def warnings(room: Room, request: Request) -> list[Json]:
    """Oddities of the sandbox's own run."""
    return list(_after(room.world.record.warnings, request))


async def deliveries(room: Room, _request: Request) -> list[Json]:
    """How many callbacks and webhooks of each kind the bot took, and how many it did not."""
    return [
        {"to": to, "kind": kind, "accepted": accepted, "count": count}
        for (to, kind, accepted), count in sorted(room.world.record.tally.items())
    ]


async def members(room: Room, request: Request) -> list[Json]:
    """Members as the platform knows them, in the order of their coming: ``?account= &member= &after=``."""
    account = room.world.account({"account": request.query["account"]} if "account" in request.query else {})
    who = request.query.get("member")
    met = _after(account.people.everyone(), request)
    return [one.summary() for one in met if who in (None, one.name, one.openid)]


async def codes(room: Room, request: Request) -> list[Json]:
    """QR codes that were made, in their order: ``?account= &after=``."""
    account = room.world.account({"account": request.query["account"]} if "account" in request.query else {})
    made = _after(account.codes.values(), request)
    return [{"scene": one.scene, "url": one.url, "temporary": one.ends is not None} for one in made]


def _after(rows: Iterable[Row], request: Request) -> Iterable[Row]:
    return islice(rows, int(request.query.get("after", "0")), None)


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "outbox"): outbox,
    ("GET", "log"): log,
    ("GET", "violations"): violations,
    ("GET", "warnings"): warnings,
    ("GET", "deliveries"): deliveries,
    ("GET", "members"): members,
    ("GET", "codes"): codes,
}
