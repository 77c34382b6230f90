"""What rules and campaigns may refer to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bot.config.leaves import Names
from bot.config.parts import NO_FEASTS, Feasts
from bot.domain.events import KNOWN_KINDS
from bot.domain.lifecycle.kinds import EntryKind, Noun, RuleKind, StepKind

OWN_EVENTS = "custom."
LATER = "not yet (arrives with a later version)"


@dataclass(frozen=True, slots=True)
class Known:
    """Names declared elsewhere in the file, and the kinds of steps and entries there are.

    `templates` and `platform_templates` None: references to them are not checked here.
    """

    names: Names
    kinds: Collection[RuleKind]
    routes: Collection[str] = ()
    queues: Collection[str] = ()
    templates: Collection[str] | None = None
    platform_templates: Collection[str] | None = None
    purposes: Collection[str] = ("service", "marketing")
    bases: Collection[str] = field(default_factory=tuple)
    feasts: Feasts = NO_FEASTS

    @property
    def step_kinds(self) -> Mapping[str, StepKind]:
        """Return the kinds of steps by their key."""
        return {kind.name: kind for kind in self.kinds if isinstance(kind, StepKind)}

    @property
    def entry_kinds(self) -> Mapping[str, EntryKind]:
        """Return the kinds of entries by their key."""
        return {kind.name: kind for kind in self.kinds if isinstance(kind, EntryKind)}

    def of(self, noun: Noun) -> Collection[str] | None:
        """Return the known names of a noun, None when any name may be right."""
        found: Mapping[str, Collection[str] | None] = {
            "coupon": self.names.coupons,
            "segment": self.names.segments,
            "stage": self.names.stages,
            "queue": self.queues,
            "route": self.routes,
            "template": self.templates,
            "platform template": self.platform_templates,
            "event": sorted(KNOWN_KINDS),
        }
        return found.get(noun)
