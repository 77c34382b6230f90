"""The promises of the demo, checked from the platform's own record, the script and the configuration.

Our own database is only held against that record, never believed: what it says of a message, its purpose or
that it was an answer, is what a bug would get wrong.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.demo import acts
from bot.demo.acts import Act
from bot.demo.evidence import Door, Evidence, Promise, matched, shown
from bot.demo.reactions import REPLY, Received
from bot.demo.terms import MARKETING
from storage.reports import Delivery

WEBHOOK = "webhook"


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
        Promise("coupons", evidence.books.over_issued, evidence.books.issued),
        Promise("violations", len(evidence.violations), pushes, _told(evidence.violations)),
    ]


def _lost(evidence: Evidence, gone: Sequence[Delivery]) -> Promise:
    """Accepted and not stored, recorded as sent and never seen, or past its time and still open."""
    taken, refused = Counter[str](), 0
    for row in evidence.tally:
        # An account goes by its name, the shop's own webhooks by their paths.
        door = WEBHOOK if str(row["to"]).startswith("/") else str(row["to"])
        taken[door] += row["count"] if row["accepted"] else 0
        refused += 0 if row["accepted"] else row["count"]
    books, stored = evidence.books, evidence.books.accepted
    doors = sorted({evidence.account, WEBHOOK, *taken})
    missing = sum(abs(taken[door] - stored.get(door, 0)) for door in doors)
    examples = [
        *(f"{door}: {taken[door]} answered, {stored.get(door, 0)} stored" for door in doors),
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
    """Whatever came in the quiet hours must be an answer to what the member did at that very moment."""
    terms = evidence.terms
    awake = [one for one in _unasked(evidence) if terms.is_quiet(one.at)]
    return Promise("night", len(awake), len(evidence.pushes) if terms.quiet else 0, shown(awake))


def _unasked(evidence: Evidence) -> list[Received]:
    """Return the pushes in the order of time that are no answers.

    An answer comes at the moment of an act of its member, by a send that may be one.
    """
    acted = {(act.who, act.at) for act in evidence.done if act.do not in acts.BY_SHOP}
    pushed = [
        one
        for one in evidence.worded
        if (one.who, one.at) not in acted or not evidence.terms.may_answer(one.text)
    ]
    return sorted(pushed, key=lambda one: one.at)


def _caps(evidence: Evidence) -> Promise:
    """No member had more of a purpose within a cap's time than it allows, by the platform's own times."""
    over: list[Received] = []
    counted: set[int] = set()
    pushed = _unasked(evidence)
    for cap in evidence.terms.caps:
        rows: dict[str, list[Received]] = {}
        for one in pushed:
            if evidence.terms.is_of(one.text, cap.purpose):
                rows.setdefault(one.who, []).append(one)
        for row in rows.values():
            counted.update(map(id, row))
            pairs = zip(row, row[cap.most :], strict=False)
            over += [later for earlier, later in pairs if later.at - earlier.at < cap.per]
    return Promise("caps", len(over), len(counted), shown(over))


def _consent(evidence: Evidence) -> Promise:
    """Marketing only to who said yes last, by the script; an unfollow takes the yes along."""
    words: dict[str, list[tuple[datetime, bool]]] = {}
    for act in evidence.done:
        said = act.fields.get("text") if act.do == acts.SAY else None
        if said in evidence.terms.grants:
            words.setdefault(act.who, []).append((act.at, True))
        elif said in evidence.terms.refuses or act.do == acts.UNFOLLOW:
            words.setdefault(act.who, []).append((act.at, False))
    # Said in the very moment of a send: it came first if the platform recorded its answer first.
    answered = {(one.who, one.at): place for place, one in _last_first(evidence) if one.route == REPLY}
    refused: list[Received] = []
    marketing = [one for one in evidence.worded if evidence.terms.is_of(one.text, MARKETING)]
    places = {id(one): place for place, one in enumerate(evidence.received)}
    for one in marketing:
        heard = answered.get((one.who, one.at), len(places)) < places[id(one)]
        before = [yes for at, yes in words.get(one.who, []) if at < one.at or (heard and at == one.at)]
        if not before or not before[-1]:
            refused.append(one)
    return Promise("consent", len(refused), len(marketing), shown(refused))


def _last_first(evidence: Evidence) -> list[tuple[int, Received]]:
    return list(enumerate(evidence.received))[::-1]


def _told(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(f"{row['at'][:16]} {row['rule']}: {row['detail']}" for row in rows[:5])
