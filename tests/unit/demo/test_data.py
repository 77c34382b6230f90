"""The sample that comes with the program is the published one."""

from statistics import mean

import pytest

from bot.demo.data import Customer, Purchase, customers, parse


def test_the_sample_has_the_published_customers_purchases_and_revenue() -> None:
    sample = customers()
    purchases = [purchase for customer in sample for purchase in customer.purchases]
    assert (len(sample), len(purchases)) == (2357, 6919)
    assert sum(purchase.cents for purchase in purchases) == 24_409_194


def test_repeat_purchases_in_the_first_39_weeks_are_those_the_literature_reports() -> None:
    # Fader, Hardie and Lee (2005): 2,357 customers made 2,457 repeat transactions in weeks 0 to 39.
    # Ours are counted from each first purchase, so an order of magnitude is what can be compared.
    repeats = [sum(1 for one in customer.purchases if 0 < one.day <= 39 * 7) for customer in customers()]
    assert 0.9 < mean(repeats) < 1.5


def test_every_customer_begins_on_day_zero_and_goes_on_in_order() -> None:
    for customer in customers():
        days = [purchase.day for purchase in customer.purchases]
        assert days[0] == 0
        assert days == sorted(days)


def test_a_line_becomes_a_customer_counted_from_the_first_purchase() -> None:
    assert parse("0007 10:2:3500 24:1:999\n\n") == (
        Customer(7, (Purchase(0, 2, 3500), Purchase(14, 1, 999))),
    )


@pytest.mark.parametrize("line", ["0007", "0007 10:2", "0007 ten:2:3500"])
def test_a_line_that_is_no_customer_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"customer|invalid literal"):
        parse(line)
