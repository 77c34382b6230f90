"""The promises of the demo, checked from the platform's own record, the script, and our database."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.demo import acts
from bot.demo.acts import Act
from bot.demo.evidence import Door, Evidence, Promise, matched, shown
from bot.demo.grid import ZONE
from bot.demo.reactions import REPLY, Received
from storage.reports import Delivery

_REFUSES = ("TD", "退订")
_GRANTS = "订阅优惠"


def check(evidence: Evidence) -> list[Promise]:
    """Return every promise with what became of it."""
    twice, gone = matched(evidence.ours, evidence.pushes)
    pushes = len(evidence.pushes)
    return [
        Promise("duplicates", len(twice), pushes, shown(twice)),
        _lost(evidence, gone),
        _windows(evidence),
        _night(evidence),
        _caps(evidence),
        _consent(evidence),
        Promise("coupons", evidence.books.over_issued, max(1, len(evidence.books.states))),
        Promise("violations", len(evidence.violations), pushes, _told(evidence.violations)),
    ]


def _lost(evidence: Evidence, gone: Sequence[Delivery]) -> Promise:
    """Accepted and not stored, recorded as sent and never seen, or past its time and still open."""
    taken, refused = Counter[bool](), 0
    for row in evidence.tally:
        taken[row["to"] == evidence.account] += row["count"] if row["accepted"] else 0
        refused += 0 if row["accepted"] else row["count"]
    books, stored = evidence.books, evidence.books.accepted
    missing = abs(taken[True] - stored.get(evidence.account, 0))
    missing += abs(taken[False] - stored.get("webhook", 0))
    examples = [
        f"callbacks: {taken[True]} answered, {stored.get(evidence.account, 0)} stored",
        f"webhooks: {taken[False]} answered, {stored.get('webhook', 0)} stored",
        f"{refused} refused, {len(gone)} never arrived",
        f"{books.overdue} overdue, {books.quarantined} in quarantine, {books.unknown} unknown",
        f"{books.unsayable} could not be worded",
    ]
    broken = missing + refused + len(gone) + books.overdue + books.quarantined
    broken += books.unknown + books.unsayable
    return Promise("lost", broken, sum(taken.values()), tuple(examples) if broken else ())


def _windows(evidence: Evidence) -> Promise:
    """Spend, in order of time, what each member's acts opened; a message with nothing left is outside."""
    doors: dict[str, Door] = {}
    outside: list[Received] = []
    steps: list[tuple[datetime, int, Act | Received]] = [(act.at, 0, act) for act in evidence.done]
    messages = [one for one in evidence.pushes if one.route == "customer_service"]
    steps += [(one.at, 1, one) for one in messages]
    for at, _, step in sorted(steps, key=lambda each: each[:2]):
        door = doors.setdefault(step.who, Door())
        if isinstance(step, Act):
            door.open(step)
        elif not door.pass_through(at):
            outside.append(step)
    return Promise("windows", len(outside), len(messages), shown(outside))


def _night(evidence: Evidence) -> Promise:
    """Whatever came in the quiet hours must be an answer to something just said."""
    if evidence.quiet is None:
        return Promise("night", 0, 0)
    begins, ends = evidence.quiet
    answers = Counter((one.route, one.at.isoformat()) for one in evidence.ours if one.is_answer)
    awake: list[Received] = []
    for one in evidence.pushes:
        local = one.at.astimezone(ZONE).time()
        if not (local >= begins or local < ends):
            continue
        key = (one.route, one.at.astimezone(UTC).isoformat())
        if answers[key] > 0:
            answers[key] -= 1
        else:
            awake.append(one)
    return Promise("night", len(awake), len(evidence.pushes), shown(awake))


def _caps(evidence: Evidence) -> Promise:
    """A marketing text carries the way to refuse: by that mark the platform's own record is counted."""
    times: dict[str, list[Received]] = {}
    for one in _marketing(evidence):
        times.setdefault(one.who, []).append(one)
    over: list[Received] = []
    for row in times.values():
        for most, per in evidence.caps:
            over += [
                later for earlier, later in zip(row, row[most:], strict=False) if later.at - earlier.at < per
            ]
    return Promise("caps", len(over), sum(map(len, times.values())), shown(over))


def _consent(evidence: Evidence) -> Promise:
    """Marketing only to who said yes last, by the script; an unfollow takes the yes along."""
    words: dict[str, list[tuple[datetime, bool]]] = {}
    for act in evidence.done:
        said = act.fields.get("text") if act.do == acts.SAY else None
        if said == _GRANTS:
            words.setdefault(act.who, []).append((act.at, True))
        elif said in _REFUSES or act.do == acts.UNFOLLOW:
            words.setdefault(act.who, []).append((act.at, False))
    # Said in the very moment of a send: it came first if the platform recorded its answer first.
    answered = {(one.who, one.at): place for place, one in _last_first(evidence) if one.route == REPLY}
    unasked: list[Received] = []
    marketing = _marketing(evidence)
    places = {id(one): place for place, one in enumerate(evidence.received)}
    for one in marketing:
        heard = answered.get((one.who, one.at), len(places)) < places[id(one)]
        before = [yes for at, yes in words.get(one.who, []) if at < one.at or (heard and at == one.at)]
        if not before or not before[-1]:
            unasked.append(one)
    return Promise("consent", len(unasked), len(marketing), shown(unasked))


def _last_first(evidence: Evidence) -> list[tuple[int, Received]]:
    return list(enumerate(evidence.received))[::-1]


def _marketing(evidence: Evidence) -> list[Received]:
    return [one for one in evidence.pushes if any(word in one.text for word in _REFUSES)]


def _told(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(f"{row['at'][:16]} {row['rule']}: {row['detail']}" for row in rows[:5])
