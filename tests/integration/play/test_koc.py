"""Whom others listen to: an index of 90 days, a tag that follows it, nobody else's tag touched."""

from datetime import timedelta

from sqlalchemy import select

from bot.domain.effects import AddTag
from storage import koc_tags, tags
from storage.announcements import ANNOUNCEMENT
from storage.database import Connection, Database
from storage.dialect import insert_new
from storage.events import Happened, append
from storage.reports import koc
from storage.reports.koc import REFERRAL, TALLY
from storage.tags import TAG
from tests.integration.play.referring import NOW

DAY = timedelta(days=1)


def brought(town: Database, inviter: int, newcomers: dict[int, int], back: int = 0, days: int = 5) -> None:
    """Let somebody have brought newcomers who paid so much each; the first got so much of it back."""

    def work(c: Connection) -> None:
        row = {
            "inviter_id": inviter, "at": NOW - days * DAY, "state": "qualified", "flags": "", "order_id": "",
            "qualified_at": NOW, "settled_at": None,
        }  # fmt: skip
        rows = [{"member_id": who, **row} for who in newcomers]
        insert_new(c, REFERRAL, rows, ["member_id"])
        paid = [(who, "order.paid", amount) for who, amount in newcomers.items()]
        if back:
            paid.append((min(newcomers), "order.refunded", back))
        told = [
            {"member_id": who, "kind": kind, "count": 1, "amount": amount, "first_at": NOW, "last_at": NOW}
            for who, kind, amount in paid
        ]
        insert_new(c, TALLY, told, ["member_id", "kind"])

    town.transact(work)


def spoke(town: Database, who: int, times: int, days: int = 1) -> None:
    events = [
        Happened(who, "member.message", NOW - days * DAY, f"s{who}:{days}:{n}", "shop", 0, {})
        for n in range(times)
    ]
    town.transact(lambda c: append(c, events, NOW))


def index(town: Database) -> dict[int, tuple[int, int, int, int]]:
    found = town.transact(lambda c: koc.ranking(c, NOW, 10))
    return {one.member_id: (one.content, one.referral, one.influence, one.index) for one in found}


def tagged(town: Database) -> dict[int, str]:
    rows = town.transact(lambda c: c.execute(select(TAG.c.member_id, TAG.c.source)).all())
    return {int(who): str(source) for who, source in rows}


def mark(town: Database, least: int) -> tuple[int, int]:
    return town.transact(lambda c: koc_tags.mark(c, least, NOW))


def test_what_counts_is_of_ninety_days_and_less_what_was_paid_back(town: Database) -> None:
    brought(town, 1, {3: 5000}, back=4900)
    brought(town, 2, {4: 1000})
    spoke(town, 1, 5, days=100)
    spoke(town, 2, 1)
    assert index(town) == {1: (50, 100, 50, 67), 2: (100, 100, 100, 100)}


def test_who_brought_somebody_long_ago_has_no_place(town: Database) -> None:
    brought(town, 1, {3: 5000}, days=91)
    assert index(town) == {}


def test_the_tag_comes_and_goes_with_the_index_and_is_announced(town: Database) -> None:
    brought(town, 1, {3: 5000})
    brought(town, 2, {4: 1000})
    assert mark(town, 100) == (1, 0)
    assert tagged(town) == {1: "koc:index"}
    assert mark(town, 100) == (0, 0)
    spoke(town, 2, 9)
    assert mark(town, 100) == (0, 1)
    kinds = town.transact(
        lambda c: c.execute(select(ANNOUNCEMENT.c.kind).order_by(ANNOUNCEMENT.c.key)).scalars().all()
    )
    assert list(kinds) == ["tag.added", "tag.removed"]


def test_a_tag_that_a_rule_or_a_person_put_on_stays(town: Database) -> None:
    town.transact(lambda c: tags.change(c, [(AddTag(5, "KOC", "rule:referral_reward", NOW), "clock")]))
    brought(town, 5, {6: 1})
    assert mark(town, 1) == (0, 0)
    assert mark(town, 101) == (0, 0)
    assert tagged(town) == {5: "rule:referral_reward"}
