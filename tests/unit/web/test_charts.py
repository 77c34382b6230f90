"""Charts: every name is in sight at every width, a colour means one thing, days stand over columns."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.web import charts
from bot.web.axes import NARROW, ROW, WIDE, in_order, rows_of
from bot.web.dashboard import Dashboard
from bot.web.words import LANGUAGES, Words, read
from storage.reports import CouponCount, EventCount, Flow, Move, PushCount

CATALOGUE = read(Path(__file__).parents[3] / "templates")
DAYS = (date(2026, 6, 1), date(2026, 6, 2))


def board(**more: Any) -> Dashboard:  # noqa: ANN401  any field of it
    known: dict[str, Any] = {
        "now": datetime(2026, 6, 2, tzinfo=UTC), "totals": {}, "states": {},
        "flow": Flow(DAYS, {"new": (1, 2)}), "moves": (), "pushes": (), "coupons": (), "inbound": (),
        "latest": (),
    }  # fmt: skip
    return Dashboard(**known | more)


def words(language: str = "zh") -> Words:
    return Words(CATALOGUE, language)


def sent(*routes: str) -> tuple[PushCount, ...]:
    return tuple(PushCount(DAYS[0], "r", "service", route, "sent", "", 1) for route in routes)


@pytest.mark.parametrize("shelf", sorted(set(CATALOGUE) - {"reason"}))
def test_every_word_of_the_console_is_said_in_both_languages_and_whole(shelf: str) -> None:
    for name, said in CATALOGUE[shelf].items():
        # A comma in a text without quotes would end it there.
        assert set(said) == set(LANGUAGES), name
        assert all(isinstance(one, str) and one for one in said.values()), name


def test_a_route_has_one_colour_whatever_else_was_sent() -> None:
    alone = charts.pushes(board(pushes=sent("mass")), words())["baseOption"]["series"]
    among = charts.pushes(board(pushes=sent("mass", "customer_service", "reply")), words())["baseOption"]
    found = {one["name"]: one["color"] for one in among["series"]}
    assert alone[0]["color"] == found["群发"]
    assert len(set(found.values())) == 3


def test_names_nobody_expected_come_last_with_colours_of_their_own() -> None:
    assert in_order(["z", "b", "a"], ("a", "b", "c")) == ["a", "b", "z"]
    series = charts.pushes(board(pushes=sent("mass", "wecom_mass")), words())["baseOption"]["series"]
    assert [one["name"] for one in series] == ["群发", "wecom_mass"]
    assert series[0]["color"] != series[1]["color"]


def test_a_batch_is_once_in_the_legend_and_twice_in_the_chart() -> None:
    given = (CouponCount(DAYS[0], "new10", 3, 1, 0), CouponCount(DAYS[1], "back15", 1, 0, 0))
    base = charts.coupons(board(coupons=given), words())["baseOption"]
    assert base["legend"]["data"] == ["回归15元券", "新人10元券"]
    assert [one["name"] for one in base["series"]] == [
        "回归15元券", "回归15元券 · 已核销", "新人10元券", "新人10元券 · 已核销",
    ]  # fmt: skip
    assert base["series"][2]["color"] == base["series"][3]["color"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chart_begins_below_its_legend_on_a_phone_too(language: str) -> None:
    heard = tuple(EventCount(DAYS[0], kind, 1, 0) for kind in charts.HEARD)
    option = charts.inbound(board(inbound=heard), words(language))
    names = option["baseOption"]["legend"]["data"]
    tops = [one["option"]["grid"]["top"] for one in option["media"]]
    assert tops == [14 + ROW * rows_of(names, width) for width in (NARROW, WIDE)]
    assert tops[0] > 14 + ROW
    assert option["media"][1]["option"]["grid"] == option["baseOption"]["grid"]


def test_a_legend_takes_rows_by_the_width_of_its_names() -> None:
    assert rows_of([], NARROW) == 1
    assert rows_of(["付款"] * 4, NARROW) == 1
    assert rows_of(["付款"] * 8, NARROW) == 2
    assert rows_of(["付款"] * 7, WIDE) == 1
    assert rows_of(["x" * 200], NARROW) == 1


def test_each_day_stands_over_its_own_column_of_the_moves() -> None:
    moves = [
        Move(DAYS[0], DAYS[1], "new", "buyer", 2),
        Move(DAYS[1], date(2026, 6, 30), "buyer", "loyal", 1),
    ]
    option = charts.moves(moves, words())
    assert [one["text"] for one in option["title"]] == ["6/1", "6/2", "6/30"]
    lefts = [float(one["left"].rstrip("%")) for one in option["title"]]
    assert lefts[0] == charts.MARGIN
    assert lefts[2] == 100 - charts.ROOM
    assert lefts[1] == pytest.approx((lefts[0] + lefts[2]) / 2, abs=0.1)
    assert {node["depth"] for node in option["series"][0]["data"]} == {0, 1, 2}
