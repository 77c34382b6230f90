"""Whole pushes (claimed, rendered in the sandbox, posted, marked, durably) against clients that only post."""

import asyncio
import json
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import aiohttp
import uvloop
from sqlalchemy import Connection, insert, text
from wechatpy import WeChatClient

from bot.app import Program, built, load
from bot.composition import session
from bot.domain.effects import OpenWindow
from bot.domain.outbox import CouponOrder, OutboxMessage
from storage import allowances, outbox
from storage.tables import table
from storage.tables.members import ConsentRow, IdentityRow, MemberRow
from tests.bench.callbacks import address
from tests.bench.figures import Figure
from tests.bench.processes import free_port, server
from tests.bench.sizes import Size
from tests.fakes import ManualClock
from tests.whole import APP_ID, ENVIRONMENT, write_config

NAME = "push"
SERVICE = "whole push"
COUPON = "whole push with a coupon of one's own"
BARE = "bare aiohttp client"
WECHATPY = "wechatpy client, 32 threads"
CONCURRENCY = 32
# As long as what we send, so that every contestant moves the same bytes.
WORDS = "朋友，谢谢你一直以来的信任。以后有任何事，回复「人工」会优先接到专属顾问。"


@dataclass(slots=True)
class Contestant:
    """What was seen of one way to push, a number a round."""

    rates: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)

    def note(self, count: int, seconds: float, cpu: float) -> None:
        """Note one round."""
        self.rates.append(count / seconds)
        self.cpu_us.append(cpu / count * 1e6)


def run(size: Size) -> Iterator[Figure]:
    """Yield pushes a second and processor time a push."""
    port = free_port()
    with server(["tests.bench.peers.sink", str(port)], port), tempfile.TemporaryDirectory() as folder:
        seen = uvloop.run(_rounds(Path(folder), f"http://127.0.0.1:{port}", size))
    ours, coupon, bare, wechatpy = (seen[each] for each in (SERVICE, COUPON, BARE, WECHATPY))
    yield Figure(NAME, SERVICE, "1/s", ours.rates, BARE, bare.rates, at_least=0.5)
    yield Figure(NAME, SERVICE, "1/s", ours.rates, WECHATPY, wechatpy.rates, at_least=4)
    yield Figure(NAME, COUPON, "1/s", coupon.rates, BARE, bare.rates)
    yield Figure(NAME, COUPON, "1/s", coupon.rates, WECHATPY, wechatpy.rates)
    yield Figure(NAME, f"{SERVICE}, processor time", "µs", ours.cpu_us, BARE, bare.cpu_us)
    yield Figure(NAME, f"{COUPON}, processor time", "µs", coupon.cpu_us, BARE, bare.cpu_us)


async def _rounds(folder: Path, url: str, size: Size) -> dict[str, Contestant]:
    changes = {"rate: 50/s": "rate: 999999/s", "stock: 10000": "stock: 1000000"}
    config = load(write_config(folder, url, f"sqlite:///{folder}/hetang.db", changes), ENVIRONMENT)
    clock = ManualClock()
    found = {name: Contestant() for name in (SERVICE, COUPON, BARE, WECHATPY)}
    async with AsyncExitStack() as stack:
        program = await stack.enter_async_context(built(config, clock))
        calls = await stack.enter_async_context(session())
        threads = stack.enter_context(ThreadPoolExecutor(CONCURRENCY))
        client = WeChatClient(APP_ID, "secret", access_token="t" * 64)
        client.message.API_BASE_URL = f"{url}/"
        await _ours(program, 1, "")
        for _ in range(size.rounds):
            for name, coupon in ((SERVICE, ""), (COUPON, "new10")):
                found[name].note(*await _ours(program, size.pushes, coupon))
            found[BARE].note(size.pushes, *await _bare(calls, url, size.pushes))
            found[WECHATPY].note(size.pushes_slow, *await _wechatpy(client, threads, size.pushes_slow))
    return found


async def _ours(program: Program, count: int, coupon: str) -> tuple[int, float, float]:
    """Queue messages to as many new members and send them; return how many left, seconds, processor seconds.

    The global holdout keeps marketing from some of them, here as in life.
    """
    ids = await program.database.write(lambda c: _queued(c, count, coupon, program))
    began, cpu = time.perf_counter(), time.process_time()
    await program.sender.send_due()
    took = time.perf_counter() - began, time.process_time() - cpu
    sent = text("SELECT count(*) FROM outbox WHERE state = 'sent' AND member_id >= :least")
    done = await program.database.read(lambda c: c.execute(sent, {"least": ids[0]}).scalar_one())
    if done < count * (0.8 if coupon else 1):
        raise RuntimeError(f"{done} of {count} were sent")
    return done, *took


def _queued(c: Connection, count: int, coupon: str, program: Program) -> list[int]:
    """Add members with an open door and a grant, and a message to each."""
    now = program.clock.now()
    plain = {"stage": "buyer", "known_since": now, "attributes": {}, "provenance": {}, "unfollowed": False}
    ids = sorted(
        c.execute(insert(table(MemberRow)).returning(table(MemberRow).c.id), [plain] * count).scalars()
    )
    tie = {"account": "shop", "following": True, "since": now, "source": "", "cipher": None}
    c.execute(
        insert(table(IdentityRow)),
        [{"known_as": f"shop:{address(one)}", "member_id": one, **tie} for one in ids],
    )
    word = {"granted": True, "at": now, "basis": "keyword", "proof": ""}
    c.execute(
        insert(table(ConsentRow)),
        [
            {"member_id": one, "purpose": purpose, **word}
            for one in ids
            for purpose in ("marketing", "personalised")
        ],
    )
    later = now + timedelta(hours=48)
    allowances.open_windows(
        c, [OpenWindow(one, "customer_service", 5, "member.message", now, later) for one in ids]
    )
    outbox.enqueue(
        c,
        [
            OutboxMessage(
                key=f"bench/{one}",
                member_id=one,
                template="offer/ten_off" if coupon else "vip/thanks",
                purpose="marketing" if coupon else "service",
                via=("customer_service",),
                created_at=now,
                due_at=now,
                expires_at=later,
                coupon=CouponOrder(coupon, "new_customer") if coupon else None,
            )
            for one in ids
        ],
    )
    return ids


async def _bare(calls: aiohttp.ClientSession, url: str, count: int) -> tuple[float, float]:
    """Post as many bodies as cheaply as aiohttp can."""
    left = iter(range(count))

    async def work() -> None:
        for one in left:
            content = {"touser": address(one), "msgtype": "text", "text": {"content": WORDS}}
            body = json.dumps(content, ensure_ascii=False).encode()
            target = f"{url}/cgi-bin/message/custom/send?access_token={'t' * 64}"
            async with calls.post(target, data=body) as response:
                answer = await response.json()
                if answer["errcode"] != 0:
                    raise RuntimeError(answer)

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work() for _ in range(CONCURRENCY)))
    return time.perf_counter() - began, time.process_time() - cpu


async def _wechatpy(client: WeChatClient, threads: ThreadPoolExecutor, count: int) -> tuple[float, float]:
    """Let wechatpy's own client post from 32 threads."""
    loop = asyncio.get_running_loop()

    def send(one: int) -> None:
        client.message.send_text(address(one), WORDS)

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(loop.run_in_executor(threads, send, one) for one in range(count)))
    return time.perf_counter() - began, time.process_time() - cpu
