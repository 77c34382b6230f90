"""What commands ask that takes its time or is not in the database: asked apart, where nobody waits."""

from collections.abc import Callable
from datetime import datetime

from bot.domain.forecast.foretold import Foretold
from bot.domain.value import value

# Makes a forecast from a moment on, of so many days, by these rules (none: by all).
Foretell = Callable[[datetime, int, frozenset[str]], Foretold]


def no_forecast(_now: datetime, _days: int, _rules: frozenset[str]) -> Foretold:
    """Refuse: where this stands, nobody said who makes forecasts."""
    raise LookupError("give the house of commands a `foretell`; see bot.command_post.commander_of")


@value
class AskForecast:
    """What would happen in the coming days; `foretell` reads for itself, and takes its time."""

    days: int
    rules: frozenset[str]
    foretell: Foretell

    def found(self, now: datetime) -> Foretold:
        """Return what would happen from now on; not to be called where anybody waits."""
        return self.foretell(now, self.days, self.rules)


# Looks at the configuration's file and has it swapped in; returns what stops it, a line each.
Reload = Callable[[], tuple[str, ...]]


@value
class AskReload:
    """Whether the file can be swapped in, which it then is."""

    reload: Reload

    def found(self, _now: datetime) -> tuple[str, ...]:
        """Return what stops it; not to be called where anybody waits."""
        return self.reload()
