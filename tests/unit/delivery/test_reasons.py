"""Every code people may meet has its sentence in both languages, in one place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.channels._official.verdicts import _OTHER, BAD_ANSWER, VERDICTS
from bot.domain.coupons import Refusal
from bot.domain.delivery.reasons import Reason, coupon_reason
from bot.rendering.renderer import NO_VARIANT, UNRENDERABLE
from bot.web.words import LANGUAGES, Words, read
from storage.forgetting import ERASED

ROOT = Path(__file__).parents[3]
CATALOGUE = read(ROOT / "templates")
SENTENCES = CATALOGUE["reason"]
# Leaves of the tree of send errors; the first argument of each is a code.
LEAVES = {"Undeliverable", "TryLater", "OutcomeUnknown", "AccountDisabled"}
# How runs end, and what a member's own wish takes back; `exit` is a family: ``exit:vip``.
ENDS = {"exit", "goal", "erasure_asked", ERASED}


def raised() -> Iterator[str]:
    """Yield the codes written out in the channels."""
    for file in (ROOT / "bot" / "channels").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in LEAVES:
                yield from (str(one.value) for one in node.args[:1] if isinstance(one, ast.Constant))


def codes() -> set[str]:
    ours = {str(reason) for reason in Reason if reason is not Reason.COUPON}
    coupons = {coupon_reason(cause) for cause in Refusal}
    platform = {verdict.reason for verdict in (*VERDICTS.values(), _OTHER)} | {BAD_ANSWER}
    return ours | coupons | platform | set(raised()) | {NO_VARIANT, UNRENDERABLE} | ENDS | {""}


def test_every_reason_has_its_sentence_and_no_sentence_is_idle() -> None:
    assert set(SENTENCES) == codes()
    assert len(set(raised())) > 10


@pytest.mark.parametrize("code", sorted(codes() - {""}))
def test_a_reason_says_something_short_in_both_languages(code: str) -> None:
    assert set(SENTENCES[code]) == set(LANGUAGES)
    # Short enough for the label of a bar on a phone.
    assert 2 <= len(SENTENCES[code]["zh"]) <= 22
    assert 4 <= len(SENTENCES[code]["en"]) <= 64


def test_no_other_catalogue_says_why() -> None:
    said = yaml.safe_load((ROOT / "templates" / "console" / "words.yaml").read_text(encoding="utf-8"))
    assert "reason" not in said


def test_a_reason_with_a_detail_keeps_it_and_one_nobody_knows_stands_for_itself() -> None:
    words = Words(CATALOGUE, "zh")
    assert words.reason("exit:order.paid") == "已离开规则 · 付款"
    assert words.reason("exit:vip") == "已离开规则 · vip"
    assert words.reason("cap") == "频次已到上限"
    assert words.reason("something_new") == "something_new"
