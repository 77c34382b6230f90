"""Rules as they stood when members entered who are still in them: read again from the configurations kept."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import structlog

from bot.config import Config, rules_of
from bot.domain.lifecycle.rule import Rule
from bot.opening import parts
from storage import config_versions, enrollments
from storage.database import Connection, Database

Versions = Mapping[tuple[str, str], Rule]

log = structlog.get_logger("app")


def with_earlier(config: Config, database: Database) -> Config:
    """Return the configuration with every earlier version of its rules that somebody is still in.

    A version that cannot be found or read any more is logged; who is in it goes on by the present text.
    """
    wanted, bodies = database.transact(lambda c: _kept(c, config))
    if not wanted:
        return config
    found: dict[tuple[str, str], Rule] = {}
    for body in bodies:
        left = wanted - found.keys()
        if not left:
            break
        found |= _read(body, left)
    for name, version in sorted(wanted - found.keys()):
        log.warning("rule_version_gone", rule=name, version=version)
    return replace(config, earlier=found)


def _kept(c: Connection, config: Config) -> tuple[set[tuple[str, str]], list[Mapping[str, Any]]]:
    present = {(name, rule.version) for name, rule in config.rules.items()}
    migrating = {name for name, rule in config.rules.items() if rule.migrates}
    wanted = {
        (name, version)
        for name, version in enrollments.versions_in_use(c)
        if version and name in config.rules and name not in migrating and (name, version) not in present
    }
    return wanted, config_versions.bodies(c) if wanted else []


def _read(body: Mapping[str, Any], wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], Rule]:
    rules = rules_of(body, parts(), {name for name, _ in wanted})
    return {(name, rule.version): rule for name, rule in rules.items() if (name, rule.version) in wanted}
