"""What may be stored, whatever is thrown at it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import storable
from bot.domain.storable import NotStorable


@given(st.text(alphabet=st.characters(), max_size=64))
def test_any_text_becomes_utf8_without_nul(value: str) -> None:
    clean = storable.text(value)
    assert "\0" not in clean
    assert clean.encode("utf-8").decode("utf-8") == clean
    assert storable.text(clean) == clean


@pytest.mark.parametrize("bad", ["\ud800", "a\udfffb", "\udc00\ud800"])
def test_lone_surrogates_are_replaced(bad: str) -> None:
    assert "�" in storable.text(bad)


def test_composed_and_decomposed_letters_are_one() -> None:
    assert storable.text("e\u0301") == storable.text("\u00e9")


def test_text_has_an_end() -> None:
    assert len(storable.text("长" * 100_000)) == storable.LONGEST_TEXT


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 2**63, -(2**63) - 1, 1e19, 10**300])
def test_numbers_no_database_keeps_are_refused(bad: float) -> None:
    with pytest.raises(NotStorable):
        storable.scalar(bad)


@pytest.mark.parametrize("good", [2**63 - 1, -(2**63), 0.1, True, None, "x", -0.0])
def test_what_every_database_keeps_stays_as_it_is(good: float | str | None) -> None:
    assert storable.scalar(good) == good


def test_a_float_beyond_53_bits_is_the_whole_number_it_is() -> None:
    assert storable.scalar(2.0**60) == 2**60
    assert isinstance(storable.scalar(2.0**60), int)


def test_too_many_properties_are_refused() -> None:
    with pytest.raises(NotStorable):
        storable.scalars({f"p{number}": 1 for number in range(storable.MOST_PROPERTIES + 1)})
