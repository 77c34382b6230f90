"""A reward is paid for who counts at that moment, and operators settle what is held."""

import pytest
from sqlalchemy import update

from bot.domain.coupons import CouponBatch
from bot.domain.effects import IssueCoupon
from storage import coupon_wishes, coupons, redemption
from storage.database import Connection, Database
from storage.invitations import REFERRAL
from storage.rewards import ENROLLMENT
from tests.integration.play.referring import HOUR, NOW, come, scene, state


def paid_out(town: Database, run: str = "r1") -> str:
    """Let the run's step give the inviter their coupon; return what came of it."""
    reward = IssueCoupon(1, "reward", "referral", f"{run}/credit", NOW)
    return town.transact(lambda c: coupon_wishes.resolve(c, [reward], NOW))[0].reason


@pytest.mark.parametrize(
    ("flag", "outcome"),
    [
        ("qualified", ""),
        ("held", "closed"),
        ("refused", "closed"),
        ("clawed_back", "closed"),
        ("followed", "closed"),
    ],
)
def test_a_reward_is_paid_only_for_who_counts_at_that_moment(town: Database, flag: str, outcome: str) -> None:
    """Whatever let the run go on, the ledger itself looks again."""
    come(town, 2, scene(town, 1))
    run = {
        "id": "r1", "rule": "referral_reward", "member_id": 1, "key": "m2", "entered_at": NOW,
        "began_at": NOW, "due_at": NOW, "state": "active", "version": "", "step": "credit", "waiting_for": "",
        "rounds": {}, "context": {}, "held_out": False, "arm": "", "reason": "",
    }  # fmt: skip
    batch = CouponBatch("reward", "R", HOUR, amount_off=100, stock=3)

    def furnish(c: Connection) -> None:
        c.execute(ENROLLMENT.insert(), run)
        c.execute(update(REFERRAL).values(state=flag))
        coupons.sync(c, [batch])

    town.transact(furnish)
    assert paid_out(town) == outcome
    given = town.transact(lambda c: redemption.standing(c, "reward").get("issued", 0))
    assert (given, state(town, 2)) == ((1, "rewarded") if not outcome else (0, flag))
