"""Deciding on a glance leaves the same rows and gives the same answers as deciding with everything known."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app import load
from bot.composition import group_of
from bot.config import Config
from bot.domain.channel import ReplyHandle
from bot.domain.content import Content
from bot.domain.events import InboundEvent
from bot.domain.lifecycle.rulebook import Rulebook
from bot.group import Group
from bot.opening import open_database
from bot.renderers import renderer_of
from bot.turns import Heard
from storage.database import Connection, Database
from storage.glances import glances
from storage.tables import METADATA
from tests.fakes import START
from tests.whole import ENVIRONMENT, write_config

WORDS = (
    "你好", "营业时间", "面膜怎么卖", "宝宝的奶粉", "订阅优惠", "TD", "我要投诉", "生日礼", "人工", "我的券",
    "绑定 abc123", "在吗", "谢谢",
)  # fmt: skip
KINDS = (*["member.message"] * 9, "member.followed", "member.menu_click", "member.scanned", "order.paid")
GAPS = (timedelta(seconds=1), timedelta(minutes=7), timedelta(hours=30), timedelta(days=32))
# Made by chance, so they differ from run to run.
BY_CHANCE = {"coupon": {"code"}}
Rows = dict[str, list[tuple[object, ...]]]


class Plain:
    """A channel whose answers can be read."""

    account = "shop"

    def answer(self, _handle: ReplyHandle | None, content: Content | None, _now: datetime) -> bytes:
        return repr(content).encode()


def life(seed: int) -> Iterator[tuple[datetime, list[InboundEvent]]]:
    """Groups of events of a few members over some weeks."""
    chance, now = random.Random(seed), START
    for turn in range(9):
        now += chance.choice(GAPS)
        yield now, [_event(chance, f"{seed}/{turn}/{index}", now) for index in range(chance.randint(1, 14))]


def _event(chance: random.Random, key: str, now: datetime) -> InboundEvent:
    kind, who = chance.choice(KINDS), f"shop:o{chance.randint(1, 5)}"
    said = chance.choice(WORDS) if kind == "member.message" else ""
    properties = {"key": "my_coupons"} if kind == "member.menu_click" else {"type": "text"}
    at = now - timedelta(seconds=chance.randint(0, 3))
    return InboundEvent(key, "shop", kind, at, who, said, properties, can_reply=True)


def lived(database: Database, group: Group, seed: int) -> tuple[list[bytes], Rows]:
    """Let the group hear a life; return what was answered and every row it left."""
    answers: list[bytes] = []
    for now, events in life(seed):
        heard = [Heard(one, ReplyHandle("o", "gh"), Plain()) for one in events]  # type: ignore[arg-type]  # it only answers
        answers += database.transact(lambda c, heard=heard, now=now: group.work(c, heard, now)).answers  # type: ignore[misc]  # bound now
    return answers, database.transact(everything)


def everything(c: Connection) -> Rows:
    found: Rows = {}
    for table in METADATA.sorted_tables:
        kept = [each for each in table.columns if each.name not in BY_CHANCE.get(table.name, set())]
        found[table.name] = [tuple(row) for row in c.execute(select(*kept).order_by(*table.primary_key))]
    return found


def both_ways(
    configs: Sequence[Config],
    seed: int,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[pytest.MonkeyPatch], None] = lambda _patch: None,
) -> tuple[tuple[list[bytes], Rows], tuple[list[bytes], Rows], int]:
    """What a life leads to with glances, spoiled or not, and without; and how many glances there were."""
    seen: list[int] = []
    with ExitStack() as stack:
        first, second = (stack.enter_context(open_database(config)) for config in configs)
        with monkeypatch.context() as patch:

            def counted(*given: object) -> object:
                found = glances(*given)  # type: ignore[arg-type]  # passed on as they came
                seen.append(len(found))
                return found

            patch.setattr("bot.group.glances", counted)
            spoil(patch)
            quick = lived(first, group_of(configs[0], renderer_of(configs[0])), seed)
        with monkeypatch.context() as patch:
            patch.setattr("bot.group.glances", lambda *_given: {})
            slow = lived(second, group_of(configs[1], renderer_of(configs[1])), seed)
    return quick, slow, sum(seen)


@pytest.fixture(params=["sqlite", "postgresql"])
def configs(request: pytest.FixtureRequest, tmp_path: Path) -> list[Config]:
    """Two configurations that differ in their fresh database only."""
    found = []
    for place, url in enumerate(_two(request, tmp_path)):
        folder = tmp_path / str(place)
        folder.mkdir()
        found.append(load(write_config(folder, "http://127.0.0.1:9", url, {}), ENVIRONMENT))
    return found


def _two(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/one.db", f"sqlite:///{tmp_path}/two.db"
    return request.getfixturevalue("postgres_url"), request.getfixturevalue("other_postgres_url")


@pytest.mark.parametrize("seed", range(6))
def test_a_glance_leads_to_what_knowing_everything_leads_to(
    configs: list[Config], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick, slow, seen = both_ways(configs, seed, monkeypatch)
    assert quick[0] == slow[0]
    for name, rows in slow[1].items():
        assert quick[1][name] == rows, name
    assert seen > 3


def test_glancing_at_what_is_no_repetition_is_found_out(
    configs: list[Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin: with every event taken for a repetition, stages and runs come out otherwise."""

    def spoil(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(Rulebook, "repeat_window", lambda *_given: timedelta.max)
        patch.setattr("bot.domain.lifecycle.decide.repeats", lambda *_given: True)

    quick, slow, _ = both_ways(configs, 1, monkeypatch, spoil)
    assert quick[1] != slow[1]
