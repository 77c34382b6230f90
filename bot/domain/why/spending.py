"""Which allowance a message used up: the window it left by, and the how-manieth it was in it."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.delivery.routes import WindowRule
from bot.domain.delivery.windows import Openings
from bot.domain.outbox import OutboxState
from bot.domain.value import value
from bot.domain.why.life import Happening, Life, Push


@value
class Spent:
    """The window: what opened it and when, until when it was open, and this message's place in it."""

    opened_by: str
    at: datetime
    until: datetime
    place: int
    of: int


def spent(push: Push, life: Life, doors: Openings) -> Spent | None:
    """Return the window by which a sent message left, None when its route has none."""
    sent_at = push.finished_at
    if sent_at is None or not push.route:
        return None
    opened = _opened(life.happenings, push.route, doors, sent_at)
    if opened is None:
        return None
    happening, rule = opened
    others = (
        one
        for one in life.pushes
        if one.route == push.route
        and one.state in {OutboxState.SENT, OutboxState.UNKNOWN}
        and one.finished_at is not None
        and happening.received_at <= one.finished_at <= sent_at
        and one.id <= push.id
    )
    return Spent(
        happening.kind, happening.at, happening.at + rule.lasts, sum(1 for _ in others), rule.allowance
    )


def _opened(
    happenings: Iterable[Happening], route: str, doors: Openings, sent_at: datetime
) -> tuple[Happening, WindowRule] | None:
    """Return the newest event that had opened the route and left it open, of two the more generous."""
    found: tuple[Happening, WindowRule] | None = None
    for one in happenings:
        if one.received_at > sent_at:
            break
        for name, rule in doors.get((one.account, one.kind), ()):
            if name != route or one.at + rule.lasts < sent_at:
                continue
            if found is None or rule.allowance >= found[1].allowance:
                found = one, rule
    return found
