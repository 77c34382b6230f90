"""The menu's own words: my coupons, a person."""

from datetime import datetime

from bot.domain.content import Transfer
from bot.domain.effects import Effect, Handoff, Reply
from bot.domain.events import MENU_CLICK, MESSAGE, InboundEvent
from bot.domain.handling import Handler, Rank, Settings, Words
from bot.domain.members import Member
from bot.domain.words import is_word

MY_COUPONS = ("my_coupons", "我的券")
HUMAN = ("human", "人工")


def choose(event: InboundEvent, member: Member, settings: Settings, _now: datetime) -> list[Effect]:
    """Answer a menu click, or the same wish typed.

    Codes are worth money, so they are not told where anybody could speak as the member.
    """
    wish = str(event.properties.get("key", "")) if event.kind == MENU_CLICK else event.text
    if is_word(wish, MY_COUPONS) and event.account not in settings.doubtful_accounts:
        return [Reply(member.id, Rank.ACTIVITY, template="coupons/mine", context={"list": "coupons"})]
    if is_word(wish, HUMAN) and settings.human_queue:
        return [
            Handoff(member.id, settings.human_queue, "human/brief", f"{event.key}#human", event.at, None),
            Reply(member.id, Rank.ACTIVITY, content=Transfer()),
        ]
    return []


def words(_settings: Settings) -> Words:
    """Return what may be typed instead of clicked."""
    return Words(whole=(*MY_COUPONS, *HUMAN))


HANDLERS: tuple[Handler, ...] = (Handler(frozenset({MENU_CLICK, MESSAGE}), choose, words),)
