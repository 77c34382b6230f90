"""The channel and the pretend platform speak to each other; the platform has nothing to object to."""

from pathlib import Path

import pytest

from bot.domain import events
from bot.domain.channel import Delivery
from bot.domain.content import (
    Article,
    Content,
    Image,
    MiniProgram,
    Music,
    News,
    Notice,
    Text,
    Transfer,
    Video,
    Voice,
)
from bot.domain.errors import TryLater, Undeliverable
from tests.integration.channels.stage import Scene


async def test_follow_say_click_scan_and_leave_are_heard_in_our_words(scene: Scene) -> None:
    await scene.do("follow", from_="小明", scene="store_hz")
    await scene.do("say", from_="小明", text="你好 ]]> <b>")
    await scene.do("click", from_="小明", key="check_in")
    await scene.do("scan", from_="小明", scene="kol_lin")
    await scene.do("unfollow", from_="小明")
    heard = [callback.event for callback in scene.desk.heard if callback.event]
    assert [event.kind for event in heard] == [
        events.FOLLOWED,
        events.MESSAGE,
        events.MENU_CLICK,
        events.SCANNED,
        events.UNFOLLOWED,
    ]
    assert heard[1].text == "你好 ]]> <b>"
    assert [heard[n].properties.get("scene") for n in (0, 3)] == ["store_hz", "kol_lin"]
    assert heard[2].properties["key"] == "check_in"
    assert len({event.key for event in heard}) == 5
    assert scene.desk.set_aside == []
    assert await scene.broken_rules() == []


@pytest.mark.parametrize(
    "kind", ["text", "image", "voice", "video", "shortvideo", "location", "link", "miniprogrampage", "file"]
)
async def test_messages_of_every_type_are_heard(scene: Scene, kind: str) -> None:
    await scene.do("follow", from_="小明")
    fields = {"Content": "在吗"} if kind == "text" else {}
    await scene.do("say", from_="小明", type=kind, fields=fields)
    event = scene.desk.heard[-1].event
    assert event is not None
    assert (event.kind, event.properties["type"]) == (events.MESSAGE, kind)


async def test_replies_of_every_type_are_accepted(scene: Scene, tmp_path: Path) -> None:
    await scene.do("follow", from_="小明")
    for name in ("a.jpg", "a.mp3", "a.mp4"):
        (tmp_path / name).write_bytes(b"\xff\xd8\xff\xe0 " + name.encode())
    picture, sound, film = (str(tmp_path / name) for name in ("a.jpg", "a.mp3", "a.mp4"))
    contents: list[Content] = [
        Text("欢迎 ]]> & <b>" + "长" * 3000),
        News((Article("新品", "描述", "https://a.b/c.jpg", "https://a.b/?x=1&y=2"),)),
        await scene.channel.prepare(Image(picture)),
        await scene.channel.prepare(Voice(sound)),
        await scene.channel.prepare(Video(film, "题", "述")),
        await scene.channel.prepare(Music("歌", "词", "https://a.b/s.mp3", picture)),
        MiniProgram("会员", "wx1", "pages/a", ""),
        Notice("T", {"a": "已发货"}),
        Transfer("kf@gh"),
    ]
    kinds = ["text", "news", "image", "voice", "video", "music", "text", "text", "transfer_customer_service"]
    for content, kind in zip(contents, kinds, strict=True):
        scene.desk.reply = content
        said = await scene.do("say", from_="小明", text="在吗")
        assert (said["problem"], said["reply"]["MsgType"]) == (None, kind)
    assert await scene.broken_rules() == []


async def test_customer_service_goes_through_the_open_window_and_no_further(
    scene: Scene, tmp_path: Path
) -> None:
    await scene.do("follow", from_="小明")
    await scene.do("say", from_="小明", text="在吗")
    file = tmp_path / "file.jpg"
    file.write_bytes(b"\xff\xd8\xff\xe0 picture")
    for content in (
        Text("一"),
        Image(str(file)),
        News((Article("新品", "描述", "https://a.b/c.jpg", "https://a.b"),)),
        MiniProgram("会员", "wx1", "pages/a", str(file)),
        Notice("T", {"a": "五"}),
    ):
        await scene.send("小明", content)
    with pytest.raises(Undeliverable) as used_up:
        await scene.send("小明", Text("六"))
    assert used_up.value.correction == "empty_window"
    await scene.do("clock", advance="3d")
    with pytest.raises(Undeliverable) as closed:
        await scene.send("小明", Text("七"))
    assert closed.value.correction == "close_window"


async def test_a_template_message_with_one_key_is_sent_once(scene: Scene) -> None:
    await scene.do("follow", from_="小明")
    notice = Notice("TMPL_ID_3", {"thing1": "茶"}, "https://a.b")
    first = await scene.send("小明", notice, "template_message", "key-1")
    assert await scene.send("小明", notice, "template_message", "key-1") == first
    sent = [row for row in await scene.ask("outbox", member="小明") if row["route"] == "template_message"]
    assert len(sent) == 1
    receipts = [
        one.event for one in scene.desk.heard if one.event and one.event.kind == events.DELIVERY_RECEIPT
    ]
    assert [(one.properties["platform_id"], one.properties["delivered"]) for one in receipts] == [
        (first, True)
    ]
    assert await scene.broken_rules() == []


async def test_a_subscription_is_accepted_spent_and_then_used_up(scene: Scene) -> None:
    await scene.do("follow", from_="小明")
    await scene.do("subscribe", from_="小明", template="TMPL_ID_1", accept=True)
    answered = scene.desk.heard[-1].event
    assert answered is not None
    assert (answered.kind, answered.properties["accepted"]) == (events.SUBSCRIPTION_ANSWERED, "TMPL_ID_1")
    notice = Notice("TMPL_ID_1", {"thing1": "新品"})
    await scene.send("小明", notice, "subscription_notice")
    with pytest.raises(Undeliverable) as spent:
        await scene.send("小明", notice, "subscription_notice")
    assert spent.value.correction == "empty_grant"


async def test_a_mass_send_with_one_key_goes_out_once(scene: Scene) -> None:
    for name in ("小明", "小红"):
        await scene.do("follow", from_=name)
    to = (await scene.address("小明"), await scene.address("小红"))
    delivery = Delivery("mass", to, Text("新品到店"), "batch-1")
    first = await scene.channel.send(delivery)
    with pytest.raises(TryLater) as hasty:
        await scene.channel.send(delivery)
    assert hasty.value.reason == "key_too_fast"
    await scene.do("clock", advance="2m")
    again = await scene.channel.send(delivery)
    assert first.platform_id == again.platform_id != ""
    assert len([row for row in await scene.ask("outbox", member="小明") if row["route"] == "mass"]) == 1


async def test_an_errcode_of_the_platform_is_a_leaf_of_ours(scene: Scene) -> None:
    await scene.do("follow", from_="小明")
    await scene.do("fault", path="/cgi-bin/message/custom/send", kind="errcode", value=45009, count=1)
    with pytest.raises(TryLater) as quota:
        await scene.send("小明", Text("一"))
    assert quota.value.retry_at.isoformat() == "2026-12-01T16:00:00+00:00"
    await scene.send("小明", Text("一"))


async def test_a_revoked_token_is_renewed_within_the_send(scene: Scene) -> None:
    await scene.do("follow", from_="小明")
    await scene.send("小明", Text("一"))
    await scene.do("revoke", account="shop")
    await scene.send("小明", Text("二"))
    assert await scene.broken_rules() == []
