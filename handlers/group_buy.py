"""拼团: begun by one, joined by its code, full or returned; progress told where it began."""

from datetime import datetime, timedelta

from bot.domain.activities import GroupBuy
from bot.domain.activities.opening import shut
from bot.domain.coupons import Refusal
from bot.domain.effects import Attempt, Effect, Emit, JoinParty, OpenParty, Reply, SayInGroup
from bot.domain.events import (
    ACTIVITY_JOINED,
    GROUP_BUY_EXPIRED,
    GROUP_BUY_FILLED,
    SAID,
    InboundEvent,
)
from bot.domain.handling import Handler, Rank, Settings, Words
from bot.domain.identity import split
from bot.domain.members import Member
from bot.domain.telling import tell
from bot.domain.words import is_word, plain

JOIN = "参团"
BASIS = "open_to_all"
TOLD_FOR = timedelta(days=3)
ALOUD_WITHIN = timedelta(hours=2)
FAILURES = (*(reason.value for reason in Refusal), "unknown", "full", "expired", "waits", "requires")


def take_part(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Begin a group or join one.

    Whoever runs a gateway of their own could speak as anybody there, so nothing is given through it.
    """
    if event.account in settings.doubtful_accounts or not settings.activities.group_buys:
        return []
    if plain(event.text).startswith(plain(JOIN)):
        return [_join(event, member, settings)]
    meant = [one for one in settings.activities.group_buys if is_word(event.text, one.words)]
    if not meant:
        return []
    one = next((each for each in meant if not shut(each, settings.switched, now)), meant[0])
    why = shut(one, settings.switched, now)
    if not why and one.requires and one.requires not in member.tallies:
        why = "requires"
    return [_reply(member, f"group_buy/{why}")] if why else [_open(one, event, member, settings)]


def _open(one: GroupBuy, event: InboundEvent, member: Member, settings: Settings) -> Effect:
    action = OpenParty(member.id, one, BASIS, f"{event.key}#party", event.at, event.group)
    told = (
        _joined(event, member),
        _reply(member, "group_buy/opened"),
        *_aloud(event, member, settings),
    )
    return Attempt(action, told, _failed(member))


def _join(event: InboundEvent, member: Member, settings: Settings) -> Effect:
    code = plain(event.text).removeprefix(plain(JOIN)).strip().upper()
    buys = settings.activities.group_buys
    did = frozenset(member.tallies)
    action = JoinParty(member.id, code, buys, did, BASIS, f"{event.key}#party", event.at)
    told = (
        _joined(event, member),
        _reply(member, "group_buy/joined"),
        *_aloud(event, member, settings),
    )
    return Attempt(action, told, _failed(member))


def _failed(member: Member) -> dict[str, tuple[Effect, ...]]:
    return {reason: (_reply(member, f"group_buy/{reason}"),) for reason in FAILURES}


def _joined(event: InboundEvent, member: Member) -> Emit:
    """Announce it; of which activity, the ledger that knows the code tells."""
    return Emit(member.id, ACTIVITY_JOINED, f"{event.key}#joined", event.at)


def _aloud(event: InboundEvent, member: Member, settings: Settings) -> list[Effect]:
    """Tell the group where it was said how many are still wanted."""
    if not event.group or split(event.group)[0] not in settings.speaking_accounts:
        return []
    key, until = f"{event.key}#party", event.at + ALOUD_WITHIN
    template, topic = "group_buy/progress", "group_buy"
    return [SayInGroup(member.id, event.group, topic, template, key, event.at, event.at, until)]


def ended(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Tell those who wait that their group is full, or that its time is over."""
    template = "group_buy/filled" if event.kind == GROUP_BUY_FILLED else "group_buy/over_time"
    return [*tell(member.id, template, f"{event.key}#told", settings.ways, now, TOLD_FOR, event.properties)]


def _reply(member: Member, template: str) -> Reply:
    return Reply(member.id, Rank.ACTIVITY, template=template)


def words(settings: Settings) -> Words:
    """Return what means a group that buys."""
    buys = settings.activities.group_buys
    return Words(whole=tuple(word for one in buys for word in one.words), begins=(JOIN,) if buys else ())


HANDLERS: tuple[Handler, ...] = (
    Handler(SAID, take_part, words),
    Handler(frozenset({GROUP_BUY_FILLED, GROUP_BUY_EXPIRED}), ended),
)
