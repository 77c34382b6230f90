import asyncio
import time
from typing import Any

import pytest
from aiohttp import ClientConnectionError, ClientTimeout, ContentTypeError, ServerDisconnectedError

from tests.integration.sandbox.bot_side import Bot, Stage

SEND = "/cgi-bin/message/custom/send"


@pytest.fixture
async def shop(stage: Stage) -> Stage:
    stage.token = await stage.fetch_token()
    return stage


def body(openid: str) -> dict[str, Any]:
    return {"touser": openid, "msgtype": "text", "text": {"content": "hi"}}


async def raw(shop: Stage, patience: float = 2.0) -> tuple[int, str, str]:
    openid = await shop.openid("小明")
    async with shop.session.post(
        SEND, params={"access_token": shop.token}, json=body(openid), timeout=ClientTimeout(total=patience)
    ) as response:
        return response.status, response.content_type, await response.text()


@pytest.mark.parametrize("code", [-1, 40001, 40164, 45009, 48001])
async def test_an_errcode_is_answered_as_the_platform_does_and_blames_nobody(shop: Stage, code: int) -> None:
    await shop.post("fault", path="/cgi-bin/message", kind="errcode", value=code)
    openid = await shop.openid("小明")
    answer = await shop.api(SEND, body(openid))
    assert answer["errcode"] == code
    assert "rid: " in answer["errmsg"]
    assert await shop.get("outbox") == []
    assert await shop.rules_broken() == []
    (row,) = await shop.get("log", path=SEND)
    assert row["fault"] == "errcode"


async def test_an_address_outside_the_list_is_named(shop: Stage) -> None:
    await shop.post("fault", path="/cgi-bin/stable_token", kind="errcode", value=40164)
    async with shop.session.post("/cgi-bin/stable_token", json={}) as response:
        assert "invalid ip 127.0.0.1" in (await response.json())["errmsg"]


async def test_http_and_html_answers_are_no_json(shop: Stage) -> None:
    await shop.post("fault", path=SEND, kind="http", value=502, count=1)
    status, kind, _ = await raw(shop)
    assert (status, kind) == (502, "text/html")
    await shop.post("fault", path=SEND, kind="html", count=1)
    status, kind, text = await raw(shop)
    assert (status, kind) == (200, "text/html")
    assert "<html>" in text
    await shop.post("fault", path=SEND, kind="html", count=1)
    openid = await shop.openid("小明")
    with pytest.raises(ContentTypeError):
        await shop.send_text(openid)


async def test_a_reset_cuts_the_connection_and_sends_nothing(shop: Stage) -> None:
    await shop.post("fault", path=SEND, kind="reset")
    with pytest.raises(ClientConnectionError):
        await raw(shop)
    assert await shop.get("outbox") == []


async def test_a_hang_answers_nothing_and_sends_nothing(shop: Stage) -> None:
    await shop.post("fault", path=SEND, kind="hang", value=5, count=1)
    with pytest.raises(TimeoutError):
        await raw(shop, patience=0.2)
    assert await shop.get("outbox") == []
    assert (await shop.get("idle", timeout="1"))["idle"] is True


async def test_accept_then_hang_sends_and_loses_the_answer(shop: Stage) -> None:
    await shop.post("fault", path=SEND, kind="accept_then_hang", value=0.1, count=1)
    with pytest.raises(ServerDisconnectedError):
        await raw(shop)
    assert len(await shop.get("outbox")) == 1


async def test_a_count_runs_out_and_a_prefix_limits(shop: Stage) -> None:
    await shop.post("fault", path="/cgi-bin/message/custom", kind="errcode", value=-1, count=2)
    openid = await shop.openid("小明")
    assert await shop.code("/cgi-bin/tags/get") == 0
    assert [await shop.send_text(openid) for _ in range(3)] == [-1, -1, 0]


async def test_a_rate_hits_its_share_and_the_same_one_for_the_same_seed(shop: Stage) -> None:
    await shop.post("fault", path="/cgi-bin/tags/get", kind="errcode", value=-1, rate=0.3)
    codes = [await shop.code("/cgi-bin/tags/get") for _ in range(200)]
    assert 35 <= codes.count(-1) <= 85


async def test_faults_are_listed_and_removed(shop: Stage) -> None:
    fault = await shop.post("fault", path=SEND, kind="errcode", value=-1)
    assert [row["id"] for row in await shop.get("fault")] == [fault["id"]]
    async with shop.session.delete("/_sandbox/fault", params={"id": str(fault["id"])}) as response:
        assert await response.json() == []
    assert await shop.send_text(await shop.openid("小明")) == 0


async def test_a_receipt_can_report_a_failure(played: Stage, bot: Bot) -> None:
    await played.post("follow", from_="小明")
    await played.post(
        "fault", path="/cgi-bin/message/template", kind="receipt", value="failed: system failed", count=1
    )
    openid = await played.openid("小明")
    message = {"touser": openid, "template_id": "T", "data": {"thing1": {"value": "x"}}}
    assert await played.code("/cgi-bin/message/template/send", message) == 0
    await played.get("idle")
    assert bot.heard[-1]["Status"] == "failed: system failed"
    assert await played.get("outbox", route="template_message") == []


async def test_a_hang_does_not_stop_other_calls(shop: Stage) -> None:
    await shop.post("fault", path=SEND, kind="hang", value=1, count=1)
    hanging = asyncio.create_task(raw(shop, patience=0.5))
    await asyncio.sleep(0.05)
    started = time.monotonic()
    assert await shop.code("/cgi-bin/tags/get") == 0
    assert time.monotonic() - started < 0.9
    with pytest.raises(TimeoutError):
        await hanging
