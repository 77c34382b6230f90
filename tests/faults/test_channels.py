"""Bad days of gateways: token storms, sockets that break, frames twice and late, wrong tokens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.channels._wecom import robot_link, robot_socket
from tests.e2e.community import community, with_corp, with_robot
from tests.e2e.test_groups import heard, in_group
from tests.whole import Whole

ROBOT_TALK = "SELECT coalesce(sum(count), 0) FROM tally WHERE kind = 'member.message'"


@pytest.fixture
async def corp(tmp_path: Path) -> AsyncIterator[Whole]:
    async with with_corp(tmp_path) as running:
        yield running


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Whole]:
    async with with_robot(tmp_path) as running:
        yield running


async def calls(where: Whole, path: str) -> int:
    return sum(row["path"] == path for row in await where.listing("log"))


async def says(where: Whole, account: str, who: str, words: str) -> dict[str, object]:
    return await where.post("say", **{"account": account, "from": who, "text": words, "patience": 1.0})


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_token_that_stays_refused_costs_a_few_calls_and_no_recursion(corp: Whole, code: int) -> None:
    await corp.post("fault", path="/qy/cgi-bin/kf/sync_msg", kind="errcode", value=code, count=500)
    for number in range(5):
        assert (await says(corp, "corp", "小红", f"第{number}句"))["delivered"]
    for _ in range(200):
        if await calls(corp, "kf/sync_msg") or await calls(corp, "gettoken"):
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(1.0)
    assert 1 <= await calls(corp, "gettoken") <= 4
    assert await corp.rows(ROBOT_TALK) == [(0,)]
    async with corp.session.get(f"{corp.program.url}/healthz") as answer:
        assert answer.status == 200


async def test_callbacks_of_groups_twice_and_out_of_order_count_once(corp: Whole) -> None:
    await corp.post("fault", path="corp", kind="duplicate", count=4)
    for act in ("join", "leave", "join"):
        told = await corp.post(act, **{"account": "corp", "from": "一", "group": "宝妈一群"})
        assert told["delivered"]
        await corp.advance("5s")
    await heard(corp, "SELECT count(*) FROM group_member WHERE left_at IS NULL", [(1,)])
    counts = dict(await corp.rows("SELECT kind, count FROM tally"))
    assert (counts["member.joined_group"], counts["member.left_group"]) == (2, 1)


async def test_a_socket_that_breaks_amid_an_answer_loses_no_message_and_comes_again(office: Whole) -> None:
    await office.post("fault", path="openws/aibot_respond_msg", kind="reset", count=1)
    assert (await says(office, "ops", "xiaowang", "营业时间"))["reply"] is None
    for _ in range(100):
        if (await says(office, "ops", "xiaowang", "营业时间"))["reply"] is not None:
            break
    told = await says(office, "ops", "xiaowang", "怎么退货")
    assert told["reply"] is not None
    said = sum(row["kind"] == "markdown" for row in await office.listing("outbox"))
    [(stored,)] = await office.rows(ROBOT_TALK)
    assert int(stored) == said + 1  # all were heard once; the answer to the first went down with the socket
    assert await office.listing("violations") == []


async def test_a_frame_twice_is_answered_once(office: Whole) -> None:
    await office.post("fault", path="ops", kind="duplicate", count=1)
    assert (await says(office, "ops", "xiaowang", "营业时间"))["reply"] is not None
    await heard(office, ROBOT_TALK, [(1,)])
    assert sum(row["kind"] == "markdown" for row in await office.listing("outbox")) >= 1


async def test_a_newer_connection_of_the_same_robot_is_left_alone(office: Whole) -> None:
    assert (await says(office, "ops", "xiaowang", "营业时间"))["reply"] is not None
    url = office.sandbox_url.replace("http", "ws", 1)
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{url}/openws") as newer:
        body = {"bot_id": "BOT1", "secret": "a-secret-of-the-robot"}
        await newer.send_str(json.dumps({"cmd": "aibot_subscribe", "headers": {"req_id": "r"}, "body": body}))
        assert json.loads((await newer.receive()).data)["errcode"] == 0
        await asyncio.sleep(2.5)
        with pytest.raises(TimeoutError):
            await newer.receive(timeout=0.2)  # nobody pushed us out in turn


@pytest.mark.parametrize("connect", ["reverse_websocket", "webhook"])
async def test_a_gateway_with_a_wrong_token_is_refused_and_stores_nothing(
    tmp_path: Path, connect: str
) -> None:
    async with community(tmp_path, connect=connect) as town:
        url = f"{town.program.url}/onebot/groups".replace("http", "ws", 1)
        for token in ("", "Bearer ", "Bearer wrong", "a-token-of-the-gateway", "bearer"):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await town.session.ws_connect(url, headers={"Authorization": token}, protocols=("12.x",))
            assert refused.value.status == 401
            event = {"id": "1", "type": "meta", "detail_type": "heartbeat", "time": 1.0}
            async with town.session.post(
                f"{town.program.url}/callback/groups", json=event, headers={"Authorization": token}
            ) as answer:
                assert answer.status == 403
        assert await town.rows("SELECT count(*) FROM inbox") == [(0,)]
        await in_group(town, "say", "小明", text="有奶粉吗")
        await heard(town, "SELECT name FROM tag", [("母婴",)])


@pytest.mark.parametrize(("code", "state"), [(10003, "failed"), (34001, "unknown"), (36001, "queued")])
async def test_what_a_gateway_refuses_is_not_said_again_by_itself(
    tmp_path: Path, code: int, state: str
) -> None:
    async with community(tmp_path) as town:
        await town.post("fault", path="onebot/send_message", kind="errcode", value=code, count=1)
        await in_group(town, "say", "小明", text="营业时间")
        await heard(town, "SELECT state FROM group_post", [(state,)])
        await town.advance("2m")
        said = [row for row in await town.listing("outbox") if row["route"] == "group"]
        assert len(said) == (1 if state == "queued" else 0)


async def test_two_unanswered_pings_mean_a_new_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(robot_socket, "PING_EVERY_S", 0.1)
    monkeypatch.setattr(robot_link, "ACK_WITHIN_S", 0.2)
    async with with_robot(tmp_path) as office:
        assert (await says(office, "ops", "xiaowang", "营业时间"))["reply"] is not None
        await office.post("fault", path="ops/pong", kind="hang", count=2)
        for _ in range(100):
            await asyncio.sleep(0.05)
            if await calls(office, "openws/ping") >= 3 and not await office_faults(office):
                break
        await asyncio.sleep(1.5)
        assert await calls(office, "openws/aibot_subscribe") >= 2
        assert (await says(office, "ops", "xiaowang", "怎么退货"))["reply"] is not None
        assert await office.listing("violations") == []


async def office_faults(office: Whole) -> list[object]:
    return [one for one in await office.listing("fault") if one["left"]]
