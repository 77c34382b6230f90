"""Why a rule did or did not do something for a member, in words; the command line says the same."""

from collections.abc import Iterator, Mapping
from datetime import tzinfo

from bot.domain.commanding.saying import Said, lines, listed, say
from bot.domain.delivery.windows import Openings
from bot.domain.identity import number_of
from bot.domain.outbox import OutboxState
from bot.domain.why.culprits import culprits
from bot.domain.why.entry import Chance, Fate
from bot.domain.why.life import Life, Push
from bot.domain.why.spending import spent
from bot.domain.why.story import Outcome, Run, Why, held_since
from handlers.commands._clauses import culprit
from handlers.commands._people import day, minute

SHOWN = 3
_HINTED = frozenset({
    "no_consent", "consent_withdrawn", "suppressed", "holdout", "quiet_hours", "cap", "priority", "no_window",
    "window_used_up", "no_grant", "quota", "unfollowed", "awaits_batch", "alone", "coupon_sold_out",
    "coupon_limit", "expired", "program_paused", "human_session", "no_variant", "run_ended",
})  # fmt: skip
_OPEN = frozenset({OutboxState.QUEUED, OutboxState.WAITING, OutboxState.SENDING})


def short(one: Why) -> Said:
    """Return one line: the rule and the short answer."""
    return say("why_short", rule=one.rule, outcome=say(f"why_{one.outcome}"))


def told(one: Why, life: Life, doors: Openings, zone: tzinfo) -> Said:
    """Return the whole answer."""
    head = say(
        "why_head",
        number=number_of(life.member.id),
        rule=one.rule,
        at=minute(one.at, zone),
        outcome=say(f"why_{one.outcome}"),
    )
    parts = [head]
    if not one.works:
        parts.append(say("why_rests"))
    if one.outcome is Outcome.NEVER_ENTERED and one.last is not None:
        parts += [*_missed(one.last, zone), *_opens(one, zone)]
    for run in one.runs[-SHOWN:]:
        parts += _run(run, life, doors, zone)
    return lines(parts)


def _missed(last: Chance, zone: tzinfo) -> Iterator[Said]:
    at = minute(last.at, zone)
    yield say(f"fate_{last.fate}", at=at)
    if last.until is not None:
        yield say("fate_until", until=minute(last.until, zone))
    if last.clause is not None:
        yield from (culprit(one, zone) for one in culprits(last.clause, wanted=_wanted(last)))


def _opens(one: Why, zone: tzinfo) -> Iterator[Said]:
    """Say what opens the rule, where no condition does."""
    if one.hears:
        yield say("why_hears", kinds=listed((say(f"kind:{kind}") for kind in one.hears), "、"))
    elif one.next_at is not None:
        yield say("why_next", at=day(one.next_at, zone))
    elif one.dated:
        yield say("why_no_date")


def _wanted(last: Chance) -> bool:
    """Return the truth the clause would have needed: a way out should not have been open."""
    return last.fate is not Fate.EXIT_HELD


def _run(one: Run, life: Life, doors: Openings, zone: tzinfo) -> Iterator[Said]:
    run = one.run
    state = say("why_held_out") if run.held_out else say(f"run_{run.state}")
    reason = say(f"reason:{run.reason.partition(':')[0]}") if run.reason and not run.held_out else Said()
    yield say(
        "why_run",
        at=minute(run.entered_at, zone),
        state=state,
        reason=say("why_because", reason=reason) if run.reason and not run.held_out else Said(),
        step=say("why_step", step=run.step) if run.active and run.step else Said(),
        arm=say("why_arm", arm=run.arm) if run.arm else Said(),
    )
    for push in one.pushes[-SHOWN * 2 :]:
        yield from _push(push, life, doors, zone)


def _push(push: Push, life: Life, doors: Openings, zone: tzinfo) -> Iterator[Said]:
    about: dict[str, object] = {
        "step": push.step,
        "template": push.template,
        "state": say(f"state:{push.state}"),
    }
    if push.state is OutboxState.SENT:
        yield from _sent(push, life, doors, zone, about)
        return
    about["reason"] = say(f"reason:{push.reason.partition(':')[0]}")
    if push.state in _OPEN:
        first = held_since(push)
        since = minute(first.at if first is not None else push.created_at, zone)
        yield say("why_held_push", since=since, until=minute(push.until or push.expires_at, zone), **about)
    else:
        yield say("why_dropped_push", at=minute(push.finished_at, zone), **about)
    if push.reason in _HINTED:
        yield say(f"hint_{push.reason}")


def _sent(
    push: Push, life: Life, doors: Openings, zone: tzinfo, about: Mapping[str, object]
) -> Iterator[Said]:
    yield say("why_sent_push", at=minute(push.finished_at, zone), route=say(f"route:{push.route}"), **about)
    window = spent(push, life, doors)
    if window is not None:
        kind, at = say(f"kind:{window.opened_by}"), minute(window.at, zone)
        yield say("why_window", kind=kind, at=at, place=window.place, of=window.of)
    if push.text:
        yield say("why_text", text=push.text)
