from typing import Any

import pytest

from tests.integration.sandbox.bot_side import Bot, Stage


async def test_followers_come_in_pages_of_ten_thousand(bare: Stage) -> None:
    await bare.register()
    await bare.post("members", count=10_005, prefix="old")
    first = await bare.api("/cgi-bin/user/get")
    assert (first["total"], first["count"], len(first["data"]["openid"])) == (10_005, 10_000, 10_000)
    second = await bare.api("/cgi-bin/user/get", next_openid=first["next_openid"])
    assert second["count"] == 5
    assert not set(first["data"]["openid"]) & set(second["data"]["openid"])
    last = await bare.api("/cgi-bin/user/get", next_openid=second["next_openid"])
    assert (last["count"], last["next_openid"]) == (0, "")
    assert "data" not in last
    assert await bare.code("/cgi-bin/user/get", next_openid="o" + "q" * 27) == 40003


async def test_existing_followers_cause_no_callbacks(played: Stage, bot: Bot) -> None:
    assert (await played.post("members", count=3, prefix="old"))["members"] == 3
    assert bot.heard == []


async def test_a_member_s_info_has_no_nickname_but_scene_and_unionid(bare: Stage) -> None:
    await bare.register(unionids=True)
    await bare.post("follow", from_="小明", scene="store_hz")
    info = await bare.api("/cgi-bin/user/info", openid=await bare.openid("小明"))
    assert (info["subscribe"], info["nickname"], info["qr_scene_str"]) == (1, "", "store_hz")
    assert info["unionid"]
    assert info["subscribe_time"] == 1796090400
    await bare.post("unfollow", from_="小明")
    gone = await bare.api("/cgi-bin/user/info", openid=info["openid"])
    assert gone == {"subscribe": 0, "openid": info["openid"], "tagid_list": []}


@pytest.mark.parametrize(("count", "code"), [(0, 40032), (1, 0), (100, 0), (101, 40032)])
async def test_a_hundred_infos_at_once(bare: Stage, count: int, code: int) -> None:
    await bare.register()
    await bare.post("members", count=101, prefix="old")
    openids = [row["openid"] for row in await bare.get("members")][:count]
    answer = await bare.api(
        "/cgi-bin/user/info/batchget", {"user_list": [{"openid": one} for one in openids]}
    )
    assert answer.get("errcode", 0) == code
    assert len(answer.get("user_info_list", [])) == (count if code == 0 else 0)


async def tag(stage: Stage, name: str) -> dict[str, Any]:
    answer: dict[str, Any] = await stage.api("/cgi-bin/tags/create", {"tag": {"name": name}})
    return answer


@pytest.mark.parametrize(("name", "code"), [("母婴", 0), ("", 45157), ("荷" * 10, 0), ("荷" * 11, 45158)])
async def test_names_of_tags(stage: Stage, name: str, code: int) -> None:
    assert (await tag(stage, name)).get("errcode", 0) == code


async def test_a_hundred_tags_an_account_and_twenty_a_member(stage: Stage) -> None:
    numbers = [(await tag(stage, f"t{n}"))["tag"]["id"] for n in range(100)]
    assert (await tag(stage, "t100"))["errcode"] == 45056
    assert (await tag(stage, "t1"))["errcode"] == 45157
    openid = await stage.openid("小明")
    body = {"openid_list": [openid]}
    path = "/cgi-bin/tags/members/batchtagging"
    codes = [await stage.code(path, body | {"tagid": number}) for number in numbers[:21]]
    assert codes == [0] * 20 + [45059]
    assert (await stage.api("/cgi-bin/tags/getidlist", {"openid": openid}))["tagid_list"] == numbers[:20]
    assert await stage.code("/cgi-bin/tags/members/batchuntagging", body | {"tagid": numbers[0]}) == 0
    assert await stage.code(path, body | {"tagid": numbers[20]}) == 0
    assert (await stage.api("/cgi-bin/tags/get"))["tags"][1] == {"id": numbers[1], "name": "t1", "count": 1}
    assert await stage.code("/cgi-bin/tags/delete", {"tag": {"id": numbers[1]}}) == 0
    assert numbers[1] not in (await stage.api("/cgi-bin/tags/getidlist", {"openid": openid}))["tagid_list"]


@pytest.mark.parametrize(("count", "code"), [(0, 40032), (50, 0), (51, 40032)])
async def test_fifty_members_a_tagging_call(bare: Stage, count: int, code: int) -> None:
    await bare.register()
    await bare.post("members", count=51, prefix="old")
    number = (await tag(bare, "t"))["tag"]["id"]
    openids = [row["openid"] for row in await bare.get("members")][:count]
    body = {"openid_list": openids, "tagid": number}
    assert await bare.code("/cgi-bin/tags/members/batchtagging", body) == code


async def test_wrong_tags_and_strangers_are_refused(stage: Stage) -> None:
    openid = await stage.openid("小明")
    number = (await tag(stage, "t"))["tag"]["id"]
    path = "/cgi-bin/tags/members/batchtagging"
    assert await stage.code(path, {"openid_list": [openid], "tagid": 7}) == 45159
    assert await stage.code(path, {"openid_list": [openid], "tagid": 2}) == 45058
    assert await stage.code(path, {"openid_list": ["o" + "x" * 27], "tagid": number}) == 49003
