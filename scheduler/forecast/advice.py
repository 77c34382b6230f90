"""What would change it: the forecast played again with one thing changed at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.domain import programs
from bot.domain.delivery.reasons import Reason
from bot.domain.delivery.routes import RouteRule
from bot.domain.forecast.foretold import Advice, Change, Forecast
from bot.domain.forecast.series import UNREACHABLE
from bot.domain.handling import ClaimOffer
from bot.domain.lifecycle.program import Step
from bot.domain.lifecycle.rule import Rule
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.lifecycle.saying import Saying
from bot.domain.lifecycle.spans import Span
from bot.domain.outbox import Unreachable
from scheduler.forecast.census import Result
from scheduler.forecast.house import House
from scheduler.forecast.replicates import Plan, play
from scheduler.rules.send import Send

# Below this share of a rule's members for whom a step finds no door, nothing is worth changing.
WORTH_A_LOOK = 0.05
# So many changes are tried, so many times each.
MOST_CHANGES, TRIES = 4, 4
PATIENT = Span(days=7)
KEYWORD_LASTS = timedelta(days=3)
SHUT = frozenset({Reason.NO_WINDOW.value, Reason.WINDOW_USED_UP.value, Reason.NO_GRANT.value})
# Makes the house that goes by another book and promises more keywords.
Rebuild = Callable[[Rulebook, Sequence[ClaimOffer]], House]


def advise(plan: Plan, found: Forecast, results: Sequence[Result], rebuild: Rebuild) -> list[Advice]:
    """Return the changes that would reach more, the best first; `results` are the forecast's replicates."""
    book = plan.house.book
    changes = sorted(
        _changes(found, book, plan.house.policy.routes), key=lambda one: -_shut_out(found, one.rule, one.step)
    )
    tries = min(TRIES, plan.replicates)
    tried = []
    for change in changes[:MOST_CHANGES]:
        name = f"{programs.of_rule(change.rule)}/{change.step}"
        house = rebuild(changed(book, change), _offers(book, change))
        then = play(replace(plan, house=house, replicates=tries))
        before = sum(result.reached.get(name, 0) for result in results[:tries]) / tries
        after = sum(result.reached.get(name, 0) for result in then) / tries
        tried.append(Advice(change, before, after))
    better = [one for one in tried if one.after - one.before >= 1]
    return sorted(better, key=lambda one: -(one.after - one.before))


def changed(book: Rulebook, change: Change) -> Rulebook:
    """Return the book with the change in it."""
    rule = book.rules[change.rule]
    step = rule.program.steps[change.step]
    saying = _changed(_saying(step) or Saying("", ()), change)
    steps = {**rule.program.steps, step.id: replace(step, action=Send(saying))}
    claims = tuple(dict.fromkeys([*rule.claims, *([change.keyword] if change.keyword else [])]))
    new = replace(rule, program=replace(rule.program, steps=steps), claims=claims)
    return replace(book, rules={**book.rules, rule.name: new})


def _changed(saying: Saying, change: Change) -> Saying:
    if change.what == "wait":
        longer = max(saying.expires, PATIENT, key=lambda span: span.length)
        return replace(saying, unreachable=Unreachable.WAIT, expires=longer)
    via = (*saying.via, change.route)
    if change.what == "keyword":
        lasts = Span(0, KEYWORD_LASTS)
        return replace(saying, via=via, claim_keyword=change.keyword, claim_lasts=lasts)
    return replace(saying, via=via)


def _changes(found: Forecast, book: Rulebook, routes: Mapping[str, RouteRule]) -> Iterator[Change]:
    for rule in book.ordered:
        wanted = found.wanted.get(programs.of_rule(rule.name))
        for step in rule.program.steps.values() if wanted is not None else ():
            if wanted is not None and _shut_out(found, rule.name, step.id) >= max(
                WORTH_A_LOOK * wanted.mean, 1
            ):
                yield from _for_step(rule, step, routes)


def _for_step(rule: Rule, step: Step, routes: Mapping[str, RouteRule]) -> Iterator[Change]:
    saying = _saying(step)
    if saying is None:
        return
    if saying.unreachable is Unreachable.SKIP:
        yield Change(rule.name, step.id, "wait")
    purpose = saying.purpose or rule.purpose
    for route in routes.values():
        if route.batch is None or route.personal or route.name in saying.via or not route.serves(purpose):
            continue
        if not saying.coupon or saying.claim_keyword:
            yield Change(rule.name, step.id, "mass", route.name)
        else:
            yield Change(rule.name, step.id, "keyword", route.name, f"{rule.name}-{step.id}")


def _saying(step: Step) -> Saying | None:
    return step.action.saying if isinstance(step.action, Send) else None


def _offers(book: Rulebook, change: Change) -> tuple[ClaimOffer, ...]:
    saying = _saying(book.rules[change.rule].program.steps[change.step])
    if change.what != "keyword" or saying is None:
        return ()
    return (ClaimOffer(change.keyword, saying.coupon, saying.basis, change.rule, change.step, KEYWORD_LASTS),)


def _shut_out(found: Forecast, rule: str, step: str) -> float:
    """Return how many messages of a step find no door."""
    shut = found.of(UNREACHABLE, programs.of_rule(rule))
    return sum(
        one.mean
        for detail, one in shut.items()
        if detail.partition("/")[0] == step and detail.partition("/")[2] in SHUT
    )
