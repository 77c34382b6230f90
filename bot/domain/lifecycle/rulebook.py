"""Everything the rules need to decide, compiled once from the configuration."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from bot.domain.conditions import Condition
from bot.domain.experiments.arms import order_of
from bot.domain.explanation import kinds_needed, turns
from bot.domain.lifecycle.enrollment import Enrollment
from bot.domain.lifecycle.rule import Rule, Status
from bot.domain.lifecycle.spans import zone_or
from bot.domain.lifecycle.steady import repeat_window
from bot.domain.members import Member

DEFAULT_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Rulebook:
    """Rules, stages and segments; immutable, shared by every thread.

    `stages` are asked in their order, the first that holds is the member's. `audiences` are further
    conditions whose counts must be known (campaigns). `paused` names rules an operator stopped,
    `orders` holds by rule the weights of arms that were ordered since, as a switch keeps them.
    `earlier` are rules as they stood when members entered who are still in them, by name and version.
    """

    rules: Mapping[str, Rule]
    stages: Mapping[str, Condition] = field(default_factory=dict)
    segments: Mapping[str, Condition] = field(default_factory=dict)
    zone: ZoneInfo = DEFAULT_ZONE
    audiences: tuple[Condition, ...] = ()
    paused: frozenset[str] = frozenset()
    orders: Mapping[str, str] = field(default_factory=dict)
    earlier: Mapping[tuple[str, str], Rule] = field(default_factory=dict)

    def ordered_to(self, paused: Iterable[str], arms: Mapping[str, str]) -> "Rulebook":
        """Return the same book with exactly these rules paused and these weights of arms, by rule."""
        wanted = frozenset(paused) & frozenset(self.rules)
        orders = {name: text for name, text in arms.items() if name in self.rules}
        if wanted == self.paused and orders == self.orders:
            return self

        def steered(rule: Rule) -> Rule:
            arms = order_of(orders.get(rule.name, ""))
            return rule if rule.arms == arms else replace(rule, arms=arms)

        return replace(
            self,
            rules={name: steered(rule) for name, rule in self.rules.items()},
            earlier={version: steered(rule) for version, rule in self.earlier.items()},
            paused=wanted,
            orders=orders,
        )

    def zone_of(self, member: Member) -> ZoneInfo:
        """Return the member's time zone, else the app's."""
        return zone_or(member.zone, self.zone)

    def rule_of(self, run: Enrollment) -> Rule | None:
        """Return the rule by which a run goes on: as it stood when the member entered, unless it migrates."""
        rule = self.rules.get(run.rule)
        if rule is None or rule.migrates or run.version == rule.version:
            return rule
        return self.earlier.get((run.rule, run.version), rule)

    def working(self, rule: Rule) -> bool:
        """Return whether members may enter the rule and move in it, whichever version of it they are in."""
        now = self.rules.get(rule.name, rule)
        return now.status is Status.LIVE and rule.name not in self.paused

    @cached_property
    def every_version(self) -> tuple[Rule, ...]:
        """Return the rules as they are and as they were for those still in them."""
        return (*self.rules.values(), *self.earlier.values())

    @cached_property
    def ordered(self) -> tuple[Rule, ...]:
        """Return the rules that work, the most important first."""
        live = (rule for rule in self.rules.values() if self.working(rule))
        return tuple(sorted(live, key=lambda rule: (-rule.priority, rule.name)))

    @cached_property
    def by_event(self) -> Mapping[str, tuple[Rule, ...]]:
        """Return the rules that an event of this kind may open."""
        found: dict[str, list[Rule]] = defaultdict(list)
        for rule in self.ordered:
            for kind in rule.entry.hears:
                found[kind].append(rule)
        return {kind: tuple(rules) for kind, rules in found.items()}

    @cached_property
    def by_standing(self) -> tuple[Rule, ...]:
        """Return the rules that a stage, a segment or a date may open."""
        return tuple(rule for rule in self.ordered if not rule.entry.hears)

    @cached_property
    def by_date(self) -> tuple[Rule, ...]:
        """Return the rules that a date may open."""
        return tuple(rule for rule in self.by_standing if rule.entry.by_time)

    @cached_property
    def watched(self) -> Mapping[str, Condition]:
        """Return the segments whose edges some rule needs, with their trees."""
        found: dict[str, Condition] = {}
        for rule in self.rules.values():
            if rule.status is not Status.DRAFT:
                found.update(rule.entry.watches)
        for rule in self.every_version:
            for way in rule.exits if rule.status is not Status.DRAFT else ():
                if way.segment_left in self.segments:
                    found[way.segment_left] = self.segments[way.segment_left]
        return found

    @cached_property
    def others(self) -> Mapping[str, tuple[Rule, ...]]:
        """Return, by event kind, the rules that members leave when somebody else does it."""
        found: dict[str, list[Rule]] = defaultdict(list)
        for rule in self.rules.values():
            for way in rule.exits:
                if way.of:
                    found[way.event].append(rule)
        return {kind: tuple(rules) for kind, rules in found.items()}

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Return every condition that may be asked of a member."""
        found = [*self.stages.values(), *self.watched.values(), *self.audiences]
        for rule in self.every_version:
            found += [rule.filter, *rule.exit_conditions, *rule.program.conditions]
            if rule.entry.audience is not None:
                found.append(rule.entry.audience)
        return tuple(found)

    @cached_property
    def turning(self) -> frozenset[str]:
        """Return the names of stages and watched segments that time alone can turn."""
        found = [name for name, each in self.stages.items() if turns(each)]
        return frozenset(f"stage:{name}" for name in found) | frozenset(
            name for name, tree in self.watched.items() if turns(tree)
        )

    @cached_property
    def standing_conditions(self) -> tuple[Condition, ...]:
        """Return the conditions that say where a member stands and when to look again."""
        ways_out = [way for rule in self.every_version for way in rule.exit_conditions]
        return (*self.stages.values(), *self.watched.values(), *ways_out)

    def repeat_window(self, kind: str) -> timedelta | None:
        """Return within what time one more event of this kind leaves every member where they stand."""
        if kind not in self._repeat_windows:
            self._repeat_windows[kind] = repeat_window(self.standing_conditions, kind)
        return self._repeat_windows[kind]

    def heeding(self, kind: str) -> tuple[str, ...]:
        """Return the rules whose runs an event of this kind may concern by itself, by name.

        Their goal or a way out is such an event, a way out is a condition, or a step waits for it.
        """
        if kind not in self._heeding:
            found = {rule.name for rule in self.every_version if _heeds(rule, kind)}
            self._heeding[kind] = tuple(sorted(found))
        return self._heeding[kind]

    @cached_property
    def _heeding(self) -> dict[str, tuple[str, ...]]:
        return {}

    @cached_property
    def _repeat_windows(self) -> dict[str, timedelta | None]:
        return {}

    @cached_property
    def moment_kinds(self) -> frozenset[str]:
        """Return the event kinds whose single times must be loaded, because some window counts them."""
        return frozenset().union(*(kinds_needed(each)[0] for each in self.conditions))

    @cached_property
    def moment_window(self) -> timedelta:
        """Return how far back those times must reach."""
        return max((kinds_needed(each)[1] for each in self.conditions), default=timedelta())


def _heeds(rule: Rule, kind: str) -> bool:
    """Return whether an event of this kind may concern a run of the rule, wherever it stands."""
    return (
        (rule.goal is not None and rule.goal.event == kind)
        or any(way.inside is not None or way.event == kind for way in rule.exits)
        or any(kind in step.action.awaits for step in rule.program.steps.values())
    )
