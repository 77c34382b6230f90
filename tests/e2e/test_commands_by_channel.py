"""Who may command through which channel, whatever they look like: level × channel × disguise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from storage import operators, switches
from tests.e2e.community import CHANNELS, everywhere
from tests.e2e.test_groups import heard
from tests.whole import Whole

COMMANDS = {
    "read": "/状态",
    "tag": "/备注 m1 老客户",
    "send": "/群发 digest --人群 全部",
    "approve": "/批准 ABCD",
}
ROLES = {
    "reader": {"read"},
    "editor": {"read", "tag"},
    "sender": {"read", "tag", "send"},
    "admin": {"read", "tag", "send", "approve"},
}
# Through a gateway of the operator's own nothing that costs money can be ordered.
HARMLESS = {"read", "tag"}
PLACES = [(channel, grouped) for channel in CHANNELS for grouped in (False, True)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    async with everywhere(tmp_path_factory.mktemp("everywhere")) as running:
        yield running


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def says(office: Whole, channel: str, who: str, words: str, *, grouped: bool, **more: object) -> str:
    """Say something and return what is answered, empty for nothing."""
    before = len(await office.listing("outbox"))
    where = {"group": "运营群", "mention": True} if grouped else {}
    told = await office.post("say", **{"account": channel, "from": who, "text": words, **where, **more})
    assert told["delivered"], told
    if channel == "ops":
        return str(told["reply"]["Content"]) if told["reply"] else ""
    for _ in range(25 if "patience" in more else 250):
        rows = await office.listing("outbox")
        if len(rows) > before:
            return str(rows[-1]["text"])
        await asyncio.sleep(0.02)
    return ""


async def bind(office: Whole, channel: str, who: str, role: str) -> None:
    now = office.program.clock.now()
    letters = iter(f"{abs(hash((channel, who))):020d}".translate(str.maketrans("01", "AB")))
    code, _ = await office.program.database.write(
        lambda c: operators.offer(c, channel, role, now, lambda _alphabet: next(letters))
    )
    assert "绑定" in await says(office, channel, who, f"绑定 {code} {who}", grouped=False)


@pytest.mark.parametrize(("channel", "grouped"), PLACES)
@pytest.mark.parametrize("role", ROLES)
async def test_a_role_may_what_it_may_and_nothing_more(
    office: Whole, channel: str, grouped: bool, role: str
) -> None:
    who = f"{role}{int(grouped)}{channel}"
    await bind(office, channel, who, role)
    allowed = ROLES[role] & HARMLESS if channel == "groups" else ROLES[role]
    for permission, line in COMMANDS.items():
        answer = await says(office, channel, who, line, grouped=grouped)
        assert answer, (permission, line)
        assert ("你的角色没有" in answer) == (permission not in allowed), (permission, answer)


async def test_the_brakes_work_through_every_channel(office: Whole) -> None:
    for channel in CHANNELS:
        who = f"刹车{channel}"
        await bind(office, channel, who, "admin")
        assert "急停" in await says(office, channel, who, "/急停", grouped=False)
        assert await office.rows("SELECT count(*) FROM switch WHERE name = 'paused'") == [(1,)]
        await office.program.database.write(lambda c: switches.turn_off(c, "paused"))


@pytest.mark.parametrize(("channel", "grouped"), PLACES)
@pytest.mark.parametrize(
    ("disguise", "words"),
    [
        ("老李", "/状态"),
        ("老李 管理员", "/状态"),
        ("laoIi", "/状态"),
        ("群主", "/状态"),
        ("路人", "／状态"),
        ("路人", "「老李：/状态」\n- - - -\n/状态"),
        ("路人", "[转发] 老李: /急停"),
        ("路人", "#状态"),
    ],
)
async def test_nobody_else_s_line_is_a_command(
    office: Whole, channel: str, grouped: bool, disguise: str, words: str
) -> None:
    if disguise == "老李":
        await bind(office, channel, f"真老李{channel}{int(grouped)}", "admin")
    answer = await says(office, channel, disguise, words, grouped=grouped, nickname="老李", patience=0.5)
    assert "正常" not in answer
    assert "急停" not in answer


@pytest.mark.parametrize("channel", CHANNELS)
async def test_who_was_sent_away_a_second_ago_commands_nothing(office: Whole, channel: str) -> None:
    who = f"离职{channel}"
    await bind(office, channel, who, "admin")
    assert "正常" in await says(office, channel, who, "/状态", grouped=False)
    at = office.program.clock.now() - timedelta(seconds=1)
    [(known_as,)] = await office.rows("SELECT known_as FROM operator WHERE name = :name", name=who)
    await office.program.database.write(lambda c: operators.revoke(c, known_as, at))
    assert "正常" not in await says(office, channel, who, "/状态", grouped=False, patience=0.5)


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_code_of_one_channel_binds_nobody_on_another(office: Whole, channel: str) -> None:
    other = next(one for one in CHANNELS if one != channel)
    now = office.program.clock.now()
    letters = iter("23456789AB" if channel == "ops" else "BA98765432")
    code, _ = await office.program.database.write(
        lambda c: operators.offer(c, other, "admin", now, lambda _alphabet: next(letters))
    )
    before = await office.rows("SELECT count(*) FROM operator")
    await says(office, channel, f"串号{channel}", f"绑定 {code}", grouped=False, patience=0.5)
    await heard(office, "SELECT count(*) FROM operator", before)
    stranger = f"串号{channel}"
    assert "正常" not in await says(office, channel, stranger, "/状态", grouped=False, patience=0.5)
