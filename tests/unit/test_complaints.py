"""The complaint model beats keywords on lines it never saw."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.complaints import load
from bot.complaints.features import SIZE, features
from bot.config.model import Complaints
from bot.domain.words import mentions
from tools.complaints.phrases import phrases

LINES = Path(__file__).parents[1] / "payloads" / "complaints" / "group_lines.tsv"
TRAINED = Path(__file__).parents[2] / "tools" / "complaints" / "group_lines.tsv"
KEYWORDS = ("投诉", "退款", "差评", "骗人")


def lines(path: Path) -> list[tuple[bool, str]]:
    rows = (line.split("\t", 1) for line in path.read_text(encoding="utf-8").splitlines())
    return [(label == "1", text) for label, text in rows]


def judged(found: list[tuple[bool, bool]]) -> tuple[float, float]:
    """Return precision and recall of (is, was said to be)."""
    hits = sum(is_ and said for is_, said in found)
    return hits / max(1, sum(said for _, said in found)), hits / sum(is_ for is_, _ in found)


def test_there_are_lines_enough_and_none_was_trained_on() -> None:
    own = lines(LINES)
    assert len(own) >= 200
    assert 80 <= sum(is_ for is_, _ in own) <= 120
    trained = {text for _, text in lines(TRAINED)} | {text for _, text in phrases()}
    assert sum(text in trained for _, text in own) <= 2


def test_the_model_finds_most_complaints_that_keywords_miss() -> None:
    model, own = load(), lines(LINES)
    assert model is not None
    threshold = Complaints((), "").threshold
    precision, recall = judged([(is_, model.score(text) >= threshold) for is_, text in own])
    by_words = judged([(is_, mentions(text, KEYWORDS) is not None) for is_, text in own])
    assert precision >= 0.75
    assert recall >= 0.7
    assert (precision, recall) > by_words
    assert recall > 5 * by_words[1]


@pytest.mark.parametrize("text", ["", " ", "😀", "a" * 5000, "\ud800".encode("utf-8", "replace").decode()])
def test_any_text_has_features_of_length_one(text: str) -> None:
    found = features(text)
    assert all(0 <= gram < SIZE for gram in found)
    assert sum(weight**2 for weight in found.values()) == pytest.approx(1)
