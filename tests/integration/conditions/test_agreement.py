"""The predicate in memory and the SQL give the same answers, on both databases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Connection, Select, select, type_coerce
from sqlmodel import SQLModel

from bot.domain.conditions import AllOf, AnyOf, Condition, Did, Not, RfmIs, StageIs
from bot.domain.events import Scalar
from bot.domain.explanation import kinds_needed
from bot.domain.members import Member
from bot.domain.predicate import holds
from storage.conditions import where
from storage.database import Database
from storage.snapshots import Wanted, load
from storage.tables import table
from storage.tables.members import MemberRow
from tests.condition_cases import NOW, contexts, leaves, members, trees
from tests.integration.conditions.population import store

EXAMPLES, MEMBERS, TREES = 20, 8, 16
LEAST_CASES = 2_000


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database for the module; each example stores its members anew."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('conditions') / 'hetang.db'}"
    else:
        url = request.getfixturevalue("pg_url")
        with Database.open(url) as whole, whole.engine.begin() as connection:
            connection.exec_driver_sql("CREATE SCHEMA conditions")
        url += "?options=-csearch_path%3Dconditions"
    with Database.open(url) as opened:
        SQLModel.metadata.create_all(opened.engine)
        yield opened


def _loaded(connection: Connection, population: Sequence[Member], asked: Sequence[Condition]) -> list[Member]:
    needs = [kinds_needed(tree) for tree in asked]
    kinds = frozenset[str]().union(*(kinds for kinds, _ in needs))
    window = max((window for _, window in needs), default=timedelta())
    found = load(connection, [member.id for member in population], Wanted(kinds, window), NOW)
    return [found[member.id] for member in population]


def _disagreements(
    connection: Connection,
    population: Sequence[Member],
    asked: Sequence[Condition],
    context: dict[str, Scalar],
) -> list[tuple[Condition, Member, object]]:
    """Return where SQL, as a filter or as a value, says something else than the predicate."""
    store(connection, population)
    known = _loaded(connection, population, asked)
    wrong: list[tuple[Condition, Member, object]] = []
    member = table(MemberRow)
    for tree in asked:
        clause = where(tree, NOW, context)
        inside = set(connection.scalars(select(member.c.id).where(clause)))
        value = {
            row[0]: row[1] for row in connection.execute(select(member.c.id, type_coerce(clause, Boolean)))
        }
        for each in known:
            truth = holds(tree, each, NOW, context)
            if (each.id in inside) is not truth or value[each.id] is not truth:
                wrong.append((tree, each, value[each.id]))
    return wrong


populations = st.tuples(*(members(number) for number in range(1, MEMBERS + 1)))
# Shrinking a whole population takes longer than reading it; the failing leaf names itself.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


def test_the_predicate_and_the_sql_agree_on_thousands_of_random_trees_and_members(database: Database) -> None:
    cases = 0

    @settings(max_examples=EXAMPLES, phases=PHASES, suppress_health_check=list(HealthCheck))
    @given(population=populations, asked=st.lists(trees, min_size=TREES, max_size=TREES), context=contexts)
    def agree(population: tuple[Member, ...], asked: list[Condition], context: dict[str, Scalar]) -> None:
        nonlocal cases
        wrong = database.transact(lambda connection: _disagreements(connection, population, asked, context))
        assert wrong == []
        cases += len(population) * len(asked)

    agree()
    assert cases >= LEAST_CASES


def test_every_leaf_alone_and_negated_agrees(database: Database) -> None:
    @settings(max_examples=EXAMPLES // 2, phases=PHASES, suppress_health_check=list(HealthCheck))
    @given(population=populations, asked=st.lists(leaves, min_size=TREES, max_size=TREES), context=contexts)
    def agree(population: tuple[Member, ...], asked: list[Condition], context: dict[str, Scalar]) -> None:
        both = [*asked, *(Not(leaf) for leaf in asked)]
        assert database.transact(lambda c: _disagreements(c, population, both, context)) == []

    agree()


def test_an_inclusive_window_edge_would_be_noticed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sabotage twin: with the window's edge moved by one microsecond the two no longer agree."""
    edge = timedelta(days=30)
    member = Member(id=1, known_since=NOW).did("order.paid", NOW - edge)
    member = Member(id=1, known_since=NOW, tallies=member.tallies)
    asked: list[Condition] = [Did("order.paid", within=edge)]
    assert database.transact(lambda c: _disagreements(c, [member], asked, {})) == []

    late = edge + timedelta(microseconds=1)
    real = where
    monkeypatch.setattr(
        "tests.integration.conditions.test_agreement.where",
        lambda _tree, now, context: real(Did("order.paid", within=late), now, context),
    )
    assert database.transact(lambda c: _disagreements(c, [member], asked, {})) != []


@pytest.mark.parametrize("leaf", [Did("order.paid", within=timedelta(days=7)), Did("order.paid")])
def test_a_rare_event_is_found_by_the_index_of_its_kind_and_time(database: Database, leaf: Did) -> None:
    clause = where(AllOf((leaf, Not(StageIs(("churned",))))), NOW)
    query = select(table(MemberRow).c.id).where(clause)
    plan = _plan(database, query)
    assert "ix_tally_kind_last" in plan


def test_either_of_two_rare_events_is_still_found_by_the_index(database: Database) -> None:
    week = timedelta(days=7)
    either = AnyOf((Did("order.paid", within=week), Did("member.message", within=week)))
    query = select(table(MemberRow).c.id).where(where(AllOf((RfmIs(), either)), NOW))
    assert _plan(database, query).count("ix_tally_kind_last") == 2


def _plan(database: Database, query: Select[Any]) -> str:
    def explained(connection: Connection) -> str:
        if connection.dialect.name == "postgresql":
            # Tiny tables make any planner scan them; what is asked here is whether the index could serve.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        compiled = query.compile(connection, compile_kwargs={"literal_binds": True})
        word = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        return "\n".join(str(row) for row in connection.exec_driver_sql(f"{word} {compiled}"))

    return database.transact(explained)
