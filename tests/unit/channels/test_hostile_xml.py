"""Bombs and nonsense: refused before a tree is built, outside and inside the seal."""

import resource
import sys
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import xmltodict  # type: ignore[import-untyped]  # published without types

from bot.channels._official.inbound import Inbound
from bot.channels._wechat.xml import BadXml, read
from bot.domain.channel import RawCallback
from bot.domain.errors import CallbackRejected, CallbackUnintelligible
from tests.fakes import START
from tests.payloads.bombs import BOMBS, attribute_bomb
from tests.payloads.correspondent import SETTINGS, Correspondent

INBOUND = Inbound(SETTINGS, lambda: "0123456789abcdef" * 2)
PLATFORM = Correspondent()


@contextmanager
def audited() -> Iterator[list[str]]:
    """Notes what is opened or connected to while the block lasts."""
    seen: list[str] = []
    active = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if active and event in {"open", "socket.connect", "subprocess.Popen"}:
            seen.append(f"{event} {arguments[0]!r}")

    sys.addaudithook(hook)
    yield seen
    active = False


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_at_once_with_little_memory_and_nothing_opened(name: str) -> None:
    tracemalloc.start()
    with audited() as opened:
        began = time.process_time()
        with pytest.raises(BadXml):
            read(BOMBS[name])
        took = time.process_time() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 0.05
    assert peak < 4 << 20
    assert opened == []


def test_all_bombs_together_grow_the_process_by_little() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for bomb in BOMBS.values():
        with pytest.raises(BadXml):
            read(bomb)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024


def test_the_usual_parser_takes_the_attribute_bomb() -> None:
    # The sabotage twin: without our refusal a small one already costs a thousand times its size.
    bomb = attribute_bomb(100, 500)
    tracemalloc.start()
    xmltodict.parse(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak > 100 * len(bomb)


@pytest.mark.parametrize("name", [name for name in BOMBS if name not in {"text only", "empty root"}])
def test_a_bomb_for_an_envelope_is_refused_before_authentication(name: str) -> None:
    query = PLATFORM.query("x")
    with pytest.raises(CallbackRejected) as caught:
        INBOUND.parse(RawCallback("POST", query, BOMBS[name]), START)
    assert caught.value.status in {400, 403}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_inside_the_seal_goes_to_quarantine(name: str) -> None:
    with pytest.raises(CallbackUnintelligible) as caught:
        INBOUND.parse(PLATFORM.post(BOMBS[name][:40_000]), START)
    assert caught.value.body == BOMBS[name][:40_000]
    assert caught.value.key.startswith("shop:")
