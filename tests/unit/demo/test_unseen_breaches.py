"""Breaches our own record knows nothing of: found from the platform, the script and the configuration."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.demo import acts
from bot.demo.acts import Act
from tests.unit.demo.runs import (
    NOON,
    NOTICE,
    TERMS,
    THANKS,
    WELCOME,
    Breach,
    broken,
    doing,
    got,
    honest,
    said,
    with_pushes,
)

NIGHT = 0.4  # 21:36 in Shanghai, within the window that 你好 opened
# What looks right to our own flags and sums, beside the same thing done right.
UNSEEN: dict[str, tuple[str, Breach, Breach]] = {
    "a welcome at night to somebody who did nothing": (
        "night",
        lambda run: with_pushes(run, got(NIGHT, text=WELCOME)),
        lambda run: doing(with_pushes(run, got(NIGHT, text=WELCOME)), said("在吗", NIGHT)),
    ),
    "an offer at night that only waited for the member to write": (
        "night",
        lambda run: doing(with_pushes(run, got(NIGHT, text=THANKS)), said("在吗", NIGHT)),
        lambda run: doing(with_pushes(run, got(NIGHT - 0.1, text=THANKS)), said("在吗", NIGHT - 0.1)),
    ),
    "a welcome at night because the shop told something": (
        "night",
        lambda run: doing(
            with_pushes(run, got(NIGHT, text=WELCOME)), Act(NOON + timedelta(days=NIGHT), "m1", acts.ORDER)
        ),
        lambda run: doing(
            with_pushes(run, got(NIGHT, text=WELCOME)),
            Act(NOON + timedelta(days=NIGHT), "m1", acts.CLICK, {"key": "my_coupons"}),
        ),
    ),
    "a welcome at night because somebody else did something": (
        "night",
        lambda run: doing(with_pushes(run, got(NIGHT, text=WELCOME)), said("在吗", NIGHT, "m2")),
        lambda run: doing(with_pushes(run, got(NIGHT, text=WELCOME)), said("在吗", NIGHT)),
    ),
    "the first minute of the night": (
        "night",
        lambda run: with_pushes(run, got((9.5 + 24) / 24, route="mass")),
        lambda run: with_pushes(run, got((9.5 + 24) / 24 - 1 / 1440, route="mass")),
    ),
    "a notice that is marketing without a word to refuse it, within a day of an offer": (
        "caps",
        lambda run: with_pushes(run, got(3.9, route="subscription_notice", text=NOTICE)),
        lambda run: with_pushes(run, got(4.0, route="subscription_notice", text=NOTICE)),
    ),
    "a fourth offer in seven days, none of them within a day": (
        "caps",
        lambda run: with_pushes(run, got(4.1, route="mass"), got(6.0, route="mass")),
        lambda run: with_pushes(run, got(4.1, route="mass"), got(7.1, route="mass")),
    ),
    "a text that no send of the configuration explains": (
        "caps",
        lambda run: with_pushes(run, got(3.1, route="mass", text="限时特惠")),
        lambda run: with_pushes(run, got(3.1, route="mass", text=THANKS)),
    ),
    "an offer recorded out of order": (
        "caps",
        lambda run: replace(
            with_pushes(run, got(2.1, route="mass")), received=[got(2.1, route="mass"), *run.received]
        ),
        lambda run: replace(
            with_pushes(run, got(1.3, route="mass")), received=[got(1.3, route="mass"), *run.received]
        ),
    ),
    "a notice after the member said no": (
        "consent",
        lambda run: doing(
            with_pushes(run, got(4.9, route="subscription_notice", text=NOTICE)), said("退订", 4.0)
        ),
        lambda run: doing(
            with_pushes(run, got(4.9, route="subscription_notice", text=NOTICE)), said("不要了", 4.0)
        ),
    ),
    "an offer to somebody who only follows": (
        "consent",
        lambda run: doing(with_pushes(run, got(2.0, route="mass", who="m2")), Act(NOON, "m2", acts.FOLLOW)),
        lambda run: doing(
            with_pushes(run, got(2.0, route="mass", who="m2")),
            Act(NOON, "m2", acts.FOLLOW),
            said("订阅优惠", 0.1, "m2"),
        ),
    ),
    "an offer to somebody who came back and said yes only before": (
        "consent",
        lambda run: doing(
            run,
            Act(NOON + timedelta(days=1), "m1", acts.UNFOLLOW),
            Act(NOON + timedelta(days=2), "m1", acts.FOLLOW),
        ),
        lambda run: doing(
            run,
            Act(NOON + timedelta(days=1), "m1", acts.UNFOLLOW),
            Act(NOON + timedelta(days=2), "m1", acts.FOLLOW),
            said("订阅优惠", 2.5),
        ),
    ),
}


@pytest.mark.parametrize("case", UNSEEN)
def test_a_breach_that_our_own_record_agrees_with_is_found_and_its_twin_is_none(case: str) -> None:
    name, breach, twin = UNSEEN[case]
    assert broken(breach(honest())) == {name}
    assert broken(twin(honest())) == set()


def test_without_quiet_hours_nothing_is_promised_of_the_night() -> None:
    assert broken(replace(honest(), terms=replace(TERMS, quiet=None))) == {"night"}
