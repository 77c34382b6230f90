"""抽奖: a chance taken, its terms told, a win announced."""

from datetime import datetime, timedelta

from bot.domain.activities import Lottery
from bot.domain.activities.opening import shut
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
FAILURES = ("not_yet", "over", "operator", "limit", "too_few")
WON_FOR = timedelta(days=30)
YUAN = 100


def play(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Take a chance in the lottery that the words mean, or tell its terms.

    Whoever runs a gateway of their own could speak as anybody there, so nothing is given through it.
    """
    if event.account in settings.doubtful_accounts or not settings.activities.lotteries:
        return []
    wish = str(event.properties.get("key", "")) if event.kind == MENU_CLICK else event.text
    if is_word(wish, TERMS):
        return [_terms(one, event, member) for one in settings.activities.lotteries[:1]]
    for one in settings.activities.lotteries:
        if is_word(wish, (*one.words, MENU) if event.kind == MENU_CLICK else one.words):
            why = shut(one, settings.switched, now)
            if why:
                return [_reply(member, f"lottery/{why}", one)]
            return [_attempt(one, event, member, settings)]
    return []


def _attempt(one: Lottery, event: InboundEvent, member: Member, settings: Settings) -> Effect:
    action = EnterDraw(member.id, one, BASIS, f"{event.key}#draw", event.at, settings.points)
    about = {"activity": one.name}
    joined = Emit(member.id, ACTIVITY_JOINED, f"{event.key}#joined", event.at, about)
    failed: dict[str, tuple[Effect, ...]] = {
        reason: (_reply(member, f"lottery/{reason}", one),) for reason in FAILURES
    }
    told = "lottery/entered" if one.kind == "draw" else "lottery/result"
    return Attempt(action, (joined, _reply(member, told, one)), failed)


def _terms(one: Lottery, event: InboundEvent, member: Member) -> Effect:
    told = _reply(member, one.terms or "terms/lottery", one)
    failed: dict[str, tuple[Effect, ...]] = {"not_yet": (_reply(member, "lottery/not_yet", one),)}
    return Attempt(TellDraw(member.id, one, event.at), (told,), failed)


def _reply(member: Member, template: str, one: Lottery) -> Reply:
    odds = "\n".join(f"· {prize}: {_odds(one, share)}" for prize, share in one.prizes.items())
    context: dict[str, Scalar] = {
        "name": one.name,
        "cost": one.cost,
        "odds": odds,
        "opens": one.opens.isoformat() if one.opens else "",
        "closes": one.closes.isoformat() if one.closes else "",
        "draws_at": one.draws_at.isoformat() if one.draws_at else "",
    }
    return Reply(member.id, Rank.ACTIVITY, template=template, context=context)


def _odds(one: Lottery, share: float) -> str:
    return f"{share * YUAN:g}%" if one.kind == "instant" else f"{share:g}"


def won(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Tell a winner, as soon as a way to them is open."""
    return [
        *tell(member.id, "lottery/won", f"{event.key}#told", settings.ways, now, WON_FOR, event.properties)
    ]


def words(settings: Settings) -> Words:
    """Return what means a lottery."""
    return Words(whole=(*TERMS, *(word for one in settings.activities.lotteries for word in one.words)))


HANDLERS: tuple[Handler, ...] = (
    Handler(frozenset({MENU_CLICK, MESSAGE}), play, words),
    Handler(frozenset({DRAW_WON}), won),
)
