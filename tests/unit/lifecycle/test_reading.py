"""Rules as an operator writes them: what is wrong is said with its path."""

from __future__ import annotations

from datetime import date, time

import pytest

from bot.config.document import read
from bot.config.problems import Problems
from bot.config.rules import read_campaigns
from bot.domain.lifecycle.campaign import Schedule, Unit
from bot.domain.lifecycle.spans import Span, span
from tests.unit.lifecycle.community import book_of, known_of, problems_of, rule

GOOD = "[{id: a, tag: {add: [x]}}]"
SEND = "send: {template: t/x, via: [reply]}"

STEP_PROBLEMS = [
    ("[{id: a}]", "rules.r.steps[0]: say what the step does: "),
    ("[{taag: {add: [x]}}]", 'did you mean "tag"?'),
    ("[{id: a, tag: {add: [x]}, wait: 1d}]", "rules.r.steps[0]: a step does one thing, not tag and wait"),
    ("[{id: a, tag: {add: [x]}}, {id: a, wait: 1d}]", 'rules.r.steps[1].id: a step "a" is there already'),
    ("[{id: a, tag: {ad: [x], remove: [q]}}]", 'rules.r.steps[0].tag.ad: unknown key; did you mean "add"?'),
    ("[{id: a, tag: {}}]", "rules.r.steps[0].tag: name tags to add or to remove"),
    ("[{id: a, tag: {add: x}}]", "rules.r.steps[0].tag.add: write a list of texts"),
    ("[{id: a, send: {template: t/x, via: [repy]}}]",
     'rules.r.steps[0].send.via[0]: no route "repy"; did you mean "reply"?'),
    ("[{id: a, send: {template: t/x, via: [reply], coupon: back51}}]",
     'rules.r.steps[0].send.coupon: no coupon "back51"; did you mean "back15"?'),
    ("[{id: a, send: {via: [reply]}}]", "rules.r.steps[0].send.template: this is required"),
    ("[{id: a, send: {template: t/x, via: []}}]", "rules.r.steps[0].send.via: name at least one"),
    ("[{id: a, send: {template: t/x, via: [reply], claim: {keyword: 来, lasts: 3d}}}]",
     "rules.r.steps[0].send.claim: a claim delivers a coupon"),
    ("[{id: a, send: {template: t/x, via: [reply], unreachable: wait}}]",
     "rules.r.steps[0].send.unreachable: must be one of skip, wait_for_window, handoff"),
    ("[{id: a, wait: 3x}]", "rules.r.steps[0].wait: write a span of time"),
    ("[{id: a, wait: -3d}]", "rules.r.steps[0].wait: a wait lasts longer than nothing"),
    ("[{id: a, wait: {until: tomorrow}}]", "rules.r.steps[0].wait.until: write member.birthday"),
    ("[{id: a, wait: {until: coupon.new10}}]", "rules.r.steps[0].wait.until: write coupon.NAME.expires"),
    ("[{id: a, wait_for: {event: member.mesage, timeout: 1d}}]",
     'rules.r.steps[0].wait_for.event: no event "member.mesage"; did you mean "member.message"?'),
    ("[{id: a, wait_for: {event: member.message}}]", "rules.r.steps[0].wait_for.timeout: this is required"),
    ("[{id: a, goto: b, max: 2}]", 'rules.r.steps[0].goto: no step "b"'),
    ("[{id: w, wait: 1d}, {id: a, goto: w}]", "rules.r.steps[1].max: this is required"),
    ("[{id: a, handoff: {queue: cara}}]",
     'rules.r.steps[0].handoff.queue: no queue "cara"; did you mean "care"?'),
    ("[{id: a, branch: [{do: []}]}]", "rules.r.steps[0].branch[0]: an arm needs when, or otherwise: true"),
    ("[{id: a, branch: [{otherwise: true}, {when: {tag: x}}]}]",
     "rules.r.steps[0].branch[1]: nothing can follow otherwise"),
    ("[{id: a, when: {tga: x}, tag: {add: [q]}}]", 'rules.r.steps[0].when.tga: no condition "tga"'),
    ("[{id: a, experiment: {salt: s, arms: {x: 0.5, y: 0.5}, x: [], y: []}}]",
     "rules.r.goal: an experiment needs a goal with within, or nothing can tell its arms apart"),
    ("[{id: a, experiment: {salt: s, arms: {x: 2}}}]",
     "rules.r.steps[0].experiment.arms: write names with their shares, such as {a: 0.5, b: 0.5}"),
    ("[{id: a, branch: [{otherwise: true, do: [{goto: a, max: 2}]}]}]",
     'rules.r.steps[0]: from "a" back to itself there is no wait'),
    (f"[{{id: s, {SEND}}}, {{goto: s, max: 5}}]", 'from "s" back to itself there is no wait'),
    ("[{id: w, when: {tag: x}, wait: 1d}, {goto: w, max: 5}]", "back to itself there is no wait"),
    ("[{id: c, tag: {add: [q]}}, {id: w, wait: 1d}, {goto: c, max: 3}]", None),
    ("[]", "rules.r.steps: write a list of steps with at least one"),
    ("{}", "rules.r.steps: write a list of steps with at least one"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "problem"), STEP_PROBLEMS, ids=[steps[:60] for steps, _ in STEP_PROBLEMS])
def test_a_wrong_step_is_said_with_its_path(steps: str, problem: str | None) -> None:
    found = problems_of(rule(steps))
    if problem is None:
        assert found == []
    else:
        assert any(problem in line for line in found), found


TERM_PROBLEMS = [
    ("{event: member.folowed}", "", 'rules.r.entry.event: no event "member.folowed"'),
    ("{event: custom.visited_shop}", "", None),
    ("{segment: leed}", "", 'rules.r.entry.segment: no segment "leed"; did you mean "lead"?'),
    ("{stage: dorment}", "", 'rules.r.entry.stage: no stage "dorment"; did you mean "dormant"?'),
    ("{evnt: member.followed}", "", 'did you mean "event"?'),
    ("{date: birthday}", "", "rules.r.entry.date: write member.birthday"),
    ("{date: member.birthday, at: '25:00'}", "", "rules.r.entry.at: write a time of day"),
    ("{event: member.followed, colour: red}", "", "rules.r.entry.colour: unknown key"),
    ("{event: member.followed}", "    reentry: {mode: sometimes}", "rules.r.reentry.mode: must be one of"),
    ("{event: member.followed}", "    reentry: {mode: never, cooldown: 3d}", "rules.r.reentry.cooldown: "),
    ("{event: member.followed}", "    reentry: {mode: every_key}", "rules.r.reentry.mode: every_key needs"),
    ("{event: member.followed}", "    backfill: all", "rules.r.backfill: only an entry by segment"),
    ("{segment: lead}", "    backfill: all", None),
    ("{event: member.followed}", "    status: of", "rules.r.status: must be one of"),
    ("{event: member.followed}", "    priority: 101", "rules.r.priority: a priority lies between"),
    ("{event: member.followed}", "    purpose: ads", "rules.r.purpose: must be one of"),
    ("{event: member.followed}", "    exit_on: [{}]", "rules.r.exit_on[0]: say one way out"),
    ("{event: member.followed}", "    exit_on: [{segment_left: x}]",
     'rules.r.exit_on[0].segment_left: no segment "x"'),
    ("{event: member.followed}", "    exit_on: [{event: order.paid, of: order_id}]",
     "rules.r.exit_on[0].of: write event.NAME"),
    ("{event: member.followed}", "    holdout: {percent: 150}", "rules.r.holdout.percent: write a number"),
    ("{event: member.followed}", "    holdout: {percent: 5}\n    goal: {event: order.paid}",
     "rules.r.goal: with a holdout the goal needs within"),
    ("{event: member.followed}", "    cap: {max: 3, per: never}", "rules.r.cap.per: write a span of time"),
    ("{event: member.followed}", "    colour: red", "rules.r.colour: unknown key"),
    ("{event: member.followed}", "    filter: {in: mother}", "rules.r.filter.in"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "more", "problem"), TERM_PROBLEMS)
def test_a_wrong_term_is_said_with_its_path(entry: str, more: str, problem: str | None) -> None:
    found = problems_of(rule(GOOD, entry, more + "\n"))
    if problem is None:
        assert found == []
    else:
        assert any(problem in line for line in found), found


def test_a_step_nobody_reaches_is_refused() -> None:
    steps = ("[{id: b, branch: [{when: {tag: x}, do: [{id: w, wait: 1d}]}, {otherwise: true,"
             " do: [{id: e, wait: 1d}, {id: back, goto: b, max: 9}]}]}]")  # fmt: skip
    assert problems_of(rule(steps)) == []
    lost = "[{id: w, wait: 1d}, {id: g, goto: w, max: 1}, {id: t, tag: {add: [x]}}]"
    assert problems_of(rule(lost)) == []  # after the last round the run goes on here


def test_every_problem_of_a_file_is_listed_at_once() -> None:
    found = problems_of(rule("[{id: a, tag: {}}, {id: b, wait: 3x}]", "{segment: leed}", "    colour: red\n"))
    assert len(found) == 4


def test_steps_without_an_id_get_one_by_their_place() -> None:
    book = book_of(rule("[{tag: {add: [x]}}, {id: t, wait_for: {event: member.message, timeout: 1d},"
                        " then: [{tag: {add: [q]}}]}]"))  # fmt: skip
    assert list(book.rules["r"].program.steps) == ["step1", "t", "t.then.step1"]


def test_a_rule_that_says_something_else_has_another_version() -> None:
    one, other = (book_of(rule(f"[{{id: a, tag: {{add: [{tag}]}}}}]")).rules["r"].version for tag in "xq")
    assert one != other
    assert one == book_of(rule("[{id: a, tag: {add: [x]}}]")).rules["r"].version


@pytest.mark.parametrize(("text", "found"), [
    ("30d", Span(30)), ("2w", Span(14)), ("-3d", Span(-3)),
])  # fmt: skip
def test_days_and_weeks_are_calendar_days(text: str, found: Span) -> None:
    assert span(text) == found


@pytest.mark.parametrize("text", ["", "3", "3x", "d", "1.5h", "３d", "999999d", 3, None, "1d -2h"])
def test_what_is_no_span_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="span"):
        span(text)


# --- campaigns ---


def schedule_of(text: str) -> tuple[Schedule, list[str]]:
    problems = Problems()
    whole = f"c: {{schedule: {text}, audience: {{tag: x}}, send: {{template: t/x, via: [mass]}}}}"
    body = read(whole.encode(), "c.yaml", problems).body
    found = read_campaigns(body, known_of({}), problems)
    return found["c"].schedule, [problem.line() for problem in problems.found]


@pytest.mark.parametrize(("text", "schedule"), [
    ("{every: 2w, days: [fri], at: '19:30', starts: '2026-12-04'}",
     Schedule(time(19, 30), 2, Unit.WEEK, ("fri",), starts=date(2026, 12, 4))),
    ("{every: daily, at: '08:00'}", Schedule(time(8), 1, Unit.DAY)),
    ("{every: monthly, day: 15, at: '10:00'}", Schedule(time(10), 1, Unit.MONTH, day=15)),
])  # fmt: skip
def test_a_schedule_is_read(text: str, schedule: Schedule) -> None:
    assert schedule_of(text) == (schedule, [])


@pytest.mark.parametrize(("text", "problem"), [
    ("{every: 1w, days: [5], at: '10:00'}", "campaigns.c.schedule.days: write a list of texts"),
    ("{every: 1w, days: ['5'], at: '10:00'}", "campaigns.c.schedule.days[0]: write the names of days"),
    ("{every: 1w, at: '10:00'}", "campaigns.c.schedule.days: say on which days"),
    ("{every: 1d, days: [fri], at: '10:00'}", "campaigns.c.schedule.days: days go with weeks"),
    ("{every: sometimes, at: '10:00'}", "campaigns.c.schedule.every: write daily"),
    ("{every: 1d}", "campaigns.c.schedule.at: say when"),
    ("{every: monthly, day: 31, at: '10:00'}", "campaigns.c.schedule.day: a day of the month"),
    ("{at: soon}", "campaigns.c.schedule.at: write a moment"),
])  # fmt: skip
def test_a_wrong_schedule_is_said_with_its_path(text: str, problem: str) -> None:
    _, found = schedule_of(text)
    assert any(line.startswith(problem) for line in found), found
