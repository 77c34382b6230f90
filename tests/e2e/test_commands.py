"""Commands in processes of their own, beside the running program: brakes, reload, the way out."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.integration.cli.shell import Shell, shell
from tests.whole import AES_KEY, APP_ID, ENVIRONMENT

pytestmark = pytest.mark.timeout(180)


@asynccontextmanager
async def running(sh: Shell) -> AsyncIterator[asyncio.subprocess.Process]:
    """The program as a service manager runs it, known to the sandbox; ended by SIGTERM, with exit code 0."""
    service = await sh.start("run", "--clock", sh.sandbox_url)
    address = re.search(r"port: (\d+)", sh.config.read_text(encoding="utf-8"))
    assert address is not None
    url = f"http://127.0.0.1:{address[1]}"
    async with asyncio.timeout(60):
        while not await _answers(sh, url):  # noqa: ASYNC110  another process' doing
            await asyncio.sleep(0.1)
    await sh.order(
        "account", name="shop", kind="official_account", callback_url=f"{url}/callback/shop", app_id=APP_ID,
        secret=ENVIRONMENT["SHOP_APP_SECRET"], token=ENVIRONMENT["SHOP_TOKEN"], encoding_aes_key=AES_KEY,
    )  # fmt: skip
    try:
        yield service
    finally:
        service.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            _, err = await service.communicate()
        assert service.returncode == 0, err.decode()


async def _answers(sh: Shell, url: str) -> bool:
    try:
        async with sh.session.get(f"{url}/healthz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def _act(sh: Shell, act: str, **fields: object) -> Any:  # noqa: ANN401  JSON of any shape
    return await sh.order(act, account="shop", **{"from": "小明"}, **fields)


async def _pushes(sh: Shell) -> list[Any]:
    return [row for row in await sh.ask("outbox") if row["route"] == "customer_service"]


async def test_a_pause_holds_the_push_and_resume_sends_it_once(tmp_path: Path, sqlite_url: str) -> None:
    async with shell(tmp_path, sqlite_url) as sh, running(sh):
        await _act(sh, "follow")
        for words in ("订阅优惠", "开启个性化"):
            await _act(sh, "say", text=words)
        await sh.order("clock", advance="2m")
        before = len(await _pushes(sh))
        process = await sh.start("pause")
        assert await process.wait() == 0
        await sh.order("clock", advance="26h")
        assert len(await _pushes(sh)) == before
        await sh.done("resume")
        await sh.order("clock", advance="5m")
        sent = (await _pushes(sh))[before:]
        ((code,),) = sh.rows("SELECT code FROM coupon")
        assert [code in row["text"] for row in sent].count(True) == 1
        assert await sh.ask("violations") == []


async def test_a_checked_configuration_is_swapped_in_and_a_bad_one_is_not(
    tmp_path: Path, sqlite_url: str
) -> None:
    async with shell(tmp_path, sqlite_url) as sh, running(sh) as service:
        good = sh.config.read_text(encoding="utf-8")
        await _act(sh, "follow")
        await _act(sh, "say", text="口红")
        assert sh.rows("SELECT count(*) FROM tag WHERE name = '护肤'") == [(0,)]
        better = good.replace("护肤: [面膜, 精华, 防晒]", "护肤: [面膜, 口红]")
        sh.config.write_text(better, encoding="utf-8")
        service.send_signal(signal.SIGHUP)
        await sh.seen("SELECT count(*) FROM config_version", 2)
        await _act(sh, "say", text="口红")
        assert sh.rows("SELECT count(*) FROM tag WHERE name = '护肤'") == [(1,)]
        sh.config.write_text(better.replace("coupon: new10", "coupon: new1"), encoding="utf-8")
        service.send_signal(signal.SIGHUP)
        await asyncio.sleep(1)
        await _act(sh, "say", text="奶粉")
        assert sh.rows("SELECT count(*) FROM tag WHERE name = '母婴'") == [(1,)]
        assert sh.rows("SELECT count(*) FROM config_version") == [(2,)]


async def test_an_operator_has_the_file_read_again_and_hears_what_is_wrong_with_it(
    tmp_path: Path, sqlite_url: str
) -> None:
    async with shell(tmp_path, sqlite_url) as sh, running(sh):
        for who, role in (("老李", "admin"), ("小王", "sender")):
            await sh.order("follow", account="shop", **{"from": who})
            code = (await sh.done("operator", "bind", "shop", "--role", role))["code"]
            await _says(sh, who, f"绑定 {code} {who}")
        good = sh.config.read_text(encoding="utf-8")
        assert "需要" in await _says(sh, "小王", "/规则 重载")
        sh.config.write_text(good.replace("coupon: new10", "coupon: new1"), encoding="utf-8")
        assert "new10" in await _says(sh, "老李", "/规则 重载")
        sh.config.write_text(good.replace("护肤: [面膜, 精华, 防晒]", "护肤: [口红]"), encoding="utf-8")
        assert "【演练】" in await _says(sh, "老李", "/演练 重载")
        assert sh.rows("SELECT count(*) FROM config_version") == [(1,)]
        assert "✅" in await _says(sh, "老李", "/规则 重载")
        await sh.seen("SELECT count(*) FROM config_version", 2)
        await _says(sh, "老李", "口红")
        assert sh.rows("SELECT count(*) FROM tag WHERE name = '护肤'") == [(1,)]


async def _says(sh: Shell, who: str, text: str) -> str:
    answer = await sh.order("say", account="shop", text=text, **{"from": who})
    return str(answer["reply"]["Content"]) if answer["reply"] else ""


async def test_a_paused_rule_takes_nobody_in_until_it_resumes(tmp_path: Path, sqlite_url: str) -> None:
    async with shell(tmp_path, sqlite_url) as sh, running(sh):
        await sh.done("rules", "pause", "welcome_series")
        answer = await _act(sh, "follow")
        assert answer["reply"] is None
        assert sh.rows("SELECT count(*) FROM enrollment WHERE rule = 'welcome_series'") == [(0,)]
        await sh.done("rules", "resume", "welcome_series")
        other = await sh.order("follow", account="shop", **{"from": "小红"})
        assert "欢迎" in other["reply"]["Content"]


async def test_a_wrong_word_is_exit_2_and_no_stack_trace(tmp_path: Path, sqlite_url: str) -> None:
    async with shell(tmp_path, sqlite_url) as sh:
        process = await sh.start("pause", "--bad")
        out, err = await process.communicate()
        assert (process.returncode, out) == (2, b"")
        assert b"--bad" in err
        assert b"Traceback" not in err
