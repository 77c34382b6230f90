"""The library's ledgers on both databases: what was shown, links, clicks, and one-time passes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, insert, select

from bot.domain.content_choice import ITEMS, Item, Library, choose
from bot.domain.identity import identity, number_of
from storage import announcements, clicks, erasure, mine, passes
from storage.database import Database
from storage.dialect import lock_members
from storage.library import LINK, SHOWN, Wish, stock
from storage.tables import table
from storage.tables.delivery import OutboxRow
from storage.tables.members import IdentityRow, MemberRow

OUTBOX = table(OutboxRow)
NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LIBRARY = Library(
    tuple(
        Item(
            f"i{number}",
            f"第{number}篇",
            f"https://shop.example.com/{number}",
            ("母婴",) if number % 2 else (),
        )
        for number in range(8)
    ),
    {"digest": frozenset({ITEMS}), "story": frozenset({"links.i1"}), "plain": frozenset({"member.name"})},
    "https://bot.example.com",
)


def person(database: Database) -> int:
    def work(c: Connection) -> int:
        row = MemberRow(stage="new", known_since=NOW).model_dump(exclude={"id"})
        found: int = c.execute(insert(table(MemberRow)).returning(table(MemberRow).c.id), row).scalar_one()
        known = IdentityRow(
            known_as=identity("shop", f"o{found}"), member_id=found, account="shop", since=NOW
        )
        c.execute(insert(table(IdentityRow)).values(**known.model_dump()))
        return found

    return database.transact(work)


def shown(database: Database, wish: Wish, library: Library = LIBRARY) -> list[str]:
    """Return the names of what a message shows."""
    found = database.transact(lambda c: stock(c, [wish], library, NOW)).get(wish.key)
    return [item.name for item, _ in found.items] if found else []


def test_a_member_sees_what_fits_first_and_never_the_same_twice(database: Database) -> None:
    one = person(database)
    rounds = [shown(database, Wish(f"k{turn}", one, "digest", tags=("母婴",))) for turn in range(4)]
    assert rounds == [["i1", "i3", "i5"], ["i0", "i2", "i7"], ["i4", "i6"], []]


def test_without_the_ledger_the_same_would_come_again(database: Database) -> None:
    """The naive twin: whoever chooses without looking at what was shown repeats themselves."""
    person(database)
    naive = [[item.name for item in choose(LIBRARY, (), ("母婴",), NOW)] for _ in range(2)]
    assert naive[0] == naive[1] == ["i1", "i3", "i5"]


def test_a_further_try_of_a_message_shows_the_same_behind_the_same_addresses(database: Database) -> None:
    one = person(database)
    wish = Wish("k", one, "digest")
    first = database.transact(lambda c: stock(c, [wish], LIBRARY, NOW))
    again = database.transact(lambda c: stock(c, [wish], LIBRARY, NOW + MINUTE))
    assert first == again
    assert len({address for _, address in first["k"].items}) == 3


def test_what_a_message_that_never_arrived_would_have_shown_is_free_again(database: Database) -> None:
    one = person(database)
    before = shown(database, Wish("lost", one, "digest"))

    def lose(c: Connection) -> None:
        row = OutboxRow(
            key="lost", member_id=one, template="digest", purpose="marketing", state="failed", created_at=NOW,
            due_at=NOW, expires_at=NOW, platform_key="x" * 32,
        )  # fmt: skip
        c.execute(insert(OUTBOX).values(**row.model_dump(exclude={"id"})))

    database.transact(lose)
    assert shown(database, Wish("next", one, "digest")) == before


def test_everybody_is_shown_the_same_behind_the_same_addresses_and_the_next_firing_something_else(
    database: Database,
) -> None:
    people = [person(database) for _ in range(3)]

    def firing(day: int) -> list[Wish]:
        scope = f"campaign:digest/{day}"
        return [
            Wish(f"{day}/{one}", one, "digest", scope, "campaign:digest/", personal=False) for one in people
        ]

    # In two chunks, as two senders would claim them.
    first = database.transact(lambda c: stock(c, firing(1)[:2], LIBRARY, NOW))
    first |= database.transact(lambda c: stock(c, firing(1)[2:], LIBRARY, NOW))
    assert len({repr(shelf) for shelf in first.values()}) == 1
    second = database.transact(lambda c: stock(c, firing(2), LIBRARY, NOW))
    names = [
        [item.name for item, _ in shelf.items]
        for shelf in (first[f"1/{people[0]}"], second[f"2/{people[0]}"])
    ]
    assert names == [["i0", "i1", "i2"], ["i3", "i4", "i5"]]
    # What came by mass does not come again in a message of one's own.
    assert shown(database, Wish("own", people[0], "digest")) == ["i6", "i7"]


def test_a_message_that_lists_nothing_keeps_nothing(database: Database) -> None:
    one = person(database)
    assert database.transact(lambda c: stock(c, [Wish("k", one, "plain")], LIBRARY, NOW)) == {}
    found = database.transact(lambda c: stock(c, [Wish("k", one, "story")], LIBRARY, NOW))["k"]
    assert (list(found.links), found.items) == (["i1"], ())
    assert database.transact(lambda c: c.execute(select(SHOWN)).all()) == []


def test_a_click_counts_every_time_and_is_announced_once_for_the_member(database: Database) -> None:
    one = person(database)
    shelf = database.transact(lambda c: stock(c, [Wish("k", one, "story")], LIBRARY, NOW))["k"]
    token = shelf.links["i1"].rpartition("/")[2]
    for _ in range(3):
        database.transact(lambda c: clicks.opened(c, token, LIBRARY, NOW))
    row = database.transact(lambda c: c.execute(select(LINK).where(LINK.c.token == token)).one())
    assert (row.clicks, row.first_at, row.member_id) == (3, NOW, one)
    [event] = database.transact(lambda c: announcements.waiting(c, 9))
    assert (event.kind, event.known_as) == ("link.clicked", f"member:{number_of(one)}")
    assert event.properties == {"item": "i1", "labels": "母婴"}


def test_clicks_at_once_are_all_counted_and_announced_once(database: Database) -> None:
    one = person(database)
    shelf = database.transact(lambda c: stock(c, [Wish("k", one, "story")], LIBRARY, NOW))["k"]
    token = shelf.links["i1"].rpartition("/")[2]
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(lambda _: database.transact(lambda c: clicks.opened(c, token, LIBRARY, NOW)), range(12))
        )
    counted = database.transact(lambda c: c.execute(select(LINK.c.clicks)).scalar_one())
    assert counted == 12
    assert len(database.transact(lambda c: announcements.waiting(c, 9))) == 1


def test_what_was_clicked_says_what_is_liked(database: Database) -> None:
    one = person(database)
    shelf = database.transact(lambda c: stock(c, [Wish("k", one, "story")], LIBRARY, NOW))["k"]
    token = shelf.links["i1"].rpartition("/")[2]
    database.transact(lambda c: clicks.opened(c, token, LIBRARY, NOW))
    assert shown(database, Wish("d", one, "digest")) == ["i1", "i3", "i5"]


def test_a_forgotten_member_leaves_no_link_no_pass_and_nothing_shown(database: Database) -> None:
    one = person(database)
    shown(database, Wish("k", one, "digest"))
    database.transact(lambda c: passes.issue(c, one, NOW))

    def forget(c: Connection) -> None:
        lock_members(c, [one])
        erasure.everything(c, one, NOW)

    database.transact(forget)

    def left(c: Connection) -> list[object]:
        return [row for source in (LINK, SHOWN, passes.PASS) for row in c.execute(select(source))]

    assert database.transact(left) == []


def test_a_member_is_told_the_counts_of_what_is_held(database: Database) -> None:
    one = person(database)
    shown(database, Wish("k", one, "digest"))
    held = database.transact(lambda c: mine.held(c, one))
    assert (held["links"], held["messages"], held["points"], held["phone"]) == (3, 0, 0, False)
    assert held["known_since"] == NOW
