"""Lotteries on both databases: one result a tap, stock and limits kept, no operator."""

from datetime import timedelta
from hashlib import sha256

from sqlalchemy import select

from bot.domain.activities import Lottery
from bot.domain.coupons import MemberLimit
from storage import draw_proofs, drawing, draws, points
from storage.database import Database
from storage.draws import DRAW, ENTRY
from storage.tables import table
from storage.tables.events import AnnouncementRow
from tests.integration.play.drawing import DAY, DRAWN, NOW, SEED, TERMS, appoint, enter


def test_the_same_tap_has_one_result_and_is_paid_once(house: Database) -> None:
    first = enter(house, "k")
    again = enter(house, "k")
    assert (again.reason, again.followed) == ("", ())
    assert again.facts["prize"] == first.facts["prize"]
    assert again.facts["number"] == first.facts["number"] == 1
    assert house.transact(lambda c: draws.count(c, "spin")) == 1
    worth = int(str(first.facts.get("worth", 0)))
    assert house.transact(lambda c: points.balance(c, 1)) == 10_000 - 20 + worth


def test_stock_is_never_exceeded_and_a_prize_that_is_gone_is_nothing(house: Database) -> None:
    found = [enter(house, f"k{turn}", who=1 + turn % 9) for turn in range(60)]
    given = [one for one in found if one.facts["prize"] == "coupon"]
    assert len(given) == 3
    kept = house.transact(lambda c: c.execute(select(ENTRY.c.prize, ENTRY.c.given)).all())
    drew = [outcome for prize, outcome in kept if prize == "coupon.a"]
    assert drew.count("given") == 3
    assert set(drew) == {"given", "sold_out"}


def test_a_member_has_so_many_chances_within_so_long(house: Database) -> None:
    few = Lottery("few", "instant", {"nothing": 1.0}, None, None, per_member=MemberLimit(2, DAY))
    house.transact(lambda c: draws.sync(c, [few], TERMS, lambda: SEED, NOW))
    assert [enter(house, f"k{turn}", lottery=few).reason for turn in range(3)] == ["", "", "limit"]
    assert enter(house, "other", who=2, lottery=few).facts["left"] == 1
    assert enter(house, "later", lottery=few, at=NOW + DAY).reason == ""


def test_who_cannot_pay_is_told_and_takes_no_number(house: Database) -> None:
    came = enter(house, "k", who=77)
    assert (came.reason, came.facts["cost"], came.facts["points"]) == ("too_few", 20, 0)
    assert house.transact(lambda c: draws.count(c, "spin")) == 0


def test_nobody_finds_a_member_in_the_public_list_by_trying_numbers(house: Database) -> None:
    enter(house, "k", who=7)
    (row,) = house.transact(lambda c: c.execute(select(DRAW).where(DRAW.c.name == "spin")).all())
    (who,) = house.transact(lambda c: c.execute(select(ENTRY.c.who)).scalars().all())
    guesses = [f"spin:{row.commitment}:{number}" for number in range(1000)]
    guesses += [f"spin:{number}" for number in range(1000)]
    assert who not in {sha256(guess.encode()).hexdigest()[:16] for guess in guesses}
    enter(house, "again", who=7)
    assert len(set(house.transact(lambda c: c.execute(select(ENTRY.c.who)).scalars().all()))) == 1


def test_operators_take_no_chance(house: Database) -> None:
    appoint(house, 5)
    assert enter(house, "k", who=5).reason == "operator"


def test_who_becomes_an_operator_after_entering_is_struck_from_the_draw(house: Database) -> None:
    for who in range(1, 5):
        enter(house, f"k{who}", who=who, lottery=DRAWN)
    for who in range(1, 4):
        appoint(house, who)
    house.transact(lambda c: drawing.end_due(c, NOW + 2 * DAY, 9))
    proof = house.transact(lambda c: draw_proofs.proof(c, "gala"))
    assert proof is not None
    assert proof.prizes == {1: "", 2: "", 3: "", 4: "coupon.a"}
    assert proof.given == {1: "operator", 2: "operator", 3: "operator", 4: "given"}
    assert draw_proofs.differences(proof) == []


def test_so_many_draws_at_a_time_and_the_rest_the_next(house: Database) -> None:
    enter(house, "k")
    late = NOW + 9 * DAY
    assert [house.transact(lambda c: drawing.end_due(c, late, 1)) for _ in range(3)] == [1, 1, 0]


def test_a_draw_is_drawn_at_its_time_and_its_winners_are_told(house: Database) -> None:
    for who in range(1, 8):
        assert enter(house, f"k{who}", who=who, lottery=DRAWN).facts["prize"] == ""
    assert house.transact(drawing.next_end) == NOW + 2 * DAY
    assert house.transact(lambda c: drawing.end_due(c, NOW + 2 * DAY - timedelta(seconds=1), 9)) == 0
    assert house.transact(lambda c: drawing.end_due(c, NOW + 2 * DAY, 9)) == 1
    assert house.transact(lambda c: drawing.end_due(c, NOW + 2 * DAY, 9)) == 0
    told = house.transact(lambda c: c.execute(select(table(AnnouncementRow))).all())
    assert sorted(one.kind for one in told) == ["coupon.issued", "draw.won", "draw.won", "draw.won"]
    assert enter(house, "late", lottery=DRAWN, at=NOW + 2 * DAY).reason == "over"
    proof = house.transact(lambda c: draw_proofs.proof(c, "gala"))
    assert proof is not None
    assert draw_proofs.differences(proof) == []
    assert sorted(filter(None, proof.prizes.values())) == ["coupon.a", "points.500", "points.500"]
