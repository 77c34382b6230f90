"""The `rules` section."""

import hashlib
import json
from collections.abc import Mapping

from bot.config.document import Plain, under
from bot.config.problems import Problems, did_you_mean
from bot.config.rules.known import Known
from bot.config.rules.programs import Flattener
from bot.config.rules.table import Table
from bot.config.rules.terms import cap, exits, goal, holdout, reentry
from bot.domain.lifecycle.entry import Entry
from bot.domain.lifecycle.program import Program
from bot.domain.lifecycle.rule import EVERYBODY, Backfill, ReentryMode, Rule, Status

MOST_STEPS = 200


def read_rules(raw: Mapping[str, Plain], known: Known, problems: Problems) -> dict[str, Rule]:
    """Return the rules that could be read, in their order; what is wrong goes to `problems`."""
    found: dict[str, Rule] = {}
    for name, body in raw.items():
        path = under("rules", name)
        if not isinstance(body, Mapping):
            problems.error(path, "write keys with values")
            continue
        rule = _rule(name, body, path, known, problems)
        if rule is not None:
            found[name] = rule
    return found


def version_of(body: object) -> str:
    """Return a short hash of what the file says."""
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _rule(name: str, body: Mapping[str, Plain], path: str, known: Known, problems: Problems) -> Rule | None:
    table = Table(body, path, problems, known)
    entry = _entry(table, known)
    program = _program(table, known, problems)
    if entry is None or program is None:
        table.asked.update(body)
        table.finish()
        return None
    rule = Rule(
        name=name,
        entry=entry,
        program=program,
        version=version_of(body),
        status=Status(table.word("status", [each.value for each in Status], "live")),
        backfill=Backfill(table.word("backfill", [each.value for each in Backfill], "none")),
        purpose=table.word("purpose", sorted(known.purposes), "service"),
        priority=_priority(table),
        filter=table.condition("filter") or EVERYBODY,
        reentry=reentry(table),
        exits=exits(table),
        goal=goal(table),
        holdout=holdout(table, name),
        cap=cap(table),
        claims=_claims(program),
        migrates=table.flag("migrate"),
    )
    _check_together(rule, table)
    table.finish()
    return rule


def _entry(table: Table, known: Known) -> Entry | None:
    inside = table.inside("entry")
    if not table.has("entry"):
        table.error("this is required", "entry")
        return None
    kinds = known.entry_kinds
    found = [kinds[key] for key in inside.raw if key in kinds]
    if len(found) != 1:
        given = next(iter(inside.raw), "")
        inside.error(
            f"say how members enter: one of {', '.join(sorted(kinds))}{did_you_mean(given, list(kinds))}"
        )
        inside.asked.update(inside.raw)
        return None
    return found[0].read(inside)


def _program(table: Table, known: Known, problems: Problems) -> Program | None:
    if not table.has("steps"):
        table.error("this is required", "steps")
        return None
    raw = table.raw["steps"]
    if not isinstance(raw, list) or not raw:
        table.error("write a list of steps with at least one", "steps")
        return None
    program = Flattener(known, problems).program(raw, under(table.path, "steps"))
    if len(program.steps) > MOST_STEPS:
        table.error(f"a rule has at most {MOST_STEPS} steps", "steps")
    return program


def _priority(table: Table) -> int:
    priority = table.whole("priority", 50)
    if priority > 100:
        table.error("a priority lies between 1 and 100", "priority")
    return priority


def _claims(program: Program) -> tuple[str, ...]:
    """Return the claim keywords that the program's messages promise."""
    found = (word for step in program.steps.values() for word in step.action.claims)
    return tuple(dict.fromkeys(found))


def _check_together(rule: Rule, table: Table) -> None:
    """Note parts that do not fit each other."""
    mode = rule.reentry.mode
    if mode is ReentryMode.EVERY_KEY and not rule.entry.has_key:
        table.error("every_key needs a key in entry, such as key: order_id", "reentry.mode")
    if rule.backfill is Backfill.ALL and rule.entry.audience is None:
        table.error("only an entry by segment, stage or tag can be filled from those inside", "backfill")
    found = [step for step in rule.program.steps.values() if step.action.terms is not None]
    if found and (rule.goal is None or rule.goal.within is None):
        table.error("an experiment needs a goal with within, or nothing can tell its arms apart", "goal")
    if len(found) > 1:
        ids = ", ".join(step.id for step in found)
        table.error(f"a rule holds one experiment, or none could be read by itself: {ids}", "steps")
    if rule.goal is not None and rule.holdout is not None and rule.goal.within is None:
        table.error("with a holdout the goal needs within, so that both sides count alike", "goal")
