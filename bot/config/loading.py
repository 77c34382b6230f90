"""The whole way from a file to a `Config`, or to the list of everything that is wrong with it."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.config.building import built, template_paths
from bot.config.document import BIGGEST, Document, Plain, read
from bot.config.draft import Draft, drafted
from bot.config.messages import read_messages
from bot.config.model import Config
from bot.config.parts import Parts
from bot.config.problems import Problem, Problems
from bot.config.programs import Programs, read_programs
from bot.config.references import check_references
from bot.config.secrets import Environment, expand, refuse_literals
from bot.domain.errors import ConfigError
from bot.domain.lifecycle.rule import Rule

NO_PARTS = Parts()


@dataclass(frozen=True, slots=True)
class Examined:
    """What reading the file gave: the configuration, unless there are errors, and all problems in order."""

    config: Config | None
    problems: tuple[Problem, ...]


def load_config(
    path: Path, environ: Mapping[str, str], parts: Parts = NO_PARTS, *, demo: bool = False
) -> Config:
    """Return the configuration of a file, or raise ConfigError that lists every error by its path.

    `environ` fills in ``${NAME}``; only the demo may have secrets written out in the file.
    """
    examined = examine(path, environ, parts, demo=demo)
    if examined.config is None:
        raise ConfigError([problem.line() for problem in examined.problems if problem.level == "error"])
    return examined.config


def check(
    path: Path, environ: Mapping[str, str], parts: Parts = NO_PARTS, *, demo: bool = False
) -> list[Problem]:
    """Return every problem of a file, warnings too, in the order of the file."""
    return list(examine(path, environ, parts, demo=demo).problems)


def text_of(path: Path) -> Mapping[str, Plain]:
    """Return what a file says, with names in the place of secrets; nothing when it cannot be read."""
    document = _document(path, Problems())
    return document.body if document is not None else {}


def rules_of(body: Mapping[str, Plain], parts: Parts, names: Collection[str]) -> Mapping[str, Rule]:
    """Return these rules of a configuration that ran once, each only if it still reads without a problem.

    Nothing but the rules is looked at again: the rest of that file is not in force.
    """
    draft = drafted(body, Problems())
    found: dict[str, Rule] = {}
    for name in names:
        problems = Problems()
        alone = replace(draft, rules={name: draft.rules[name]} if name in draft.rules else {}, campaigns={})
        rules = read_programs(alone, parts, None, problems).rules
        if not any(problem.path.startswith(f"rules.{name}") for problem in problems.errors):
            found |= rules
    return found


def as_json(problems: Sequence[Problem]) -> str:
    """Return the problems as the one JSON document that `check --json` prints."""
    found = [
        {
            "path": problem.path,
            "message": problem.message,
            "level": problem.level,
            "line": problem.line_number,
        }
        for problem in problems
    ]
    errors = sum(problem.level == "error" for problem in problems)
    summary = {"ok": errors == 0, "errors": errors, "warnings": len(found) - errors, "problems": found}
    return json.dumps(summary, ensure_ascii=False, indent=2)


def examine(
    path: Path, environ: Mapping[str, str], parts: Parts = NO_PARTS, *, demo: bool = False
) -> Examined:
    """Return the configuration of a file and every problem it has."""
    problems, unset = Problems(), Problems()
    document = _document(path, problems)
    if document is None:
        return Examined(None, tuple(problems.found))
    refuse_literals(document.body, path, problems, demo=demo)
    body = expand(document.body, Environment(environ, unset))
    draft = drafted(body, problems)
    check_references(draft, path.parent, problems)
    messages = read_messages(draft, parts, template_paths(draft, path.parent), problems)
    programs = read_programs(draft, parts, messages, problems)
    problems.replace(unset)
    config = _config(draft, programs, document.body, path.parent, problems)
    return Examined(config, problems.ordered(document.lines))


def _document(path: Path, problems: Problems) -> Document | None:
    """Return the file's values, None when it cannot be read at all."""
    try:
        with path.open("rb") as source:
            raw = source.read(BIGGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such file"
        problems.error(str(path), f"the file cannot be read: {reason}")
        return None
    document = read(raw, path.name, problems)
    return document if document.body or not problems.found else None


def _config(
    draft: Draft, programs: Programs, body: Mapping[str, Plain], home: Path, problems: Problems
) -> Config | None:
    """Return the configuration when nothing is wrong."""
    if problems.errors:
        return None
    canonical = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
    return built(draft, programs, home, digest)
