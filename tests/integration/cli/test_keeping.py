"""backup and restore, keys, operators, the audit, and the doctor."""

import re
from datetime import datetime

from bot.config import text_of
from storage import config_versions, operators, switches
from storage.privacy import ring_of
from tests.fakes import START
from tests.integration.cli.shell import Shell


async def _member(sh: Shell, phone: str = "13800000001") -> None:
    file = sh.folder / "members.csv"
    file.write_text(f"手机号,姓名\n{phone},小明\n", encoding="utf-8")
    await sh.done("members", "import", str(file), "--apply")


async def test_a_backup_comes_back_fenced_with_nobody_forgotten_remembered(sh: Shell) -> None:
    await _member(sh)
    await _member(sh, "13800000002")
    file = sh.folder / "hetang.backup"
    assert (await sh.done("backup", str(file)))["bytes"] == file.stat().st_size
    assert "小明".encode() not in file.read_bytes()
    await sh.done("members", "erase", "m1", "--apply")
    refused = await sh.run("restore", str(file))
    assert (refused.code, refused.out) == (1, "")
    await sh.order("clock", advance="1h")
    await sh.done("members", "erase", "m2", "--apply")
    restored = await sh.done("restore", str(file), "--force")
    assert restored["fenced"] is True
    assert restored["forgotten"] >= 1
    assert sh.rows("SELECT count(*) FROM identity WHERE member_id = 2") == [(0,)]
    assert sh.look(switches.stopped) == "fenced"
    await sh.done("resume")
    assert sh.look(switches.stopped) == ""
    assert (await sh.done("audit", "verify"))["ok"] is True


async def test_what_is_no_backup_touches_nothing(lite: Shell) -> None:
    await _member(lite)
    file = lite.folder / "no.backup"
    file.write_bytes(b"hello")
    ran = await lite.run("restore", str(file), "--force")
    assert (ran.code, ran.out) == (1, "")
    assert lite.rows("SELECT count(*) FROM member") == [(1,)]


async def test_an_edited_audit_row_is_found(sh: Shell) -> None:
    await sh.done("pause")
    assert (await sh.done("audit", "verify"))["ok"] is True
    sh.look(lambda c: c.exec_driver_sql("UPDATE audit SET actor = 'somebody else'"))
    ran = await sh.run("audit", "verify", "--json")
    assert (ran.code, ran.document["ok"]) == (1, False)


async def test_a_code_binds_one_operator_once_and_is_kept_as_a_keyed_hash(sh: Shell) -> None:
    document = await sh.done("operator", "bind", "shop", "--role", "sender")
    code = document["code"]
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{10}", code)
    ((digest,),) = sh.rows("SELECT digest FROM binding_code")
    assert code not in digest
    assert sh.look(lambda c: ring_of(c).blind("binding code", code)) == digest
    at = datetime.fromisoformat(document["expires_at"]) - operators.LASTS
    assert sh.look(lambda c: operators.bind(c, code, "other:o1", at)) is None
    assert sh.look(lambda c: operators.bind(c, code, "shop:o1", at + operators.LASTS)) is None
    assert sh.look(lambda c: operators.bind(c, code, "shop:o1", at)) == "sender"
    assert sh.look(lambda c: operators.bind(c, code, "shop:o2", at)) is None
    assert [one["known_as"] for one in await sh.done("operator", "list")] == ["shop:o1"]
    await sh.done("operator", "revoke", "shop:o1")
    assert await sh.done("operator", "list") == []
    unknown = await sh.run("operator", "bind", "shop", "--role", "king")
    assert unknown.code == 1
    assert "admin" in unknown.err


async def test_rotated_keys_open_every_phone_without_the_older_one(sh: Shell) -> None:
    await _member(sh)
    fresh, old = "another key of 32 characters....", "a key of thirty-two characters.."
    done = await sh.done("keys", "rotate", HETANG_KEY=fresh, HETANG_OLD_KEY=old)
    assert done["fields"] == 1
    exported = await sh.run("members", "export", "m1", "--out", "out", HETANG_KEY=fresh)
    assert exported.code == 0
    assert "+8613800000001" in (sh.folder / "out" / "m1.json").read_text(encoding="utf-8")


async def test_the_doctor_finds_all_well_and_names_a_wrong_secret(sh: Shell) -> None:
    document = await sh.done("doctor")
    signs = {sign["subject"]: sign["level"] for sign in document["signs"]}
    assert (signs["database"], signs["shop.token"], signs["clock"]) == ("well", "well", "well")
    sh.look(lambda c: c.exec_driver_sql("DELETE FROM token"))
    ran = await sh.run("doctor", SHOP_APP_SECRET="some-other-secret-of-the-shop")
    assert ran.code == 1
    assert "app_secret 不对" in ran.out


async def test_rules_diff_names_what_the_file_would_change(lite: Shell) -> None:
    running = text_of(lite.config)
    lite.look(lambda c: config_versions.adopt(c, "d1", running, START))
    assert (await lite.done("rules", "diff"))["changes"] == []
    text = lite.config.read_text(encoding="utf-8").replace("id: gap1,   wait: 14d", "id: gap1,   wait: 21d")
    lite.config.write_text(text, encoding="utf-8")
    (change,) = (await lite.done("rules", "diff"))["changes"]
    assert change == {"path": "rules.winback.steps[1].wait", "was": "14d", "will": "21d"}


async def test_what_was_kept_long_enough_is_shown_first_and_goes_with_apply(lite: Shell) -> None:
    await _member(lite)
    await lite.order("clock", advance="200d")
    shown = await lite.done("retention")
    assert shown["applied"] is False
    assert set(shown["rows"]) == {
        "said", "told", "events", "edges", "scores", "consents", "gates", "quarantine",
    }  # fmt: skip
    assert shown["rows"]["said"] >= 1
    assert (await lite.done("retention", "--apply"))["applied"] is True
    assert (await lite.done("retention"))["rows"]["said"] == 0
    assert (await lite.done("audit", "verify"))["ok"] is True
