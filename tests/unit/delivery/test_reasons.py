"""Every code people may meet has its sentence, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.domain.coupons import Refusal
from bot.domain.delivery.reasons import Reason, coupon_reason

CATALOGUE = Path(__file__).parents[3] / "templates" / "catalogue"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_reason_has_its_sentence_and_no_sentence_is_idle(language: str) -> None:
    sentences = yaml.safe_load((CATALOGUE / f"reasons.{language}.yaml").read_text(encoding="utf-8"))
    codes = {str(reason) for reason in Reason if reason is not Reason.COUPON}
    codes |= {coupon_reason(cause) for cause in Refusal}
    assert set(sentences) == codes
    assert all(isinstance(sentence, str) and len(sentence) > 3 for sentence in sentences.values())
