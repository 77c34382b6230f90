"""Points that ran out or soon will: the member is told, once a day at most, when they are awake."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.effects import Effect
from bot.domain.events import POINTS_EXPIRED, POINTS_EXPIRING, InboundEvent
from bot.domain.handling import Handler, Settings
from bot.domain.members import Member
from bot.domain.telling import tell

TOLD_FOR = timedelta(days=3)


def ran_out(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Tell how many points ran out; what runs out later on the member's same day is told no second time."""
    return _told("points/ran_out", "points_expired", event, member, settings, now)


def running_out(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Tell how many points soon run out, and when."""
    return _told("points/running_out", "points_expiring", event, member, settings, now)


def _told(
    template: str, key: str, event: InboundEvent, member: Member, settings: Settings, now: datetime
) -> list[Effect]:
    day = event.at.astimezone(ZoneInfo(member.zone or settings.zone)).date().isoformat()
    once = f"{key}:{member.id}:{day}"
    return [*tell(member.id, template, once, settings.ways, now, TOLD_FOR, event.properties)]


HANDLERS: tuple[Handler, ...] = (
    Handler(frozenset({POINTS_EXPIRED}), ran_out),
    Handler(frozenset({POINTS_EXPIRING}), running_out),
)
