"""What members are shown of the content library."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.content_choice import MOST, Item, Library, choose, common_token, newest

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LABELS = ("母婴", "护肤", "新品")


def item(name: str, *labels: str, since: datetime | None = None, until: datetime | None = None) -> Item:
    return Item(name, name.title(), f"https://shop.example.com/{name}", labels, since=since, until=until)


ITEMS = st.lists(
    st.builds(
        item,
        st.sampled_from([f"i{number}" for number in range(12)]),
        st.sampled_from(LABELS),
        since=st.sampled_from([None, NOW - DAY, NOW + DAY]),
        until=st.sampled_from([None, NOW - DAY, NOW + DAY]),
    ),
    max_size=12,
    unique_by=lambda one: one.name,
)
INTERESTS = st.sets(st.sampled_from(LABELS))


@given(ITEMS, INTERESTS)
def test_however_often_a_member_is_shown_something_it_is_never_the_same_twice(
    items: list[Item], interests: set[str]
) -> None:
    library = Library(tuple(items))
    shown: list[str] = []
    for _ in range(6):
        chosen = choose(library, shown, interests, NOW)
        assert len(chosen) <= MOST
        assert all(one.open(NOW) for one in chosen)
        shown += [one.name for one in chosen]
    assert len(shown) == len(set(shown))
    assert set(shown) == {one.name for one in items if one.open(NOW)}


@given(ITEMS, INTERESTS)
def test_forgetting_what_was_shown_would_show_it_again(items: list[Item], interests: set[str]) -> None:
    """The naive twin: without the ledger the same items come again, so the test above can fail."""
    library = Library(tuple(items))
    assert choose(library, (), interests, NOW) == choose(library, (), interests, NOW)


@given(ITEMS, INTERESTS, st.sets(st.sampled_from([f"i{number}" for number in range(12)])))
def test_nothing_left_out_fits_better_than_what_was_chosen(
    items: list[Item], interests: set[str], seen: set[str]
) -> None:
    library = Library(tuple(items))
    chosen = choose(library, seen, interests, NOW)
    others = [one for one in items if one.open(NOW) and one.name not in seen and one not in chosen]

    def fit(one: Item) -> int:
        return len(interests.intersection(one.labels))

    assert not others or min(map(fit, chosen)) >= max(map(fit, others))


def test_of_equal_fit_the_newest_are_chosen() -> None:
    library = Library(tuple(item(name) for name in ("new", "newer_than_old", "old", "oldest")))
    assert [one.name for one in choose(library, (), (), NOW)] == ["new", "newer_than_old", "old"]


def test_everybody_is_shown_the_newest_and_once_all_were_shown_the_newest_again() -> None:
    library = Library(tuple(item(name) for name in "abcd"))
    assert [one.name for one in newest(library, (), NOW)] == ["a", "b", "c"]
    assert [one.name for one in newest(library, "abc", NOW)] == ["d"]
    assert [one.name for one in newest(library, "abcd", NOW)] == ["a", "b", "c"]


def test_an_item_is_open_from_its_first_moment_and_closed_at_its_last() -> None:
    short = item("short", since=NOW, until=NOW + DAY)
    opens = [short.open(NOW + offset) for offset in (-timedelta(microseconds=1), timedelta(), DAY)]
    assert opens == [False, True, False]


def test_a_common_token_tells_scopes_items_and_addresses_apart_and_names_nobody() -> None:
    one, other = item("one"), item("other")
    tokens = {common_token(scope, each) for scope in ("a", "b") for each in (one, other)}
    assert len(tokens) == 4
    assert {len(token) for token in tokens} == {20}
