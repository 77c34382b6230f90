"""秒杀: a coupon from one moment on, first come first served."""

from datetime import datetime

from bot.domain.activities import FlashSale
from bot.domain.activities.opening import shut
from bot.domain.coupons import Refusal
from bot.domain.effects import Attempt, Effect, Emit, IssueCoupon, Reply
from bot.domain.events import ACTIVITY_JOINED, MESSAGE, InboundEvent, Scalar
from bot.domain.handling import Handler, Rank, Settings, Words
from bot.domain.members import Member
from bot.domain.words import is_word

BASIS = "open_to_all"


def buy(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Give a coupon while there are any; everybody else is told so at once.

    Of several sales of one word the one that is open is meant, else the first. Whoever runs a gateway of
    their own could speak as anybody there, so nothing is given through it.
    """
    if event.account in settings.doubtful_accounts:
        return []
    meant = [one for one in settings.activities.flash_sales if is_word(event.text, one.words)]
    if not meant:
        return []
    one = next((each for each in meant if not shut(each, settings.switched, now)), meant[0])
    why = shut(one, settings.switched, now)
    if why:
        return [_reply(member, f"flash_sale/{why}", one)]
    return [_attempt(one, event, member)]


def _attempt(one: FlashSale, event: InboundEvent, member: Member) -> Effect:
    key = f"flash:{one.name}:{member.id}"
    action = IssueCoupon(member.id, one.coupon, BASIS, key, event.at)
    joined = Emit(member.id, ACTIVITY_JOINED, f"{event.key}#joined", event.at, {"activity": one.name})
    failed: dict[str, tuple[Effect, ...]] = {
        reason.value: (_reply(member, f"flash_sale/{reason.value}", one),) for reason in Refusal
    }
    return Attempt(action, (joined, _reply(member, "flash_sale/got", one, key)), failed)


def _reply(member: Member, template: str, one: FlashSale, key: str = "") -> Reply:
    context: dict[str, Scalar] = {"name": one.name, "opens": one.opens.isoformat()}
    if key:
        context |= {"key": key, "batch": one.coupon}
    return Reply(member.id, Rank.ACTIVITY, template=template, context=context)


def words(settings: Settings) -> Words:
    """Return what means a sale."""
    return Words(whole=tuple(word for one in settings.activities.flash_sales for word in one.words))


HANDLERS: tuple[Handler, ...] = (Handler(frozenset({MESSAGE}), buy, words),)
