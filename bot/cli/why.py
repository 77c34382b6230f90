"""why: for a member and a rule, what was decided at a moment and what would change it."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from bot import speaking
from bot.cli import playing
from bot.cli.desk import Desk, opened
from bot.cli.documents import plain
from bot.cli.options import DEFAULT, ConfigPath, Json, MemberName, fail, present
from bot.cli.words import CATALOGUE, language, say
from bot.config import rulebook
from bot.domain.delivery.windows import Openings, openings
from bot.domain.errors import NoSuchMember
from bot.domain.identity import number_of
from bot.domain.lifecycle.rule import Rule
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.why.culprits import Culprit, culprits
from bot.domain.why.entry import Fate
from bot.domain.why.life import Life, Push
from bot.domain.why.spending import spent
from bot.domain.why.story import Run, Why, held_since, why
from handlers.commands._clauses import leaf
from handlers.commands._why import told
from storage import lives
from storage.snapshots import Wanted

NAME = "why"
RuleOf = Annotated[str, typer.Option("--rule", help="只看这条规则 / this rule only")]
ActivityOf = Annotated[str, typer.Option("--activity", help="只看这个互动活动 / this activity")]
At = Annotated[str, typer.Option("--at", help="哪个时刻，如 2026-12-01T10:00 / as of this moment")]


def command(
    member: MemberName,
    rule: RuleOf = "",
    at: At = "",
    activity: ActivityOf = "",
    config: ConfigPath = DEFAULT,
    json: Json = False,
) -> None:
    """为什么发了、没发、没进入或参加不了 / why something was or wasn't sent, or cannot be joined."""
    with opened(config) as desk:
        if activity:
            playing.explain(desk, member, activity, as_json=json)
            return
        book = rulebook(desk.config)
        chosen = _rules(book, rule)
        moment = _moment(at, desk)
        life = _life(desk, book, member)
        doors = openings(desk.config.routes)
        answers = [why(book, one, life, moment) for one in chosen]
        speaker = speaking.Speaker(speaking.read(CATALOGUE.parents[1]), language())
        document = {
            "member": number_of(life.member.id),
            "at": moment.isoformat(),
            "rules": [_document(one, life, doors, speaker) for one in answers],
        }
        lines = [speaker.whole(told(one, life, doors, desk.config.app.zone)) for one in answers]
        present(document, lines, as_json=json)


def _life(desk: Desk, book: Rulebook, name: str) -> Life:
    wanted = Wanted(book.moment_kinds, book.moment_window)
    member_id = desk.member(name)
    life = desk.read(lambda c: lives.read(c, member_id, wanted, desk.now))
    if life is None:
        raise NoSuchMember(say("no_such_member", name=name))
    return life


def _rules(book: Rulebook, name: str) -> Iterable[Rule]:
    if name and name not in book.rules:
        fail(say("no_such_rule", name=name))
    return [book.rules[name]] if name else list(book.rules.values())


def _moment(text: str, desk: Desk) -> datetime:
    if not text:
        return desk.now
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        fail(say("not_a_moment", text=text))
    return min(at if at.tzinfo else at.replace(tzinfo=desk.config.app.zone), desk.now)


def _document(one: Why, life: Life, doors: Openings, speaker: speaking.Speaker) -> dict[str, Any]:
    last = one.last
    wanted = last is None or last.fate is not Fate.EXIT_HELD
    blamed = culprits(last.clause, wanted=wanted) if last is not None and last.clause is not None else ()
    return {
        "rule": one.rule,
        "outcome": one.outcome,
        "works": one.works,
        "last_occasion": None
        if last is None
        else plain(
            {
                "at": last.at,
                "fate": last.fate,
                "possible_from": last.until,
                "false": list(_blamed(blamed, speaker)),
            }
        ),
        "runs": [_run(run, life, doors) for run in one.runs],
    }


def _blamed(found: Iterable[Culprit], speaker: speaking.Speaker) -> Iterator[dict[str, Any]]:
    for one in found:
        yield {
            "clause": speaker.whole(leaf(one.clause.condition)),
            "kind": type(one.clause.condition).__name__,
            "segment": one.within or None,
            "needed": one.wanted,
            "one_of_several": one.either,
            "value": one.clause.value,
            "turns_at": one.clause.turns_at,
        }


def _run(one: Run, life: Life, doors: Openings) -> dict[str, Any]:
    run = one.run
    document: dict[str, Any] = plain(
        {
            "id": run.id,
            "entered_at": run.entered_at,
            "ended_at": run.ended_at,
            "state": run.state,
            "reason": run.reason,
            "step": run.step,
            "held_out": run.held_out,
            "arm": run.arm,
            "goal_at": run.goal_at,
            "steps": [plain(line) for line in one.trail],
            "messages": [_push(push, life, doors) for push in one.pushes],
        }
    )
    return document


def _push(push: Push, life: Life, doors: Openings) -> dict[str, Any]:
    since = held_since(push)
    window = spent(push, life, doors)
    document: dict[str, Any] = plain(
        {
            "id": push.id,
            "step": push.step,
            "template": push.template,
            "state": push.state,
            "reason": push.reason,
            "since": since.at if since is not None else None,
            "until": push.until,
            "route": push.route,
            "allowance": plain(window) if window is not None else None,
            "text": push.text,
            "finished_at": push.finished_at,
            "gates": [plain(gate) for gate in push.gates],
        }
    )
    return document
