"""Messages that link to the library by name, and digests given as the answer to a callback."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.app import load
from bot.domain.errors import ConfigError
from tests.integration.web.shop import Shop
from tests.integration.web.test_links import opened
from tests.whole import ENVIRONMENT, ROOT, whole, write_config

STORY = "---\ntitle: 故事\ntype: text\npurpose: service\n---\n看看这个：{{ link('%s') }}\n"
ANSWERED = {"keyword_answers: {": "keyword_answers: {故事: stories/tea, "}


def with_story(folder: Path, item: str) -> dict[str, str]:
    """Write a message that links to an item, and return the changes that make it an answer."""
    place = folder / "own" / "messages" / "stories"
    place.mkdir(parents=True)
    (place / "tea.j2").write_text(STORY % item, encoding="utf-8")
    return {**ANSWERED, "path: [templates]": f"path: [{folder / 'own'}, {ROOT / 'templates'}]"}


async def test_an_answer_links_to_an_item_by_its_name(tmp_path: Path, any_database_url: str) -> None:
    async with whole(tmp_path, any_database_url, with_story(tmp_path, "dry_season")) as running:
        await running.act("follow", "小明")
        told = await running.says("小明", "故事") or ""
        token = re.search(r"http://127\.0\.0\.1:8080/l/([0-9a-f]{20})", told)
        assert token is not None, told
        assert await opened(Shop(running), token.group(1)) == (302, "https://shop.example.com/read/dry")
        assert await running.rows("SELECT clicks FROM link") == [(1,)]


def test_a_link_to_nothing_is_refused_before_anything_runs(tmp_path: Path) -> None:
    changes = with_story(tmp_path, "dry_saeson")
    path = write_config(tmp_path, "http://127.0.0.1:1", f"sqlite:///{tmp_path}/x.db", changes)
    with pytest.raises(ConfigError) as caught:
        load(path, ENVIRONMENT)
    assert 'templates.messages/stories/tea.j2: no link "dry_saeson"' in "\n".join(caught.value.problems)


async def test_a_digest_that_answers_shows_the_next_three_each_time(
    tmp_path: Path, any_database_url: str
) -> None:
    rule = (
        "\nrules:\n  reading: {status: live, purpose: marketing,"
        " entry: {event: member.menu_click}, reentry: {mode: every_occurrence},"
        " steps: [{id: d, send: {template: content/digest, via: [reply], expires: 1h}}]}\n"
    )
    async with whole(tmp_path, any_database_url, {"\nrules:": rule}) as running:
        await running.act("follow", "小明")
        await running.says("小明", "订阅优惠")
        await running.says("小明", "开启个性化")
        answers = []
        for _ in range(2):
            clicked = await running.act("click", "小明", key="news")
            answers.append(re.findall(r"/l/([^\n]+)", clicked["reply"]["Content"]))
            await running.advance("2d")
        assert [len(tokens) for tokens in answers] == [3, 3]
        assert len({*answers[0], *answers[1]}) == 6
        assert await running.rows("SELECT count(*) FROM shown") == [(6,)]
