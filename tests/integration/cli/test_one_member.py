"""members export and erase: all of a member goes out safely, or is forgotten."""

import csv
import json
import stat

from storage.export import tables
from tests.integration.cli.shell import Shell

TABLE = "手机号,姓名,标签,营销同意,凭证,openid\n13800000001,=HYPERLINK(1),母婴,是,卡 1,oAAAA1111\n"


async def _member(sh: Shell) -> None:
    file = sh.folder / "members.csv"
    file.write_text(TABLE, encoding="utf-8")
    await sh.done("members", "import", str(file), "--apply")


async def test_an_export_holds_every_table_and_no_formula(sh: Shell) -> None:
    await _member(sh)
    out = sh.folder / "out"
    document = await sh.done("members", "export", "0001", "--out", str(out))
    assert set(document["rows"]) == {"member", *(table.name for table in tables())}
    whole = json.loads((out / "m1.json").read_text(encoding="utf-8"))
    assert whole["tables"]["identity"][0]["phone"] == "+8613800000001"
    assert whole["tables"]["member"][0]["name"] == "=HYPERLINK(1)"
    table = (out / "m1.member.csv").read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(table.splitlines())
    assert row["name"] == "'=HYPERLINK(1)"
    assert stat.S_IMODE((out / "m1.json").stat().st_mode) == 0o600
    assert sh.rows("SELECT target FROM audit WHERE action = 'members.export'") == [("m1",)]


async def test_a_masked_export_shows_no_phone(lite: Shell) -> None:
    await _member(lite)
    await lite.done("members", "export", "m1", "--out", "out", "--masked")
    text = (lite.folder / "out" / "m1.json").read_text(encoding="utf-8")
    assert "13800000001" not in text
    assert "138****0001" in text


async def test_a_member_is_forgotten_on_order_only(sh: Shell) -> None:
    await _member(sh)
    assert (await sh.done("members", "erase", "m1"))["applied"] is False
    assert sh.rows("SELECT count(*) FROM identity") == [(2,)]
    assert (await sh.done("members", "erase", "m1", "--apply"))["applied"] is True
    assert sh.rows("SELECT count(*) FROM identity") == [(0,)]
    assert sh.rows("SELECT count(*) FROM tombstone") == [(2,)]
    assert sh.rows("SELECT target FROM audit WHERE action = 'members.erase'") == [("m1",)]
    gone = await sh.run("members", "export", "m1", "--out", "out")
    assert (gone.code, gone.out) == (3, "")


async def test_nobody_by_that_name_is_exit_3(lite: Shell) -> None:
    for words in (("export", "m999", "--out", "out"), ("erase", "9999", "--apply"), ("erase", "shop:nobody")):
        ran = await lite.run("members", *words)
        assert (ran.code, ran.out) == (3, "")


async def test_an_end_of_phone_that_two_members_have_names_neither(lite: Shell) -> None:
    file = lite.folder / "two.csv"
    file.write_text("手机号\n13800000001\n13900000001\n", encoding="utf-8")
    await lite.done("members", "import", str(file), "--apply")
    ran = await lite.run("members", "erase", "0001", "--apply")
    assert ran.code == 3
    assert lite.rows("SELECT count(*) FROM tombstone") == [(0,)]


async def test_two_profiles_are_joined_on_order_only(sh: Shell) -> None:
    file = sh.folder / "two.csv"
    file.write_text("手机号,标签\n13800000001,母婴\n13900000002,护肤\n", encoding="utf-8")
    await sh.done("members", "import", str(file), "--apply")
    assert (await sh.done("members", "join", "m1", "m2"))["applied"] is False
    assert sh.rows("SELECT count(*) FROM member WHERE merged_into IS NOT NULL") == [(0,)]
    assert (await sh.done("members", "join", "m1", "m2", "--apply"))["applied"] is True
    assert sh.rows("SELECT name FROM tag WHERE member_id = 1 ORDER BY name") == [("护肤",), ("母婴",)]
    assert sh.rows("SELECT target FROM audit WHERE action = 'members.join'") == [("m1",)]
    assert (await sh.run("members", "join", "m1", "m99")).code == 3
