"""Points that ran out: the member is told, once a day at most, at an hour when they are awake."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.effects import Effect
from bot.domain.events import POINTS_EXPIRED, InboundEvent
from bot.domain.handling import Handler, Settings
from bot.domain.members import Member
from bot.domain.telling import tell

TOLD_FOR = timedelta(days=3)


def ran_out(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Tell how many points ran out; what runs out later on the member's same day is told no second time."""
    day = event.at.astimezone(ZoneInfo(member.zone or settings.zone)).date().isoformat()
    key = f"points_expired:{member.id}:{day}"
    return [*tell(member.id, "points/ran_out", key, settings.ways, now, TOLD_FOR, event.properties)]


HANDLERS: tuple[Handler, ...] = (Handler(frozenset({POINTS_EXPIRED}), ran_out),)
