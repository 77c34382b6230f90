"""A rule is edited while members are in it: who is in it finishes by the text they entered by."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from bot.app import load
from bot.config import text_of
from tests.whole import ENVIRONMENT, Whole, whole

STEP = "- {id: settle, wait: 20h}"


@pytest.fixture
async def community(tmp_path: Path, any_database_url: str) -> AsyncIterator[Whole]:
    async with whole(tmp_path, any_database_url) as running:
        await running.program.remember(text_of(tmp_path / "config.yaml"))
        yield running


async def edit(town: Whole, folder: Path, changes: Mapping[str, str]) -> None:
    """Change the file and swap it in, as SIGHUP does."""
    path = folder / "config.yaml"
    text = path.read_text(encoding="utf-8")
    for was, becomes in changes.items():
        assert was in text
        text = text.replace(was, becomes)
    path.write_text(text, encoding="utf-8")
    await town.program.reload(load(path, ENVIRONMENT))
    await town.program.remember(text_of(path))


async def test_a_member_under_way_finishes_as_they_began_and_a_new_one_as_it_says_now(
    community: Whole, tmp_path: Path
) -> None:
    await community.act("follow", "小明")
    await community.says("小明", "订阅优惠")
    versions = "SELECT DISTINCT version FROM enrollment WHERE rule = 'first_order_coupon'"
    assert len(await community.rows(versions)) == 1
    await edit(community, tmp_path, {STEP: "- {id: settle, wait: 40d}"})
    assert len(community.program.config.earlier) == 1
    for who in ("小红", "小刚", "小丽", "小强"):
        await community.act("follow", who)
    assert len(await community.rows(versions)) == 2
    await community.advance("3d")
    standing = "SELECT member_id, step FROM enrollment WHERE rule = 'first_order_coupon' AND NOT held_out"
    steps = dict(await community.rows(standing))
    assert steps.pop(1) != "settle"
    assert set(steps.values()) == {"settle"}


async def test_with_migrate_everybody_goes_on_by_the_new_text(community: Whole, tmp_path: Path) -> None:
    await community.act("follow", "小明")
    changes = {
        STEP: "- {id: settle, wait: 40d}",
        "  first_order_coupon:": "  first_order_coupon:\n    migrate: true\n    #",
    }
    await edit(community, tmp_path, changes)
    assert community.program.config.earlier == {}
