"""One person, however they come: by the account, in a group, by a phone told in chat, talking with us."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.community import community
from tests.e2e.test_groups import heard, in_group
from tests.whole import Whole

PHONE = "13800138000"


@pytest.fixture
async def town(tmp_path: Path, any_database_url: str) -> AsyncIterator[Whole]:
    async with community(tmp_path, any_database_url) as running:
        yield running


async def identified(town: Whole, who: str, phone: str) -> None:
    [(known_as,)] = await town.rows("SELECT known_as FROM identity WHERE known_as LIKE 'shop:%'")
    told = await town.post(
        "webhook",
        url=f"{town.program.url}/v1/alias",
        body={"previousId": f"phone:+86{phone}", "userId": known_as, "messageId": f"alias-{who}"},
        secret="whsec_d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3",
    )
    assert told["status"] == 202, told


async def test_a_phone_told_in_a_group_joins_a_newcomer_with_their_other_self(town: Whole) -> None:
    await town.act("follow", "小明")
    await identified(town, "小明", PHONE)
    await in_group(town, "say", "群友", text="有面膜吗")
    await heard(town, "SELECT count(*) FROM member WHERE merged_into IS NULL", [(2,)])
    await in_group(town, "say", "群友", text=f"我的手机号：{PHONE}")
    await heard(town, "SELECT count(*) FROM member WHERE merged_into IS NULL", [(1,)])
    assert await town.rows("SELECT count(*) FROM group_member WHERE member_id = 1") == [(1,)]
    assert await town.rows("SELECT count FROM tally WHERE member_id = 1 AND kind = 'group.message'") == [(2,)]
    assert await town.rows("SELECT name FROM tag WHERE member_id = 1") == [("护肤",)]


async def test_a_phone_of_somebody_else_takes_nothing_over(town: Whole) -> None:
    await town.act("follow", "小明")
    await identified(town, "小明", PHONE)
    await town.act("follow", "小偷")
    await town.says("小偷", PHONE)
    await in_group(town, "say", "一", text=PHONE)
    await heard(town, "SELECT count(*) FROM member WHERE merged_into IS NOT NULL", [(1,)])
    await in_group(town, "say", "二", text=PHONE)
    await heard(town, "SELECT count(*) FROM group_member", [(2,)])
    # The follower is somebody already, and the account's owner has an address in the groups by now.
    assert await town.rows("SELECT count(*) FROM member WHERE merged_into IS NOT NULL") == [(1,)]


async def test_while_a_person_talks_with_a_member_no_programme_does(town: Whole) -> None:
    await town.act("follow", "小明")
    await town.says("小明", "订阅优惠")
    await town.act("event", "小明", event="kf_create_session", fields={"KfAccount": "care@shop"})
    before = len(await town.listing("outbox"))
    await town.advance("23h")
    held = await town.rows("SELECT reason FROM outbox WHERE state = 'queued'")
    assert len(await town.listing("outbox")) == before
    assert set(held) == {("human_session",)}
    await town.act("event", "小明", event="kf_close_session", fields={"KfAccount": "care@shop"})
    assert await town.rows("SELECT count(*) FROM suppression WHERE purpose = 'automation'") == [(0,)]
    await town.advance("1m")
    assert await town.rows("SELECT count(*) FROM outbox WHERE reason = 'human_session'") == [(0,)]
    assert len(await town.listing("outbox")) > before
