"""What members ask about themselves: what is on, what we hold of them, their own page, being forgotten."""

from datetime import datetime, timedelta

from bot.domain.activities.listing import open_ones
from bot.domain.activities.terms import Activity
from bot.domain.effects import CancelMessages, Effect, Emit, EraseMember, Reply
from bot.domain.events import ERASURE_WISHED, MENU_CLICK, MESSAGE, InboundEvent
from bot.domain.handling import Handler, Rank, Settings, Words
from bot.domain.members import Member
from bot.domain.words import is_word, plain

ACTIVITIES = ("activities", "活动")
MY_DATA = ("my_data", "我的数据")
MY_PAGE = ("my_page", "我的主页")
FORGET_ME = ("删除我的数据",)
CONFIRM = ("确认删除",)
WITHIN = timedelta(minutes=10)
OWN = ((MY_DATA, "me/data", "data"), (MY_PAGE, "me/page", "page"))


def choose(event: InboundEvent, member: Member, settings: Settings, _now: datetime) -> list[Effect]:
    """Answer a menu click, or the same wish typed.

    Whoever runs a gateway of their own could speak as anybody there, so nothing of a member is told or
    forgotten through it.
    """
    wish = str(event.properties.get("key", "")) if event.kind == MENU_CLICK else event.text
    if is_word(wish, ACTIVITIES):
        return [_reply(member, "me/activities", "activities")]
    if event.account in settings.doubtful_accounts:
        return []
    for words, template, name in OWN:
        if is_word(wish, words):
            return [_reply(member, template, name)]
    return []


def _reply(member: Member, template: str, name: str) -> Reply:
    return Reply(member.id, Rank.ACTIVITY, template=template, context={"list": name})


def terms(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Tell the terms of the open activity whose word follows; anything else that begins so is chat."""
    written, head = plain(event.text), plain(ACTIVITIES[1])
    if not written.startswith(head):
        return []
    asked = written.removeprefix(head).strip()
    for activity in open_ones(settings.activities, settings.switched, now):
        if _named(activity, asked):
            return [Reply(member.id, Rank.ACTIVITY, template=activity.terms)]
    return []


def _named(activity: Activity, asked: str) -> bool:
    return bool(activity.terms) and bool(asked) and is_word(asked, activity.words)


def forget(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Ask whether the member means it, and forget everything once they say so in time."""
    if event.account in settings.doubtful_accounts:
        return []
    if is_word(event.text, FORGET_ME):
        return [
            Emit(member.id, ERASURE_WISHED, f"{event.key}#wished", event.at),
            Reply(member.id, Rank.CONSENT, template="me/forget_ask"),
        ]
    wished = member.tallies.get(ERASURE_WISHED) if is_word(event.text, CONFIRM) else None
    if wished is None:
        return []
    if event.at - wished.last_at > WITHIN:
        return [Reply(member.id, Rank.CONSENT, template="me/forget_late")]
    return [
        CancelMessages(member.id, "erasure_asked", now),
        EraseMember(member.id, "", now),
        Reply(member.id, Rank.CONSENT, template="me/forgotten"),
    ]


def words(_settings: Settings) -> Words:
    """Return what may be typed instead of clicked."""
    return Words(whole=(*ACTIVITIES, *MY_DATA, *MY_PAGE))


HANDLERS: tuple[Handler, ...] = (
    Handler(frozenset({MENU_CLICK, MESSAGE}), choose, words),
    Handler(frozenset({MESSAGE}), terms, lambda _settings: Words(begins=(ACTIVITIES[1],))),
    Handler(frozenset({MESSAGE}), forget, lambda _settings: Words(whole=(*FORGET_ME, *CONFIRM))),
)
