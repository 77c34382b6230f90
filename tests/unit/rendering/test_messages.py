"""The contract of every message of the project: it renders with its own sample."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.content import Image, Notice, Text
from bot.rendering import Renderer
from bot.rendering.lint import sample_values
from tests.unit.rendering.conftest import APP

TEMPLATES = Path(__file__).parents[3] / "templates"
RENDERER = Renderer.load([TEMPLATES], APP)
FILES = sorted((TEMPLATES / "messages").rglob("*.j2"))
METHODS = {"": "customer_service", "generic": "customer_service", "mass": "mass",
           "subscription": "subscription_notice", "template": "template_message"}  # fmt: skip
STRANGER = {
    "number": "m7", "name": None, "stage": None, "tags": (), "level": None, "points": 0, "birthday": None,
    "source": None,
}  # fmt: skip


def test_nothing_is_wrong_with_any_message_of_the_project() -> None:
    assert RENDERER.problems == []
    assert sum(len(variants) for variants in RENDERER.families().values()) == len(FILES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(TEMPLATES / "messages").as_posix())
def test_a_message_renders_with_its_sample_and_for_a_member_without_a_name(file: Path) -> None:
    where = file.relative_to(TEMPLATES / "messages").as_posix().removesuffix(".j2")
    name, _, variant = where.partition(".")
    sample = sample_values(RENDERER._messages[name, variant])
    for values in (sample, {**sample, "member": STRANGER, "coupons": []}):
        content = RENDERER.render(name, METHODS[variant], values, personalised=variant != "generic")
        assert isinstance(content, Text | Notice | Image)
        texts = list(content.fields.values()) if isinstance(content, Notice) else [_shown(content)]
        for text in texts:
            assert text == text.strip() != ""
            assert "None" not in text
            assert "{{" not in text


def _shown(content: Text | Image) -> str:
    return content.text if isinstance(content, Text) else content.media


@pytest.mark.parametrize(
    "name",
    [
        "welcome/hello", "welcome/story", "offer/ten_off", "offer/expiring", "offer/story",
        "birthday/gift", "birthday/wish", "winback/miss_you", "winback/coupon", "vip/brief", "vip/thanks",
        "vip/how_are_things", "vip/early_access", "complaint/brief", "referral/reward", "content/digest",
        "answers/hours", "answers/returns", "consent/marketing", "claim/ok", "coupons/mine",
        "human/brief", "order/update",
    ],
)  # fmt: skip
def test_a_message_that_rules_and_handlers_name_is_there(name: str) -> None:
    assert name in RENDERER.families()


def test_every_marketing_family_has_something_for_who_refuses_personalisation() -> None:
    marketing = [name for name in RENDERER.families() if RENDERER.purpose(name) == "marketing"]
    assert marketing
    assert [name for name in marketing if RENDERER.lacks(name, "customer_service", personalised=False)] == []


OTHER = {
    "number": "m99", "name": "阿强", "stage": "loyal", "tags": ("护肤", "KOC"), "level": "黑", "points": 9000,
    "birthday": "02-29", "source": "林老师",
}  # fmt: skip


@pytest.mark.parametrize("variant", ["generic", "mass"])
def test_what_is_the_same_for_all_is_the_same_to_the_byte_for_any_two(variant: str) -> None:
    names = [name for name, which in RENDERER._messages if which == variant]
    assert names
    for name in names:
        sample = sample_values(RENDERER._messages[name, variant])
        coupon = {**sample["coupon"], "code": "ZZZZ9999"}
        shown = [
            RENDERER.render(name, METHODS[variant], values, personalised=variant != "generic")
            for values in (sample, {**sample, "member": OTHER, "coupon": coupon})
        ]
        assert shown[0] == shown[1], name
