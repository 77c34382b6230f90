"""A million callbacks bent in every place: none escapes the table of answers, none is slow or greedy.

HETANG_MUTATIONS sets how many `make test` tries; `make soak` tries four million.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatException
from wechatpy.utils import check_signature

from bot.channels._official.inbound import Inbound
from bot.domain.channel import RawCallback
from bot.domain.content import Text
from bot.domain.errors import CallbackRejected, CallbackUnintelligible
from tests.fakes import START
from tests.payloads.correspondent import SETTINGS
from tests.payloads.mutations import callbacks

MILLION = 1_000_000
CHUNK = 25_000
SLOWEST_S = 0.05
MOST_KIB = 200 * 1024
EXPECTED = {"200", "200 set aside", "400", "403"}
Result = tuple[Counter[str], float, int]


def outcome_of(inbound: Inbound, request: RawCallback) -> str:
    """The HTTP status of one callback, or the name of what escaped."""
    try:
        callback = inbound.parse(request, START)
        if callback.event is not None:
            assert callback.event.text.encode() is not None
            assert all(abs(one) < 2**63 for one in callback.event.properties.values() if type(one) is int)
            inbound.answer(callback.handle, Text(callback.event.text), START)
    except CallbackRejected as error:
        return str(error.status)
    except CallbackUnintelligible as error:
        return "200 set aside" if error.key else "set aside without a key"
    except Exception as error:  # noqa: BLE001 - exactly what is looked for
        return f"escaped {error!r}"[:200]
    return "200"


def timed(inbound: Inbound, request: RawCallback) -> tuple[str, float]:
    """The outcome of one callback and its CPU seconds."""
    began = time.thread_time()
    outcome = outcome_of(inbound, request)
    return outcome, time.thread_time() - began


def peak_memory() -> int:
    """Our own peak in KiB; `getrusage` would count the process we were forked from."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0])


def run_chunk(seed: int) -> Result:
    """What became of one chunk, the CPU seconds of its slowest callback, and our peak memory in KiB."""
    inbound = Inbound(SETTINGS, lambda: "0123456789abcdef" * 2)
    found: Counter[str] = Counter()
    slowest = 0.0
    for request in callbacks(CHUNK, seed):
        outcome, took = timed(inbound, request)
        found[outcome] += 1
        if took > SLOWEST_S:
            # A collection or a page fault is not the callback's doing; it must be slow again to count.
            took = min(timed(inbound, request)[1] for _ in range(3))
        slowest = max(slowest, took)
    return found, slowest, peak_memory()


def try_all(count: int) -> tuple[Counter[str], float, int]:
    """What became of so many callbacks, the seconds of the slowest, and the peak memory in KiB."""
    began = time.monotonic()
    found: Counter[str] = Counter()
    slowest, memory = 0.0, 0
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        for chunk, slow, peak in pool.map(run_chunk, range(count // CHUNK)):
            found += chunk
            slowest, memory = max(slowest, slow), max(memory, peak)
    took = time.monotonic() - began
    print(f"{count} mutated callbacks in {took:.0f} s: {dict(found)}")
    print(f"the slowest took {slowest * 1000:.1f} ms, memory peaked at {memory} KiB")
    assert min(found.values()) > count // 100
    return found, slowest, memory


@pytest.mark.timeout(900)
def test_a_million_mutated_callbacks_escape_nothing() -> None:
    found, slowest, memory = try_all(int(os.environ.get("HETANG_MUTATIONS", MILLION)))
    assert {*found} == EXPECTED
    assert slowest < SLOWEST_S
    assert memory < MOST_KIB


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_four_million_mutated_callbacks_escape_nothing() -> None:
    found, slowest, memory = try_all(4 * MILLION)
    assert {*found} == EXPECTED
    assert slowest < SLOWEST_S
    assert memory < MOST_KIB


def usual_way() -> Callable[[RawCallback], None]:
    """The library's own documented way, with its own exceptions caught."""
    crypto = WeChatCrypto(SETTINGS.token, SETTINGS.encoding_aes_key, SETTINGS.app_id)

    def handle(request: RawCallback) -> None:
        query = {name: values[0] for name, values in request.query.items()}
        try:
            check_signature(SETTINGS.token, query["signature"], query["timestamp"], query["nonce"])
            plain = crypto.decrypt_message(
                request.body, query["msg_signature"], query["timestamp"], query["nonce"]
            )
            parse_message(plain)
        except WeChatException:
            return

    return handle


def test_the_usual_way_fails_at_once() -> None:
    # The sabotage twin: the same callbacks bring bare wechatpy down in many ways.
    handle, escaped = usual_way(), Counter[str]()
    for request in callbacks(2000, 0):
        try:
            handle(request)
        except Exception as error:  # noqa: BLE001 - exactly what is looked for
            escaped[type(error).__name__] += 1
    assert sum(escaped.values()) > 500
    assert len(escaped) >= 5
