"""A community of any size in SQLite, made by bulk SQL: who they are, what they did, their profile numbers.

Per member on average: one follow, 2 messages, 1 purchase (two in five members buy), spread over a year.
Chance is a hash of the member's number, so that every run has the same community.
"""

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from storage import migrate

YEAR = timedelta(days=365)
_FORM = "%Y-%m-%d %H:%M:%f000"
# Knuth's multiplicative hash: 0 … 999,999, the same for everybody on every machine.
_CHANCE = "((i * 2654435761 + {salt} * 40503) % 4294967296) * 1000000 / 4294967296"


def build(file: Path, members: int, now: datetime) -> str:
    """Make the database and return its URL; nobody's stage, memberships or looks are set."""
    url = f"sqlite:///{file}"
    migrate.upgrade(url)
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("synchronous=OFF", "cache_size=-200000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    indexes = _without_indexes(connection)
    given = {"n": members, "now": now.strftime("%Y-%m-%d %H:%M:%S")}
    connection.execute("BEGIN")
    connection.execute(f"CREATE TEMP TABLE who AS {_WHO}", given)
    for statement in (_MEMBERS, _IDENTITIES, *_EVENTS, _TALLIES):
        connection.execute(statement, given if ":now" in statement else {})
    for statement in indexes:
        connection.execute(statement)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return url


def _without_indexes(connection: sqlite3.Connection) -> list[str]:
    """Drop the plain indexes and return what makes them again: filling first is many times faster."""
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        " AND tbl_name IN ('member', 'identity', 'event', 'tally')"
    ).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}")
    return [statement for _, statement in found]


def _ago(chance: str, days: int) -> str:
    return f"strftime('{_FORM}', :now, '-' || (({chance}) * {days} * 86400 / 1000000) || ' seconds')"


# `since`: how many days ago they came; `orders`, `messages`: how often; a, b, c: chances of their own.
_WHO = f"""
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :n)
SELECT i, {_CHANCE.format(salt=1)} AS a, {_CHANCE.format(salt=2)} AS b, {_CHANCE.format(salt=3)} AS c,
       CASE WHEN i % 5 < 2 THEN 1 + i % 4 ELSE 0 END AS orders, i % 5 AS messages
FROM n
"""
_MEMBERS = f"""
INSERT INTO member (id, stage, attributes, provenance, known_since, unfollowed)
SELECT i, '', '{{}}', '{{}}', {_ago("a", 365)}, 0 FROM who
"""
_IDENTITIES = f"""
INSERT INTO identity (known_as, member_id, account, following, since, source)
SELECT printf('shop:oBench%022d', i), i, 'shop', 1, {_ago("a", 365)}, 'shop' FROM who
"""
_COLUMNS = "INSERT INTO event (member_id, kind, at, received_at, account, key, amount, properties)"
_EVENTS = (
    f"{_COLUMNS} SELECT i, 'member.followed', {_ago('a', 365)}, :now, 'shop', 'f' || i, 0, '{{}}' FROM who",
    *(
        f"{_COLUMNS} SELECT i, 'member.message', {_ago(f'a * (1000000 - b) / {turn}000000', 365)}, :now,"
        f" 'shop', 'm{turn}/' || i, 0, '{{}}' FROM who WHERE messages >= {turn}"
        for turn in range(1, 5)
    ),
    *(
        f"{_COLUMNS} SELECT i, 'order.paid', {_ago(f'a * (1000000 - c) / {turn}000000', 365)}, :now, 'shop',"
        f" 'o{turn}/' || i, 9900, '{{}}' FROM who WHERE orders >= {turn}"
        for turn in range(1, 5)
    ),
)
_TALLIES = """
INSERT INTO tally (member_id, kind, count, first_at, last_at, amount)
SELECT member_id, kind, count(*), min(at), max(at), sum(amount) FROM event GROUP BY member_id, kind
"""
