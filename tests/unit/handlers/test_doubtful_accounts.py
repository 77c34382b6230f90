"""Through an account where anybody may speak as anybody nothing is given, in any activity."""

from datetime import timedelta

import pytest

from bot.domain.activities import Activities, FlashSale, GroupBuy, Lottery, Referral
from bot.domain.coupons import MemberLimit
from bot.domain.effects import Attempt, Effect, Reply, SayInGroup
from bot.domain.events import GROUP_MESSAGE, MESSAGE, InboundEvent
from bot.domain.handling import Handler, Settings
from bot.domain.identity import identity
from bot.domain.members import Member
from handlers import flash_sale, group_buy, lottery, referral
from tests.unit.handlers.test_check_in_calendar import NOW

DAY = timedelta(days=1)
ACTIVITIES = Activities(
    lotteries=(Lottery("lottery", "instant", {"nothing": 1.0}, words=("抽奖",)),),
    referral=Referral("referral", MemberLimit(5, DAY), words=("邀请",)),
    flash_sales=(FlashSale("tea", "tea", NOW - DAY, words=("秒杀",)),),
    group_buys=(GroupBuy("tea_3", 3, DAY, "tea", words=("拼团",)),),
)
SETTINGS = Settings(
    activities=ACTIVITIES,
    doubtful_accounts=frozenset({"groups"}),
    pictured={"shop": ("customer_service",), "groups": ("customer_service",)},
    speaking_accounts=frozenset({"ops", "groups"}),
)
WISHES: dict[str, tuple[tuple[Handler, ...], str]] = {
    "lottery": (lottery.HANDLERS, "抽奖"),
    "terms of a lottery": (lottery.HANDLERS, "抽奖规则"),
    "referral": (referral.HANDLERS, "邀请"),
    "flash sale": (flash_sale.HANDLERS, "秒杀"),
    "group buy": (group_buy.HANDLERS, "拼团"),
    "joining a group": (group_buy.HANDLERS, "参团 K7MQ2X"),
}


def asked(handlers: tuple[Handler, ...], text: str, account: str, group: str = "") -> list[Effect]:
    kind = GROUP_MESSAGE if group else MESSAGE
    event = InboundEvent("k", account, kind, NOW, identity(account, "o1"), text, group=group)
    return handlers[0].handle(event, Member(1, NOW), SETTINGS, NOW)


@pytest.mark.parametrize("wish", WISHES)
def test_nothing_is_given_through_it(wish: str) -> None:
    handlers, text = WISHES[wish]
    assert asked(handlers, text, "groups") == []
    (attempt,) = asked(handlers, text, "shop")
    assert isinstance(attempt, Attempt)


def test_where_no_picture_can_be_shown_nobody_is_told_that_one_comes() -> None:
    (reply,) = asked(referral.HANDLERS, "邀请", "ops")
    assert isinstance(reply, Reply)
    assert reply.template == "referral/elsewhere"


def test_a_group_where_we_may_speak_hears_of_the_progress_and_no_other() -> None:
    def aloud(account: str, group: str) -> list[str]:
        (attempt,) = asked(group_buy.HANDLERS, "拼团", account, group)
        assert isinstance(attempt, Attempt)
        return [one.group for one in attempt.ok if isinstance(one, SayInGroup)]

    assert aloud("ops", "ops:g1") == ["ops:g1"]
    assert aloud("shop", "shop:g1") == []
    assert aloud("shop", "") == []
