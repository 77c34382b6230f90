"""A month as a message asks for it, and as it is drawn."""

from datetime import date
from pathlib import Path

import pytest

from bot.domain.errors import Undeliverable
from bot.domain.month import month_of
from bot.drawing import available
from bot.pictures import Pictures

MEDIA = "drawn:2026-02;1,3;2;4;2 月打卡;一二三四五六日;打卡;补签"


def test_all_that_the_picture_shows_is_in_what_is_asked_for() -> None:
    month = month_of(MEDIA)
    assert (month.first, month.length, month.today) == (date(2026, 2, 1), 28, 4)
    assert (month.done, month.made_up) == (frozenset({1, 3}), frozenset({2}))
    assert (month.title, month.heads, month.names) == ("2 月打卡", "一二三四五六日", ("打卡", "补签"))


@pytest.mark.parametrize(
    "media", ["pictures/a.png", "drawn:", "drawn:2026-13;;;1;t;一二三四五六日;a;b", MEDIA + ";x"]
)
def test_anything_else_is_no_month(media: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        month_of(media)
    with pytest.raises(Undeliverable):
        Pictures().draw(media)


@pytest.mark.skipif(not available(), reason="matplotlib is an extra")
def test_two_machines_draw_the_same_picture_each_for_itself_and_other_days_another() -> None:
    here, there = Pictures().draw(MEDIA), Pictures().draw(MEDIA)
    other = Pictures().draw(MEDIA.replace("1,3", "1"))
    pictures = [Path(path).read_bytes() for path in (here, there, other)]
    assert here != there
    assert pictures[0].startswith(b"\x89PNG")
    assert pictures[0] == pictures[1] != pictures[2]
