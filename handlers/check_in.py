"""打卡: a day noted, in a talk of two or in a group; a missed one made up."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.activities import CheckIn
from bot.domain.activities.opening import shut
from bot.domain.effects import Attempt, CheckInToday, Effect, Emit, MakeUpDay, Reply, SayInGroup
from bot.domain.events import ACTIVITY_JOINED, MENU_CLICK, SAID, InboundEvent
from bot.domain.handling import Handler, Rank, Settings, Words
from bot.domain.identity import split
from bot.domain.members import Member
from bot.domain.words import is_word

TOPIC = "check_in"
# What a group hears of its day comes soon or not at all.
HEARD_WITHIN = timedelta(minutes=30)


def check_in(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Note today, or make up the last missed day; that costs points, so it is done where it can be answered.

    Whoever runs a gateway of their own could speak as anybody there, so nothing is given through it.
    """
    activity = settings.activities.check_in
    if activity is None or event.account in settings.doubtful_accounts:
        return []
    wish = str(event.properties.get("key", "")) if event.kind == MENU_CLICK else event.text
    back = is_word(wish, activity.make_up_words)
    if (back and event.group and not event.can_reply) or not (back or is_word(wish, activity.words)):
        return []
    why = shut(activity, settings.switched, now)
    if why:
        return [_reply(member, f"check_in/{why}")] if not event.group else []
    day = event.at.astimezone(ZoneInfo(member.zone or settings.zone)).date().isoformat()
    return (
        [_make_up(event, member, settings, activity, day)]
        if back
        else [_today(event, member, settings, activity, day)]
    )


def _today(event: InboundEvent, member: Member, settings: Settings, activity: CheckIn, day: str) -> Effect:
    action = CheckInToday(
        member.id, day, activity, f"{event.key}#check_in", event.at, settings.points, event.group
    )
    joined = Emit(
        member.id, ACTIVITY_JOINED, f"{event.key}#joined", event.at, {"activity": activity.name, "day": day}
    )
    if event.group and not event.can_reply:
        return Attempt(action, (joined, *_aloud(event, member, settings)), {})
    return Attempt(
        action, (joined, _reply(member, "check_in/done")), {"again": (_reply(member, "check_in/again"),)}
    )


def _make_up(event: InboundEvent, member: Member, settings: Settings, activity: CheckIn, day: str) -> Effect:
    action = MakeUpDay(member.id, day, activity, f"{event.key}#make_up", event.at, settings.points)
    failed: dict[str, tuple[Effect, ...]] = {
        reason: (_reply(member, f"check_in/{reason}"),) for reason in ("nothing_missed", "too_few")
    }
    return Attempt(action, (_reply(member, "check_in/made_up"),), failed)


def _aloud(event: InboundEvent, member: Member, settings: Settings) -> list[Effect]:
    """Tell the group how many checked in today: once in a while, all of them together."""
    if split(event.group)[0] not in settings.speaking_accounts:
        return []
    return [
        SayInGroup(
            member.id, event.group, TOPIC, "check_in/group", f"{event.key}#check_in", event.at, event.at,
            event.at + HEARD_WITHIN, gather=True,
        )
    ]  # fmt: skip


def _reply(member: Member, template: str) -> Reply:
    return Reply(member.id, Rank.ACTIVITY, template=template)


def words(settings: Settings) -> Words:
    """Return what means checking in."""
    activity = settings.activities.check_in
    return Words(whole=(*activity.words, *activity.make_up_words) if activity is not None else ())


HANDLERS: tuple[Handler, ...] = (Handler(SAID | {MENU_CLICK}, check_in, words),)
