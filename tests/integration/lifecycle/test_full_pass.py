"""The set-based first look at everybody, and what a changed book makes new."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.domain.lifecycle.rulebook import Rulebook
from scheduler.lifecycle import run_due, run_full
from storage.database import Database
from storage.full_pass import Seen
from storage.tables import table
from storage.tables.events import EventRow
from storage.tables.members import MembershipRow, TagRow
from tests.integration.lifecycle.town import MEMBER, RUN, Town
from tests.unit.lifecycle.community import book_of

DAY = timedelta(days=1)
MEMBERSHIP, EVENT, TAG = table(MembershipRow), table(EventRow), table(TagRow)
STEPS = "steps: [{id: t, tag: {add: [到]}}, {id: w, wait: 1d}]"


def rules(*lines: str) -> str:
    return "rules:\n" + "\n".join(f"  {line}" for line in lines) + "\n"


LEAD = rules(f"r: {{entry: {{segment: lead}}, {STEPS}}}")
LEAD_ALL = rules(f"r: {{entry: {{segment: lead}}, backfill: all, {STEPS}}}")


def full(town: Town, book: Rulebook | None = None) -> Seen:
    return town.database.transact(lambda c: run_full(c, book or town.book, town.now))


def arrived(town: Town) -> list[int]:
    return sorted(who for (who,) in town.rows(select(TAG.c.member_id)))


async def test_members_known_before_the_first_start_stand_where_they_stand_and_enter_nothing(
    database: Database,
) -> None:
    town = Town(database, LEAD)
    town.settle(5)
    seen = full(town)
    assert (seen.stages_moved, seen.segments, seen.rules) == (5, ("lead",), ("r",))
    assert town.rows(select(MEMBER.c.stage).distinct()) == [("new",)]
    assert len(town.rows(select(MEMBERSHIP.c.member_id))) == 5
    await run_due(database, town.book, town.now)
    assert town.runs() == []
    assert arrived(town) == []


async def test_the_stage_moves_of_a_full_pass_are_history(database: Database) -> None:
    town = Town(database, LEAD)
    town.settle(2)
    full(town)
    found = town.rows(select(EVENT.c.member_id, EVENT.c.kind, EVENT.c.properties).order_by(EVENT.c.member_id))
    assert found == [(who, "stage.changed", {"stage": "new", "was": ""}) for who in (1, 2)]


async def test_the_same_book_again_does_nothing(database: Database) -> None:
    town = Town(database, LEAD)
    town.settle(3)
    full(town)
    assert full(town) == Seen()


async def test_backfill_all_enrolls_who_qualifies_already_and_their_steps_run(database: Database) -> None:
    town = Town(database, LEAD_ALL)
    town.settle(4)
    town.hear("order.paid", 2)
    seen = full(town)
    assert seen.enrolled == {"r": 3}
    await run_due(database, town.book, town.now)
    assert arrived(town) == [1, 3, 4]
    assert town.runs() == [(f"r/{who}/0", "active", "w") for who in (1, 3, 4)]


async def test_a_backfill_enrolls_nobody_twice(database: Database) -> None:
    town = Town(database, LEAD)
    town.settle(3)
    full(town)
    full(town, book_of(LEAD_ALL))
    assert len(town.runs()) == 3
    again = LEAD_ALL.replace("到", "又到")
    assert full(town, book_of(again)).enrolled == {"r": 0}


async def test_the_held_out_of_a_backfill_get_no_steps(database: Database) -> None:
    held = rules(f"r: {{entry: {{segment: lead}}, backfill: all, holdout: {{percent: 50}},"
                 f" goal: {{event: order.paid, within: 7d}}, {STEPS}}}")  # fmt: skip
    town = Town(database, held)
    town.settle(60)
    full(town)
    await run_due(database, town.book, town.now)
    out = town.rows(select(RUN.c.member_id).where(RUN.c.held_out))
    assert 15 < len(out) < 45
    assert set(arrived(town)).isdisjoint({who for (who,) in out})
    assert len(arrived(town)) + len(out) == 60


async def test_a_new_rule_is_the_only_new_thing_and_old_edges_still_count(database: Database) -> None:
    town = Town(database, rules(f"s: {{entry: {{stage: dormant}}, {STEPS}}}"))
    town.settle(3)
    full(town)
    await run_due(database, town.book, town.now)
    town.now += 40 * DAY  # stopped while everybody fell asleep; the new file also has another rule
    both = book_of(
        rules(f"s: {{entry: {{stage: dormant}}, {STEPS}}}", f"r: {{entry: {{segment: lead}}, {STEPS}}}")
    )
    seen = full(town, both)
    assert (seen.stages_moved, seen.segments, seen.rules) == (0, ("lead",), ("r",))
    await run_due(database, both, town.now)
    assert [run for run, _, _ in town.runs()] == ["s/1/0", "s/2/0", "s/3/0"]


async def test_a_segment_nobody_watches_any_more_is_forgotten(database: Database) -> None:
    town = Town(database, LEAD)
    town.settle(2)
    full(town)
    full(town, book_of("rules: {}\n"))
    assert town.rows(select(MEMBERSHIP.c.segment)) == []


async def test_runs_of_a_rule_that_left_the_file_end(database: Database) -> None:
    town = Town(database, LEAD_ALL)
    town.settle(1)
    full(town)
    full(town, book_of("rules: {}\n"))
    assert town.runs() == [("r/1/0", "exited", "")]


async def test_merged_and_erased_members_are_left_alone(database: Database) -> None:
    town = Town(database, LEAD_ALL)
    town.settle(3)
    database.transact(lambda c: c.execute(MEMBER.update().where(MEMBER.c.id == 2).values(merged_into=1)))
    database.transact(lambda c: c.execute(MEMBER.update().where(MEMBER.c.id == 3).values(erased_at=town.now)))
    assert full(town).enrolled == {"r": 1}


async def test_after_a_full_pass_everybody_has_their_next_look(database: Database) -> None:
    town = Town(database, rules(f"s: {{entry: {{stage: dormant}}, {STEPS}}}"))
    town.settle(3)
    full(town)
    await run_due(database, town.book, town.now)
    town.now += 30 * DAY
    await run_due(database, town.book, town.now)
    assert arrived(town) == [1, 2, 3]
