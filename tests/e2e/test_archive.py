"""What customers say in archived groups: kept by consent alone, forgotten when taken back, gaps told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.community import with_corp
from tests.e2e.test_corp import MOTHERS, act
from tests.e2e.test_groups import heard
from tests.whole import Whole


@pytest.fixture
async def corp(tmp_path: Path, any_database_url: str) -> AsyncIterator[Whole]:
    async with with_corp(tmp_path, any_database_url) as running:
        yield running


async def test_only_who_agreed_is_heard_in_an_archived_group(corp: Whole) -> None:
    await act(corp, "say", "路人", group=MOTHERS, text="有奶粉吗")
    await act(corp, "consent", "小红", agree=True)
    await act(corp, "say", "小红", group=MOTHERS, text="有奶粉吗")
    await heard(corp, "SELECT name FROM tag", [("母婴",)])
    assert await corp.rows("SELECT count(*) FROM event WHERE kind = 'group.message'") == [(1,)]
    assert await corp.listing("violations") == []


async def test_words_read_before_and_handled_after_a_withdrawal_leave_no_trace(corp: Whole) -> None:
    await act(corp, "consent", "小红", agree=True)
    await act(corp, "say", "小红", group=MOTHERS, text="大家好")
    await heard(corp, "SELECT count FROM tally WHERE kind = 'group.message'", [(1,)])
    await act(corp, "consent", "小红", agree=False)
    await heard(
        corp,
        "SELECT granted FROM consent WHERE purpose = 'archive'",
        [(0,)] if is_sqlite(corp) else [(False,)],
    )
    [(said_by,)] = await corp.rows("SELECT known_as FROM identity WHERE account = 'corp'")
    [(chat,)] = await corp.rows("SELECT known_as FROM chat_group")
    records = {"group": chat.partition(":")[2], "who": said_by.partition(":")[2]}
    await corp.post("archive/forge", account="corp", text="秘密奶粉", **records)
    await act(corp, "consent", "别人", agree=True)
    await heard(corp, "SELECT count(*) FROM consent WHERE purpose = 'archive'", [(2,)])
    assert await corp.rows("SELECT count(*) FROM event WHERE kind = 'group.message'") == [(1,)]
    assert await corp.rows("SELECT count(*) FROM tag") == [(0,)]


async def test_what_is_taken_back_is_forgotten(corp: Whole) -> None:
    await act(corp, "consent", "小红", agree=True)
    told = await act(corp, "say", "小红", group=MOTHERS, text="我要投诉你们")
    await heard(corp, "SELECT count(*) FROM handoff", [(1,)])
    await act(corp, "recall", "小红", group=MOTHERS, message_id=told["message_id"])
    await heard(corp, "SELECT count FROM tally WHERE kind = 'group.recalled'", [(1,)])
    rows = await corp.rows("SELECT properties FROM event")
    assert all("投诉" not in str(row[0]) for row in rows)


async def test_a_gap_and_an_unreadable_row_are_told_and_nothing_else_is_lost(corp: Whole) -> None:
    await act(corp, "consent", "小红", agree=True)
    await act(corp, "say", "小红", group=MOTHERS, text="一")
    await heard(corp, "SELECT count FROM tally WHERE kind = 'group.message'", [(1,)])
    await corp.post("archive/skip", account="corp", count=3)
    await corp.post("fault", path="corp/archive", kind="http", value=500, count=1)
    await act(corp, "say", "小红", group=MOTHERS, text="二")
    await act(corp, "say", "小红", group=MOTHERS, text="三")
    await heard(corp, "SELECT count FROM tally WHERE kind = 'group.message'", [(2,)])
    reasons = {reason for (reason,) in await corp.rows("SELECT reason FROM quarantine")}
    assert reasons == {"archive_gap", "unknown publickey_ver"}


def is_sqlite(corp: Whole) -> bool:
    return corp.program.database.dialect == "sqlite"
