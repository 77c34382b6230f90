"""抽奖: a chance taken, its terms told, a win announced."""

from datetime import datetime, timedelta

from bot.domain.activities import Lottery
from bot.domain.effects import Attempt, Effect, Emit, EnterDraw, Reply, TellDraw
from bot.domain.events import ACTIVITY_JOINED, DRAW_WON, MENU_CLICK, MESSAGE, InboundEvent, Scalar
from bot.domain.handling import Handler, Rank, Settings, Words
from bot.domain.members import Member
from bot.domain.telling import tell
from bot.domain.words import is_word

TERMS = ("抽奖规则", "lottery_terms")
MENU = "lottery"
# Chance decides who gets a coupon here, and says so.
BASIS = "random_test"
FAILURES = ("not_yet", "over", "shut", "operator", "limit", "too_few")
WON_FOR = timedelta(days=30)


def play(event: InboundEvent, member: Member, settings: Settings, _now: datetime) -> list[Effect]:
    """Take a chance in the lottery that the words mean, or tell its terms; the first's where none is named.

    Whoever runs a gateway of their own could speak as anybody there, so nothing is given through it.
    """
    if event.account in settings.doubtful_accounts or not settings.activities.lotteries:
        return []
    wish = str(event.properties.get("key", "")) if event.kind == MENU_CLICK else event.text
    if is_word(wish, TERMS):
        return [_terms(settings.activities.lotteries[0], event, member, settings)]
    for one in settings.activities.lotteries:
        if is_word(wish, _of_terms(one)):
            return [_terms(one, event, member, settings)]
        if is_word(wish, (*one.words, MENU) if event.kind == MENU_CLICK else one.words):
            return [_attempt(one, event, member, settings)]
    return []


def _attempt(one: Lottery, event: InboundEvent, member: Member, settings: Settings) -> Effect:
    by_hand = settings.switched.get(one.name, "")
    action = EnterDraw(member.id, one, BASIS, f"{event.key}#draw", event.at, settings.points, by_hand)
    about = {"activity": one.name}
    joined = Emit(member.id, ACTIVITY_JOINED, f"{event.key}#joined", event.at, about)
    failed: dict[str, tuple[Effect, ...]] = {
        reason: (_reply(member, f"lottery/{reason}"),) for reason in FAILURES
    }
    told = "lottery/entered" if one.kind == "draw" else "lottery/result"
    return Attempt(action, (joined, _reply(member, told)), failed)


def _terms(one: Lottery, event: InboundEvent, member: Member, settings: Settings) -> Effect:
    others = [other.words[0] for other in settings.activities.lotteries if other is not one and other.words]
    context: dict[str, Scalar] = {"list": "prizes", "others": " / ".join(others)}
    told = Reply(member.id, Rank.ACTIVITY, template=one.terms or "terms/lottery", context=context)
    failed: dict[str, tuple[Effect, ...]] = {"not_yet": (_reply(member, "lottery/not_yet"),)}
    return Attempt(TellDraw(member.id, one, event.at), (told,), failed)


def _of_terms(one: Lottery) -> tuple[str, ...]:
    return tuple(f"{terms} {word}" for terms in TERMS for word in one.words)


def _reply(member: Member, template: str) -> Reply:
    return Reply(member.id, Rank.ACTIVITY, template=template)


def won(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Tell a winner, as soon as a way to them is open."""
    return [
        *tell(member.id, "lottery/won", f"{event.key}#told", settings.ways, now, WON_FOR, event.properties)
    ]


def words(settings: Settings) -> Words:
    """Return what means a lottery."""
    lotteries = settings.activities.lotteries
    asked = [word for one in lotteries for word in (*_of_terms(one), *one.words)]
    return Words(whole=(*TERMS, *asked))


HANDLERS: tuple[Handler, ...] = (
    Handler(frozenset({MENU_CLICK, MESSAGE}), play, words),
    Handler(frozenset({DRAW_WON}), won),
)
