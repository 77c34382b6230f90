"""A corp's customer groups, contacts, customer service, mass messages and archive, on real wire bytes."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.wecom_app import WecomApp
from bot.channels.wecom_archive import WecomArchive
from bot.domain.errors import Undeliverable
from bot.domain.outbox import OutboxMessage
from storage import outbox
from tests.e2e.community import with_corp
from tests.e2e.shift import bound
from tests.e2e.test_groups import heard
from tests.whole import Whole

MOTHERS = "宝妈一群"


@pytest.fixture
async def corp(tmp_path: Path, any_database_url: str) -> AsyncIterator[Whole]:
    async with with_corp(tmp_path, any_database_url) as running:
        yield running


async def act(corp: Whole, what: str, who: str, **fields: object) -> dict[str, object]:
    told = await corp.post(what, **{"account": "corp", "from": who, **fields})
    assert told["delivered"], told
    return told


async def sent(corp: Whole, route: str) -> list[str]:
    return [row["text"] for row in await corp.listing("outbox") if row["route"] == route]


async def comes(corp: Whole, route: str, count: int) -> list[str]:
    found: list[str] = []
    for _ in range(400):
        found = await sent(corp, route)
        if len(found) >= count:
            break
        await asyncio.sleep(0.02)
    return found


async def test_who_joins_is_their_other_self_by_unionid_and_counts_once(corp: Whole) -> None:
    await corp.act("follow", "小明", unionid="u1")
    await act(corp, "join", "小明@微信", group=MOTHERS, unionid="u1", state="store_hz")
    await heard(corp, "SELECT count(*) FROM member WHERE merged_into IS NULL", [(1,)])
    await heard(corp, "SELECT name FROM chat_group", [(MOTHERS,)])
    assert await corp.rows("SELECT count FROM tally WHERE kind = 'member.joined_group'") == [(1,)]
    assert await corp.rows("SELECT count(*) FROM group_member WHERE left_at IS NULL") == [(1,)]


@pytest.mark.parametrize("listed", ["many", "none"])
async def test_joins_and_leaves_are_known_with_and_without_a_list(corp: Whole, listed: str) -> None:
    await act(corp, "join", "一", group=MOTHERS)
    await heard(corp, "SELECT count(*) FROM group_member WHERE left_at IS NULL", [(1,)])
    await heard(corp, "SELECT name FROM chat_group", [(MOTHERS,)])
    await act(corp, "join", "二", group=MOTHERS, list=listed)
    await heard(corp, "SELECT count(*) FROM group_member WHERE left_at IS NULL", [(2,)])
    await act(corp, "leave", "一", group=MOTHERS, list=listed)
    await heard(corp, "SELECT count(*) FROM group_member WHERE left_at IS NULL", [(1,)])
    assert await corp.rows("SELECT count FROM tally WHERE kind = 'member.left_group'") == [(1,)]


async def test_a_greeting_is_ordered_and_reaches_the_group_when_the_owner_confirms(corp: Whole) -> None:
    await act(corp, "join", "一", group=MOTHERS)
    await heard(corp, "SELECT name FROM chat_group", [(MOTHERS,)])
    await act(corp, "join", "二", group=MOTHERS)
    await heard(corp, "SELECT count(*) FROM group_post", [(1,)])
    await corp.advance("2m")
    assert await sent(corp, "group") == []
    [(msgid,)] = await corp.rows("SELECT platform_id FROM group_post WHERE state = 'sent'")
    assert await corp.rows("SELECT reason FROM group_post") == [("pending_confirmation",)]
    await corp.post("employee/confirm", msgid=msgid)
    assert len(await sent(corp, "group")) == 1
    assert await corp.listing("violations") == []


async def test_a_customer_is_answered_by_customer_service(corp: Whole) -> None:
    for words in ("你好", "营业时间", "在吗"):
        await act(corp, "say", "小红", text=words)
    await heard(corp, "SELECT count FROM tally WHERE kind = 'member.message'", [(3,)])
    assert "9:00" in (await comes(corp, "wecom_kf", 1))[0]
    assert await corp.rows("SELECT remaining FROM allowance WHERE route = 'wecom_kf'") == [(5,)]
    await act(corp, "say", "小红", text="怎么退货")
    await comes(corp, "wecom_kf", 2)
    # The words open five again, and the answer is one of them.
    assert await corp.rows("SELECT remaining FROM allowance WHERE route = 'wecom_kf'") == [(4,)]
    assert await corp.listing("violations") == []


async def test_a_session_with_a_person_pauses_the_programmes(corp: Whole) -> None:
    await act(corp, "say", "小红", text="你好")
    await act(corp, "event", "小红", change_type=1)
    await heard(corp, "SELECT purpose, reason FROM suppression", [("automation", "human_session")])
    await act(corp, "event", "小红", change_type=3)
    await heard(corp, "SELECT count(*) FROM suppression", [(0,)])
    assert await corp.listing("violations") == []


async def test_a_new_contact_is_greeted_within_twenty_seconds(corp: Whole) -> None:
    await act(corp, "follow", "小丽", state="kol_lin")
    assert "顾问" in (await comes(corp, "welcome", 1))[0]
    assert await corp.listing("violations") == []


async def test_an_examination_sees_whether_a_corp_and_its_archive_answer(corp: Whole) -> None:
    app, archive = corp.program.channels["corp"], corp.program.channels["archive"]
    assert isinstance(app, WecomApp)
    assert isinstance(archive, WecomArchive)
    assert [one.well for one in (*await app.check(), *await archive.check())] == [True, True]
    await corp.post("fault", path="/qy/cgi-bin/externalcontact/groupchat/list", kind="errcode", value=60020)
    await corp.post("fault", path="/archive/records", kind="http", value=502)
    assert [one.well for one in (*await app.check(), *await archive.check())] == [False, False]


async def test_a_push_to_a_contact_waits_for_its_employee(corp: Whole) -> None:
    await act(corp, "follow", "小丽", state="kol_lin")
    await heard(corp, "SELECT name FROM tag", [("林老师",)])
    now = corp.program.clock.now()
    message = OutboxMessage(
        key="push:1", member_id=1, template="answers/hours", purpose="service", via=("wecom_mass",),
        created_at=now, due_at=now, expires_at=now + timedelta(days=1),
    )  # fmt: skip
    await corp.program.database.write(lambda c: outbox.enqueue(c, [message]))
    await corp.advance("1m")
    assert await corp.rows("SELECT state, receipt FROM outbox") == [("sent", "pending_confirmation")]
    assert await sent(corp, "wecom_mass") == []
    [(msgid,)] = await corp.rows("SELECT platform_id FROM outbox")
    await corp.post("employee/confirm", msgid=msgid)
    assert len(await sent(corp, "wecom_mass")) == 1
    app = corp.program.channels["corp"]
    assert isinstance(app, WecomApp)
    await app.look_at_results(corp.program.feed)
    assert await corp.rows("SELECT receipt FROM outbox") == [("delivered",)]


async def test_tags_of_the_corp_are_made_and_put_on_contacts_alone(corp: Whole) -> None:
    app = corp.program.channels["corp"]
    assert isinstance(app, WecomApp)
    await act(corp, "follow", "小丽")
    [(known_as,)] = await corp.rows("SELECT known_as FROM identity WHERE account = 'corp'")
    address = known_as.partition(":")[2]
    tag = await app.api.add_tag("荷塘", "母婴")
    assert await app.api.corp_tags() == {"母婴": tag}
    await app.api.mark("zhangsan", address, [tag])
    with pytest.raises(Undeliverable):
        await app.api.mark("zhangsan", "wm-nobody", [tag])
    assert await corp.listing("violations") == []


async def test_an_operator_works_the_queue_and_the_answer_goes_where_the_member_is(corp: Whole) -> None:
    await bound(corp, "老李", "admin")
    await act(corp, "say", "小红", text="说好三天到，等了两周没人理，你们太让人失望了")
    for _ in range(20):
        await corp.advance("5s")
        await asyncio.sleep(0.1)
        if await corp.rows("SELECT count(*) FROM handoff WHERE state = 'open'") != [(0,)]:
            break
    waiting = str(await corp.says("老李", "/待办"))
    found = re.search(r"[#＃]?([0-9A-F]{4})", waiting)
    assert found is not None, waiting
    assert "太让人失望" in str(await corp.says("老李", f"/接手 {found[1]}"))
    await corp.says("老李", f"/回复 {found[1]} 真对不起，马上给你补发")
    await corp.advance("10s")
    assert any("马上给你补发" in text for text in await comes(corp, "wecom_kf", 1))
    member = "SELECT count(*) FROM suppression WHERE purpose = 'marketing'"
    assert await corp.rows(member) == [(1,)]
    await corp.says("老李", f"/结案 {found[1]}")
    assert await corp.rows(member) == [(0,)]
    assert await corp.listing("violations") == []


@pytest.mark.parametrize("way", ["follow", "say"])
async def test_a_contact_and_a_customer_are_their_other_selves(corp: Whole, way: str) -> None:
    await corp.act("follow", "小明", unionid="u1")
    await act(corp, way, "小明@企微", unionid="u1", text="你好")
    await heard(corp, "SELECT count(*) FROM identity", [(3,)])
    await heard(corp, "SELECT count(DISTINCT member_id) FROM identity", [(1,)])
    assert await corp.listing("violations") == []
