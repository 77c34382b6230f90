"""pause, resume, rules and the residue of the outbox, beside the running program's own database."""

from datetime import UTC, datetime, timedelta

from bot.domain.outbox import OutboxMessage
from storage import outbox, switches
from storage.database import Connection
from storage.outbox.rows import OUTBOX
from tests.integration.cli.shell import Shell

NOW = datetime(2026, 12, 1, 2, tzinfo=UTC)


def _queue(c: Connection, state: str, reason: str = "", rule: str = "") -> None:
    ends = NOW + timedelta(days=1)
    message = OutboxMessage(
        "k1", 1, "offer/ten_off", "service", ("customer_service",), NOW, NOW, ends, rule=rule
    )
    outbox.enqueue(c, [message])
    c.execute(OUTBOX.update().values(state=state, reason=reason, due_at=ends))


async def test_a_pause_holds_until_resume_and_both_are_in_the_audit(sh: Shell) -> None:
    await sh.done("pause")
    assert sh.look(switches.stopped) == "paused"
    document = await sh.done("resume")
    assert document == {"lifted": ["paused"], "still_on": {}}
    assert sh.look(switches.stopped) == ""
    assert [row[0] for row in sh.rows("SELECT action FROM audit ORDER BY id")] == ["pause", "resume"]


async def test_resume_wakes_what_the_pause_held_and_leaves_paused_rules_alone(sh: Shell) -> None:
    sh.look(lambda c: _queue(c, "queued", "paused"))
    await sh.done("rules", "pause", "winback")
    await sh.done("pause")
    document = await sh.done("resume")
    assert list(document["still_on"]) == ["rule:winback"]
    ((due,),) = sh.look(lambda c: c.execute(OUTBOX.select().with_only_columns(OUTBOX.c.due_at)).all())
    assert due == NOW


async def test_a_resumed_rule_wakes_only_what_it_queued(sh: Shell) -> None:
    sh.look(lambda c: _queue(c, "queued", "program_paused", "winback"))
    await sh.done("rules", "pause", "winback")
    paused = {row["name"]: row["paused"] for row in await sh.done("rules", "list")}
    assert (paused["winback"], paused["birthday"]) == (True, False)
    assert (await sh.done("rules", "resume", "birthday"))["was_paused"] is False
    assert (await sh.done("rules", "resume", "winback"))["was_paused"] is True
    ((due,),) = sh.look(lambda c: c.execute(OUTBOX.select().with_only_columns(OUTBOX.c.due_at)).all())
    assert due == NOW


async def test_a_rule_nobody_wrote_is_answered_with_the_nearest_name(lite: Shell) -> None:
    ran = await lite.run("rules", "pause", "winbak")
    assert (ran.code, ran.out) == (1, "")
    assert '"winback"' in ran.err
    assert lite.look(switches.all_on) == {}


async def test_unknown_outcomes_are_listed_and_settled_once_by_a_person(sh: Shell) -> None:
    sh.look(lambda c: _queue(c, "unknown", "doubtful"))
    (row,) = await sh.done("outbox", "list", "--state", "unknown")
    assert (row["member"], row["template"], row["reason"]) == ("m1", "offer/ten_off", "doubtful")
    number = str(row["id"])
    assert (await sh.done("outbox", "resolve", number, "sent"))["state"] == "sent"
    assert sh.rows("SELECT state, reason FROM outbox") == [("sent", "resolved")]
    again = await sh.run("outbox", "resolve", number, "failed")
    assert (again.code, again.out) == (1, "")
    assert sh.rows("SELECT state FROM outbox") == [("sent",)]
    assert await sh.done("outbox", "list") == []


async def test_a_draw_that_never_was_is_exit_1_and_named(lite: Shell) -> None:
    ran = await lite.run("draw", "verify", "no_such_lottery")
    assert (ran.code, ran.out) == (1, "")
    assert "no_such_lottery" in ran.err


async def test_a_bad_configuration_is_exit_2_with_every_path(lite: Shell) -> None:
    text = lite.config.read_text(encoding="utf-8").replace("coupon: new10", "coupon: new1")
    lite.config.write_text(text, encoding="utf-8")
    ran = await lite.run("pause")
    assert (ran.code, ran.out) == (2, "")
    assert "rules.first_order_coupon.steps" in ran.err


async def test_a_lost_database_is_one_sentence_and_exit_1(lite: Shell) -> None:
    text = lite.config.read_text(encoding="utf-8")
    lite.config.write_text(text.replace(lite.url, "postgresql://nobody@127.0.0.1:1/none"), encoding="utf-8")
    ran = await lite.run("pause")
    assert (ran.code, ran.out) == (1, "")
    assert "数据库连不上" in ran.err
    assert ran.err.count("\n") <= 6
