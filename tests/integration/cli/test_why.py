"""hetang why: the whole answer for a member, in words and as a document, on both databases."""

from datetime import datetime, timedelta

from bot.domain.effects import SetMembership
from storage import segments
from tests.integration.cli.shell import Shell
from tests.whole import START as OPENING

START = datetime.fromisoformat(OPENING)

TABLE = "姓名,标签,openid\n小明,母婴,oAAAA1111\n"


async def _member(sh: Shell) -> None:
    file = sh.folder / "members.csv"
    file.write_text(TABLE, encoding="utf-8")
    await sh.done("members", "import", str(file), "--apply")


async def test_every_rule_is_answered_for_somebody_who_did_nothing(sh: Shell) -> None:
    await _member(sh)
    found = await sh.done("why", "m1")
    answers = {one["rule"]: one for one in found["rules"]}
    assert {one["outcome"] for one in answers.values()} == {"never_entered"}
    vip = answers["vip_care"]["last_occasion"]
    assert vip["fate"] == "no_occasion"
    assert {one["kind"] for one in vip["false"]} >= {"RfmIs"}
    assert all({"clause", "value", "needed", "turns_at"} <= one.keys() for one in vip["false"])


async def test_the_words_name_what_is_missing_and_what_would_open_the_rule(lite: Shell) -> None:
    await _member(lite)
    said = (await lite.run("why", "m1", "--rule", "complaint_care")).out
    assert "没有进入" in said
    assert "投诉" in said
    english = (await lite.run("why", "m1", "--rule", "vip_care", HETANG_LANG="en")).out
    assert "never entered" in english
    assert "RFM" in english


async def test_an_edge_crossed_without_a_run_is_no_secret(sh: Shell) -> None:
    """What was forgotten or lost is told as that, never made up."""
    await _member(sh)
    crossed = SetMembership(1, "lead_no_order", inside=True, at=START)
    sh.look(lambda c: segments.change(c, [crossed]))
    (one,) = (await sh.done("why", "m1", "--rule", "first_order_coupon"))["rules"]
    assert one["last_occasion"]["fate"] in {"lost", "resting"}
    before = (START - timedelta(days=1)).isoformat()
    (one,) = (await sh.done("why", "m1", "--rule", "first_order_coupon", "--at", before))["rules"]
    assert one["last_occasion"]["fate"] in {"no_occasion", "stood_inside"}


async def test_nobody_is_exit_3_and_nonsense_says_what_to_write(lite: Shell) -> None:
    assert (await lite.run("why", "m999")).code == 3
    await _member(lite)
    wrong = await lite.run("why", "m1", "--rule", "winbak")
    assert (wrong.code, wrong.out) == (1, "")
    assert "winbak" in wrong.err
    assert "2026-12-01T10:00" in (await lite.run("why", "m1", "--at", "昨天")).err


async def test_a_rule_is_tried_with_a_member_and_nothing_is_written(sh: Shell) -> None:
    await _member(sh)
    found = await sh.done("rules", "try", "first_order_coupon", "m1")
    messages = [line for line in found["lines"] if line.get("template")]
    assert messages
    assert {line["stopped_by"] for line in messages} == {"no_consent"}
    assert sh.rows("SELECT count(*) FROM enrollment") == [(0,)]
    assert sh.rows("SELECT count(*) FROM outbox") == [(0,)]
    wrong = await sh.run("rules", "try", "first_order_cupon", "m1")
    assert (wrong.code, wrong.out) == (1, "")
    assert "first_order_coupon" in wrong.err
