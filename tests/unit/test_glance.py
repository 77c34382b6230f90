"""What members say all day is decided on a glance at them: no handler asks for more of an idle word."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import load
from bot.config import Config, handler_settings, rulebook
from bot.deciding import Decisions
from bot.discovery import HANDLERS, plugins
from bot.domain.events import MESSAGE, InboundEvent
from bot.domain.glance import NOTHING, Glance, Stance, Unread
from bot.domain.identity import identity
from tests.whole import ENVIRONMENT, write_config

NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
STANCE = Stance(NOTHING, NOTHING, NOTHING)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load(write_config(tmp_path, "http://127.0.0.1:9", "sqlite:////tmp/none.db", {}), ENVIRONMENT)


def decided(config: Config, text: str) -> int:
    """Return to how many effects an idle word leads; raise Unread where a glance is not enough."""
    handlers = [one for found in plugins(*HANDLERS).values() for one in found]
    decisions = Decisions(handlers, handler_settings(config), rulebook(config), config.routes)
    event = InboundEvent("k", "shop", MESSAGE, NOW, identity("shop", "o1"), text)
    seen = Glance(1, None, None, {MESSAGE: NOW - timedelta(hours=1)}, (), STANCE)
    return len(decisions.decide(event, seen.did(MESSAGE, NOW), NOW))


@pytest.mark.parametrize("text", ["你好", "谢谢", "在吗", "我想问一下快递", "12", "ok"])
def test_an_idle_word_needs_no_more_than_a_glance(config: Config, text: str) -> None:
    assert decided(config, text) == 1  # the window that a message opens


def test_a_word_that_asks_for_something_needs_more(config: Config) -> None:
    with pytest.raises(Unread):
        decided(config, "拼团")
