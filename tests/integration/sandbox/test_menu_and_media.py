import io
from typing import Any

import pytest
from aiohttp import FormData

from tests.integration.sandbox.bot_side import Bot, Stage


def button(**change: object) -> dict[str, Any]:
    return {"type": "click", "name": "签到", "key": "check_in"} | change


MENUS: list[tuple[Any, int]] = [
    ([button()], 0),
    ([button()] * 3, 0),
    ([], 40016),
    ([button()] * 4, 40016),
    ([button(type="hologram")], 40017),
    ([button(name="")], 40018),
    ([button(name="签到签到签")], 0),
    ([button(name="签到签到签到")], 40018),
    ([button(key="")], 40019),
    ([button(key="k" * 129)], 40019),
    ([{"type": "view", "name": "店", "url": "https://example.com"}], 0),
    ([{"type": "view", "name": "店"}], 40020),
    ([{"type": "miniprogram", "name": "店", "url": "https://e.com", "appid": "wx", "pagepath": "p"}], 0),
    ([{"type": "miniprogram", "name": "店", "url": "https://e.com"}], 40013),
    ([{"name": "我的", "sub_button": [button()] * 5}], 0),
    ([{"name": "我的", "sub_button": [button()] * 6}], 40023),
    ([{"name": "我的", "sub_button": [button(type="x")]}], 40024),
    ([{"name": "我的", "sub_button": [button(name="荷" * 21)]}], 40025),
    ([{"name": "我的", "sub_button": [button(key="")]}], 40026),
    ([{"name": "我的", "sub_button": [{"type": "view", "name": "店"}]}], 40027),
    ("menu", 40016),
]


@pytest.mark.parametrize(("buttons", "code"), MENUS)
async def test_the_shape_of_a_menu(stage: Stage, buttons: object, code: int) -> None:
    assert await stage.code("/cgi-bin/menu/create", {"button": buttons}) == code
    answer = await stage.api("/cgi-bin/menu/get")
    if code:
        assert answer["errcode"] == 46003
    else:
        assert answer["menu"]["button"] == buttons
        assert await stage.code("/cgi-bin/menu/delete") == 0
        assert await stage.code("/cgi-bin/menu/get") == 46003


def qr(action: str, scene: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"action_name": action, "action_info": {"scene": scene}, **more}


CODES: list[tuple[dict[str, Any], int]] = [
    (qr("QR_LIMIT_STR_SCENE", {"scene_str": "store_hz"}), 0),
    (qr("QR_STR_SCENE", {"scene_str": "x" * 64}, expire_seconds=2_592_000), 0),
    (qr("QR_STR_SCENE", {"scene_str": "x" * 65}), 40053),
    (qr("QR_STR_SCENE", {"scene_str": ""}), 40053),
    (qr("QR_STR_SCENE", {"scene_str": "x"}, expire_seconds=2_592_001), 40053),
    (qr("QR_LIMIT_SCENE", {"scene_id": 100_000}), 0),
    (qr("QR_LIMIT_SCENE", {"scene_id": 100_001}), 40053),
    (qr("QR_MAGIC", {"scene_str": "x"}), 40053),
]


@pytest.mark.parametrize(("body", "code"), CODES)
async def test_codes_are_checked(stage: Stage, body: dict[str, Any], code: int) -> None:
    answer = await stage.api("/cgi-bin/qrcode/create", body)
    assert answer.get("errcode", 0) == code
    if not code:
        assert answer["ticket"]
        assert answer["url"].startswith("http://weixin.qq.com/q/")
        assert ("expire_seconds" in answer) == ("LIMIT" not in body["action_name"])


async def test_a_scanned_code_brings_its_own_ticket_until_it_expires(played: Stage, bot: Bot) -> None:
    made = await played.api(
        "/cgi-bin/qrcode/create", qr("QR_STR_SCENE", {"scene_str": "kol"}, expire_seconds=60)
    )
    await played.post("scan", from_="小明", scene="kol")
    await played.post("scan", from_="小明", scene="kol")
    assert [heard["Event"] for heard in bot.heard] == ["subscribe", "SCAN"]
    assert [heard["EventKey"] for heard in bot.heard] == ["qrscene_kol", "kol"]
    assert {heard["Ticket"] for heard in bot.heard} == {made["ticket"]}
    await played.post("clock", advance="1m")
    assert (await played.post("scan", from_="小明", scene="kol"))["status"] == "the code has expired"
    assert len(bot.heard) == 2


async def upload(stage: Stage, path: str, kind: str, name: str, data: bytes) -> dict[str, Any]:
    await stage.code("/cgi-bin/tags/get")
    form = FormData()
    form.add_field("media", io.BytesIO(data), filename=name)
    params = {"access_token": stage.token, "type": kind}
    async with stage.session.post(path, params=params, data=form) as response:
        answer: dict[str, Any] = await response.json()
        return answer


@pytest.mark.parametrize(
    ("kind", "name", "size", "code"),
    [
        ("image", "a.png", 10, 0),
        ("image", "a.png", 0, 40006),
        ("image", "a.png", 10 * 1024 * 1024 + 1, 40006),
        ("thumb", "a.jpg", 64 * 1024 + 1, 40006),
        ("voice", "a.png", 10, 40005),
        ("hologram", "a.png", 10, 40004),
    ],
)
async def test_uploads_are_checked(stage: Stage, kind: str, name: str, size: int, code: int) -> None:
    answer = await upload(stage, "/cgi-bin/media/upload", kind, name, b"x" * size)
    assert answer.get("errcode", 0) == code


async def test_temporary_media_live_three_days(stage: Stage) -> None:
    media_id = (await upload(stage, "/cgi-bin/media/upload", "image", "a.png", b"png"))["media_id"]
    openid = await stage.openid("小明")
    image = {"touser": openid, "msgtype": "image", "image": {"media_id": media_id}}
    assert await stage.code("/cgi-bin/message/custom/send", image) == 0
    params = {"access_token": stage.token, "media_id": media_id}
    async with stage.session.get("/cgi-bin/media/get", params=params) as response:
        assert await response.read() == b"png"
    await stage.post("clock", advance="3d")
    stage.token = ""
    await stage.post("say", from_="小明", text="在吗")
    assert await stage.code("/cgi-bin/message/custom/send", image) == 40007


async def test_material_lives_on_and_a_draft_needs_it(stage: Stage) -> None:
    lasting = (await upload(stage, "/cgi-bin/material/add_material", "image", "a.png", b"png"))["media_id"]
    passing = (await upload(stage, "/cgi-bin/media/upload", "image", "a.png", b"png"))["media_id"]
    article = {"title": "周报", "content": "<p>好</p>", "thumb_media_id": lasting}
    await stage.post("clock", advance="4d")
    stage.token = ""
    draft = await stage.api("/cgi-bin/draft/add", {"articles": [article]})
    assert draft["media_id"]
    assert (
        await stage.code("/cgi-bin/draft/add", {"articles": [article | {"thumb_media_id": passing}]}) == 40007
    )
    assert await stage.code("/cgi-bin/draft/add", {"articles": []}) == 45008
    await stage.post("follow", from_="小红")
    to = [await stage.openid("小明"), await stage.openid("小红")]
    body = {"touser": to, "msgtype": "mpnews", "mpnews": {"media_id": draft["media_id"]}}
    assert await stage.code("/cgi-bin/message/mass/send", body) == 0


async def test_a_colleague_takes_over_and_hands_back(played: Stage, bot: Bot) -> None:
    await played.post("follow", from_="小明")
    openid = await played.openid("小明")
    body = {"openid": openid, "kf_account": "care@shop"}
    assert await played.code("/customservice/kfsession/create", body) == 0
    await played.get("idle")
    assert (bot.heard[-1]["Event"], bot.heard[-1]["KfAccount"]) == ("kf_create_session", "care@shop")
    session = await played.api("/customservice/kfsession/getsession", openid=openid)
    assert session["kf_account"] == "care@shop"
    listed = await played.api("/customservice/kfsession/getsessionlist", kf_account="care@shop")
    assert [row["openid"] for row in listed["sessionlist"]] == [openid]
    assert await played.code("/customservice/kfsession/close", body) == 0
    await played.get("idle")
    assert bot.heard[-1]["Event"] == "kf_close_session"
    assert (await played.api("/customservice/kfsession/getsession", openid=openid))["kf_account"] == ""
