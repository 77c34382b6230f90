"""邀请: a code of one's own, newcomers who came by it, and what their first order earns. One level only."""

from datetime import datetime, timedelta

from bot.domain.activities.opening import shut
from bot.domain.effects import (
    Attempt,
    Effect,
    Emit,
    Invite,
    LeaveReferral,
    NoteReferral,
    QualifyReferral,
    RefundReferral,
    Reply,
)
from bot.domain.events import (
    ACTIVITY_JOINED,
    FOLLOWED,
    MENU_CLICK,
    MESSAGE,
    ORDER_PAID,
    ORDER_REFUNDED,
    UNFOLLOWED,
    InboundEvent,
)
from bot.domain.handling import Handler, Rank, Settings, Words
from bot.domain.members import Member
from bot.domain.telling import tell
from bot.domain.words import is_word

PREFIX = "ref_"
POSTER = "referral/poster"
# A picture that comes later than this answers nothing any more.
SHOWN_FOR = timedelta(minutes=10)
# What an order says of who pays and where it goes.
FACTS = ("payer_id", "phone", "address")


def invite(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Give the member a code of their own; its picture follows.

    Codes are the account's own, so they are given in a talk with it and nowhere else; one that is made
    already is shown again.
    """
    activity = settings.activities.referral
    if activity is None or event.account in settings.doubtful_accounts:
        return []
    wish = str(event.properties.get("key", "")) if event.kind == MENU_CLICK else event.text
    if not is_word(wish, activity.words):
        return []
    why = shut(activity, settings.switched, now)
    if why:
        return [Reply(member.id, Rank.ACTIVITY, template=f"referral/{why}")]
    ways = settings.pictured.get(event.account, ())
    if not ways:
        return [Reply(member.id, Rank.ACTIVITY, template="referral/elsewhere")]
    action = Invite(member.id, event.account, f"{event.key}#invite", event.at)
    about = {"activity": activity.name}
    joined = Emit(member.id, ACTIVITY_JOINED, f"{event.key}#joined", event.at, about)
    told = Reply(member.id, Rank.ACTIVITY, template="referral/invited")
    shown = tell(member.id, POSTER, f"{event.key}#poster", ways, now, SHOWN_FOR, {})
    return [Attempt(action, (joined, told, *shown), {"making": (joined, told)})]


def come(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Note who brought a newcomer; whoever followed before is none."""
    activity = settings.activities.referral
    scene = str(event.properties.get("scene", ""))
    if activity is None or not scene.startswith(PREFIX) or shut(activity, settings.switched, now):
        return []
    followed = member.tallies.get(FOLLOWED)
    first = followed is not None and followed.count == 1
    action = NoteReferral(member.id, scene, activity, first, f"{event.key}#referral", event.at)
    return [Attempt(action, (), {})]


def order(event: InboundEvent, member: Member, settings: Settings, _now: datetime) -> list[Effect]:
    """Let a first order count for who brought the member; one paid back no longer does."""
    activity = settings.activities.referral
    if activity is None:
        return []
    order_id = str(event.properties.get("order_id") or "")
    key = f"{event.key}#referral"
    if event.kind == ORDER_REFUNDED:
        return [Attempt(RefundReferral(member.id, order_id, key, event.at), (), {})]
    paid = member.tallies.get(ORDER_PAID)
    if paid is None or paid.count > 1:
        return []
    payer, phone, address = (str(event.properties.get(name) or "").strip() for name in FACTS)
    action = QualifyReferral(member.id, order_id, payer, key, event.at, activity.crowd, phone, address)
    return [Attempt(action, (), {})]


def leave(event: InboundEvent, member: Member, settings: Settings, _now: datetime) -> list[Effect]:
    """Hold who unfollows as soon as they came."""
    if settings.activities.referral is None:
        return []
    return [Attempt(LeaveReferral(member.id, f"{event.key}#left", event.at), (), {})]


def words(settings: Settings) -> Words:
    """Return what asks for a code."""
    activity = settings.activities.referral
    return Words(whole=activity.words if activity is not None else ())


HANDLERS: tuple[Handler, ...] = (
    Handler(frozenset({MENU_CLICK, MESSAGE}), invite, words),
    Handler(frozenset({FOLLOWED}), come),
    Handler(frozenset({ORDER_PAID, ORDER_REFUNDED}), order),
    Handler(frozenset({UNFOLLOWED}), leave),
)
