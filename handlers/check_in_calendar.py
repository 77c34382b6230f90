"""打卡日历: a member's own month, in words at once and as a picture where one can follow."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.effects import Attempt, Effect, QueueMessage, Reply, TellDays
from bot.domain.events import MENU_CLICK, MESSAGE, InboundEvent
from bot.domain.handling import Handler, Rank, Settings, Words
from bot.domain.members import Member
from bot.domain.outbox import OutboxMessage
from bot.domain.telling import PRIORITY, SERVICE
from bot.domain.words import is_word

CALENDAR = ("打卡日历", "签到日历", "check_in_calendar")
# A picture that comes later than this answers nothing any more.
LASTS = timedelta(minutes=10)


def calendar(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Tell the month so far; past the end of the activity too, as the days stay the member's own.

    Whoever runs a gateway of their own could speak as anybody there, so nothing of a member is told there.
    """
    wish = str(event.properties.get("key", "")) if event.kind == MENU_CLICK else event.text
    if settings.activities.check_in is None or event.account in settings.doubtful_accounts:
        return []
    if not is_word(wish, CALENDAR):
        return []
    day = event.at.astimezone(ZoneInfo(member.zone or settings.zone)).date().isoformat()
    told = Reply(member.id, Rank.ACTIVITY, template="check_in/calendar")
    return [Attempt(TellDays(member.id, day, event.at), (told, *_picture(event, member, settings, now)), {})]


def _picture(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[QueueMessage]:
    ways = settings.pictured.get(event.account, ())
    if not ways or not settings.draws:
        return []
    message = OutboxMessage(
        key=f"{event.key}#calendar", member_id=member.id, template="check_in/calendar_picture",
        purpose=SERVICE, via=ways, created_at=now, due_at=now, expires_at=now + LASTS, priority=PRIORITY,
        is_answer=True, caused_by=event.key,
    )  # fmt: skip
    return [QueueMessage(message)]


def words(settings: Settings) -> Words:
    """Return what asks for the month."""
    return Words(whole=CALENDAR if settings.activities.check_in is not None else ())


HANDLERS: tuple[Handler, ...] = (Handler(frozenset({MENU_CLICK, MESSAGE}), calendar, words),)
