"""members import: mapped, tried, written, repeated; bad rows by line, and nobody enters a rule."""

from functools import partial
from pathlib import Path

import xlsxwriter

from storage import directory, lookup
from tests.integration.cli.shell import Shell

TABLE = """手机号,姓名,生日,标签,营销同意,凭证,同意时间,openid,备注
13800000001,小明,1990-05-20,母婴、护肤,是,纸质会员卡 0001,2026-05-01,oAAAA1111,老客
13800000002,小红,5月6日,,,,,,
not-a-phone,坏人,,,,,,,
13800000003,=cmd(),,,是,,,,
"""


def _table(sh: Shell, text: str = TABLE, name: str = "members.csv", encoding: str = "utf-8") -> str:
    file = sh.folder / name
    file.write_text(text, encoding=encoding)
    return str(file)


async def test_a_table_is_tried_first_and_written_only_on_order(sh: Shell) -> None:
    file = _table(sh)
    ran = await sh.run("members", "import", file, "--json")
    assert ran.code == 1
    assert (ran.document["applied"], ran.document["new"], ran.document["rows"]) == (False, 2, 4)
    assert ran.document["columns"]["手机号"] == "phone"
    assert ran.document["ignored"] == ["备注"]
    assert [bad["line"] for bad in ran.document["bad"]] == [4, 5]
    assert sh.rows("SELECT count(*) FROM member") == [(0,)]
    rejects = sh.folder / "bad.csv"
    await sh.run("members", "import", file, "--apply", "--rejects", str(rejects))
    assert sh.rows("SELECT name, birthday FROM member ORDER BY id") == [("小明", "05-20"), ("小红", "05-06")]
    assert sorted(sh.rows("SELECT name, source FROM tag")) == [("护肤", "import"), ("母婴", "import")]
    ((granted, proof),) = sh.rows("SELECT granted, proof FROM consent")
    assert granted
    assert "纸质会员卡 0001" in proof
    assert "'=cmd()" in rejects.read_text(encoding="utf-8")
    for untouched in ("enrollment", "outbox"):
        assert sh.rows(f"SELECT count(*) FROM {untouched}") == [(0,)]


async def test_the_same_table_again_changes_nothing(sh: Shell) -> None:
    file = _table(sh)
    await sh.run("members", "import", file, "--apply")
    before = sh.rows("SELECT * FROM member ORDER BY id"), sh.rows("SELECT count(*) FROM event")
    again = (await sh.run("members", "import", file, "--apply", "--json")).document
    assert (again["new"], again["known"], again["already"]) == (0, 0, 2)
    assert (sh.rows("SELECT * FROM member ORDER BY id"), sh.rows("SELECT count(*) FROM event")) == before


async def test_an_imported_grant_never_outweighs_the_members_own_later_no(lite: Shell) -> None:
    await lite.run("members", "import", _table(lite), "--apply")
    lite.rows("SELECT 1")
    lite.look(
        lambda c: c.exec_driver_sql("UPDATE consent SET granted = 0, at = '2026-06-01 00:00:00.000000'")
    )
    undated = TABLE.replace("2026-05-01", "").replace("小明", "小明明")
    await lite.run("members", "import", _table(lite, undated, "again.csv"), "--apply")
    assert lite.rows("SELECT granted FROM consent") == [(0,)]


async def test_a_sheet_with_numbers_for_phones_and_an_old_encoding_are_read(
    lite: Shell, tmp_path: Path
) -> None:
    file = tmp_path / "members.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Mobile", "Name"])
        sheet.write_row(1, 0, [13800000007, "小七"])
    document = await lite.done("members", "import", str(file), "--apply")
    assert (document["new"], document["bad"]) == (1, [])
    old = _table(lite, "电话,姓名\n13800000008,小八\n", "old.csv", "gb18030")
    assert (await lite.done("members", "import", old, "--apply"))["new"] == 1
    assert lite.rows("SELECT name FROM member ORDER BY id") == [("小七",), ("小八",)]
    assert lite.look(lambda c: directory.find(c, "phone:13800000007")) == 1


async def test_a_table_that_names_nobody_is_refused_with_its_headings(lite: Shell) -> None:
    ran = await lite.run("members", "import", _table(lite, "姓名,城市\n小明,杭州\n"), "--apply")
    assert (ran.code, ran.out) == (1, "")
    assert "姓名" in ran.err


async def test_a_member_is_found_by_number_address_and_end_of_phone(sh: Shell) -> None:
    await sh.run("members", "import", _table(sh), "--apply")
    for name in ("m1", "member:m1", "shop:oAAAA1111", "0001", "138****0001", "phone:13800000001"):
        assert sh.look(partial(lookup.members, name=name)) == [1], name
    assert sh.look(lambda c: lookup.members(c, "4242")) == []
