"""One-time ways into a member's own page, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from storage import passes
from storage.database import Database

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_pass_opens_once_and_its_session_ends(database: Database) -> None:
    one = 1
    token = database.transact(lambda c: passes.issue(c, one, NOW))
    assert database.transact(lambda c: passes.member_of(c, token, NOW)) is None
    secret = database.transact(lambda c: passes.enter(c, token, NOW + 9 * MINUTE))
    assert secret is not None
    assert database.transact(lambda c: passes.enter(c, token, NOW + 9 * MINUTE)) is None
    assert database.transact(lambda c: passes.enter(c, secret, NOW + 9 * MINUTE)) is None
    assert database.transact(lambda c: passes.member_of(c, secret, NOW + 23 * MINUTE)) == one
    assert database.transact(lambda c: passes.member_of(c, secret, NOW + 24 * MINUTE)) is None
    assert token not in repr(database.transact(lambda c: c.execute(select(passes.PASS)).all()))


def test_a_pass_that_is_too_old_opens_nothing(database: Database) -> None:
    one = 1
    token = database.transact(lambda c: passes.issue(c, one, NOW))
    assert database.transact(lambda c: passes.enter(c, token, NOW + 10 * MINUTE)) is None


def test_of_many_who_open_a_pass_at_once_one_gets_in(database: Database) -> None:
    one = 1
    token = database.transact(lambda c: passes.issue(c, one, NOW))
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda _: database.transact(lambda c: passes.enter(c, token, NOW)), range(8)))
    assert sum(secret is not None for secret in got) == 1


def test_of_many_who_look_before_they_write_several_would_get_in(database: Database) -> None:
    """The naive twin: looking and writing in two steps lets several in."""
    one = 1
    token = database.transact(lambda c: passes.issue(c, one, NOW))

    def unused(c: Connection) -> bool:
        row = c.execute(select(passes.PASS).where(passes.PASS.c.digest == passes.digest(token))).one_or_none()
        return row is not None and row.used_at is None

    assert [database.transact(unused) for _ in range(2)] == [True, True]
