from typing import Any

import pytest

from tests.integration.sandbox.bot_side import Bot, Stage


@pytest.mark.parametrize("name", ["join", "leave", "recall", "consent", "employee/confirm"])
async def test_what_needs_groups_says_so(bare: Stage, name: str) -> None:
    async with bare.session.post(f"/_sandbox/{name}", json={}) as response:
        answer: dict[str, Any] = await response.json()
    assert response.status == 400
    assert answer["error"]


async def test_a_kind_of_account_nobody_knows_is_named(bare: Stage) -> None:
    async with bare.session.post("/_sandbox/account", json={"name": "x", "kind": "pigeon"}) as response:
        answer: dict[str, Any] = await response.json()
    assert response.status == 400
    assert "wecom_app" in answer["error"]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("account", {"name": "shop"}),
        ("account", {"name": "x", "app_id": "a", "secret": "s", "callback_url": "http://example.com/"}),
        ("say", {"from": "nobody", "text": "hi"}),
        ("fault", {"path": "/", "kind": "meteor"}),
        ("fault", {"path": "/", "kind": "errcode"}),
        ("clock", {"advance": "soon"}),
        ("schedule", {"actions": [{"at": "2026-12-02T00:00:00", "do": "dance"}]}),
        ("webhook", {"url": "http://example.com/", "body": {}}),
    ],
)
async def test_a_mistaken_control_request_is_answered_with_a_sentence(
    stage: Stage, name: str, body: dict[str, Any]
) -> None:
    async with stage.session.post(f"/_sandbox/{name}", json=body) as response:
        assert response.status == 400
        assert (await response.json())["error"]


async def test_accounts_show_what_the_bot_has_set_up(played: Stage, bot: Bot) -> None:
    scene = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "store_hz"}}}
    made = await played.api("/cgi-bin/qrcode/create", scene)
    (account,) = await played.get("account")
    assert account["name"] == "shop"
    assert account["callback_url"] == bot.url
    assert account["codes"] == {"store_hz": made["url"]}
    assert account["menu"] is None


async def test_registering_again_moves_the_callback_and_keeps_the_members(stage: Stage, bot: Bot) -> None:
    openid = await stage.openid("小明")
    await stage.register(bot.url)
    await stage.post("say", from_="小明", text="在吗")
    assert bot.heard[0]["FromUserName"] == openid


async def test_two_accounts_have_their_own_members_and_tokens(stage: Stage) -> None:
    other = {"name": "other", "app_id": "wxother", "secret": "s"}
    await stage.post("account", **other)
    await stage.post("follow", account="other", from_="小明")
    first, second = [
        (await stage.get("members", account=name, member="小明"))[0]["openid"] for name in ("shop", "other")
    ]
    assert first != second
    assert await stage.send_text(first) == 0
    assert await stage.send_text(second) == 40003
    async with stage.session.post("/_sandbox/follow", json={"from": "小红"}) as response:
        assert response.status == 400
        assert "shop, other" in (await response.json())["error"]


async def test_rows_can_be_fetched_from_where_one_left_off(stage: Stage) -> None:
    openid = await stage.openid("小明")
    for text in ("一", "二", "三"):
        await stage.send_text(openid, text)
    assert [row["text"] for row in await stage.get("outbox", after="2")] == ["三"]


async def test_members_are_told_in_the_order_of_their_coming_from_any_one_on(played: Stage) -> None:
    before = len(await played.get("members"))
    await played.post("members", count=5, prefix="old")
    everybody = await played.get("members")
    assert [row["name"] for row in everybody[before:]] == [f"old{number:04d}" for number in range(1, 6)]
    assert await played.get("members", after=str(before + 3)) == everybody[before + 3 :]
    assert await played.get("members", after=str(len(everybody))) == []
