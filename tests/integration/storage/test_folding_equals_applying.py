"""Folding effects in memory shows the same member as applying them and loading again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete

from bot.domain.effects import AddTag, Effect, Enroll, MoveEnrollment
from bot.domain.events import MESSAGE, ORDER_PAID
from bot.domain.folding import fold
from bot.domain.lifecycle.enrollment import Enrollment
from bot.domain.members import Member
from storage import effects, events, members
from storage.database import Database
from storage.tables import METADATA, table
from storage.tables.groups import GroupRow
from tests.fakes import START
from tests.integration.storage import people

ONE = 1
WANTED = members.Wanted(frozenset({ORDER_PAID}), START - START)
happenings = st.tuples(
    st.sampled_from([MESSAGE, ORDER_PAID, "tag.added"]), people.moments, st.integers(-500, 500)
)


def load(c: Connection, member_id: int) -> Member:
    return members.load(c, [member_id], WANTED, START.replace(year=2020))[member_id]


def anew(c: Connection) -> Member:
    """Empty the database and return its one member, known by two accounts."""
    for each in METADATA.sorted_tables:
        c.execute(delete(each))
    c.execute(members.MEMBER.insert(), {"id": ONE, **members.new_member(START)})
    for account, address in (("shop", "a"), ("corp", "b")):
        row = {"known_as": f"{account}:{address}", "account": account, "following": True, "source": account}
        c.execute(members.IDENTITY.insert(), {**row, "member_id": ONE, "since": START})
    about = {"account": "corp", "owner": "", "version": "", "dismissed": False, "since": START}
    c.execute(table(GroupRow).insert(), {"known_as": "corp:wrA", "name": "宝妈一群", **about})
    return load(c, ONE)


@settings(
    max_examples=150,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_folding_effects_equals_applying_them(database: Database, data: st.DataObject) -> None:
    groups = data.draw(st.lists(st.lists(people.on_member(ONE), max_size=8), max_size=4))
    happened = data.draw(st.lists(happenings, max_size=6))

    def check(c: Connection) -> None:
        folded, possible = decided(anew(c), groups)
        for kind, at, amount in happened:
            folded = folded.did(kind, at, amount)
            events.append(c, [events.Happened(ONE, kind, at, amount=amount)], START)
        effects.apply(c, possible, START)
        # `repeats_at` speaks of the event in hand and is never stored.
        assert load(c, ONE) == replace(folded, repeats_at=None)

    database.transact(check)


def decided(member: Member, groups: Sequence[Sequence[Effect]]) -> tuple[Member, list[list[Effect]]]:
    """Return the member after the effects, and the effects without what no rule decides.

    No rule starts a run it started before, or moves one it cannot see; and none ends earlier than it ended.
    """
    seen: set[str] = set()
    kept: list[list[Effect]] = []
    for group in groups:
        kept.append([])
        for effect in group:
            if isinstance(effect, Enroll):
                if effect.enrollment.id in seen:
                    continue
                seen.add(effect.enrollment.id)
            if isinstance(effect, MoveEnrollment) and not _can_move(effect.enrollment, member):
                continue
            member = fold(member, effect)
            kept[-1].append(effect)
    return member, kept


def _can_move(run: Enrollment, member: Member) -> bool:
    before = next((one for one in member.runs if one.id == run.id), None)
    if before is None:
        return False
    return before.ended_at is None or run.ended_at is None or run.ended_at >= before.ended_at


def test_the_property_notices_a_fold_that_forgets_the_first_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin: with a fold that takes the new time, the comparison fails."""
    from bot.domain import folding
    from bot.domain.members import Tag

    def broken(_old: Tag | None, effect: AddTag) -> Tag:
        return Tag(effect.name, effect.source, effect.at, effect.expires_at)

    def check(c: Connection) -> bool:
        member = anew(c)
        twice = [AddTag(member.id, "母婴", "a", START), AddTag(member.id, "母婴", "b", START.replace(hour=5))]
        monkeypatch.setattr(folding, "tag_after", broken)
        folded = reduce(fold, twice, member)
        monkeypatch.undo()
        effects.apply(c, [twice], START)
        return load(c, member.id) == folded

    assert not database.transact(check)
