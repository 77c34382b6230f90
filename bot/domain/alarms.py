"""What an operator must know: from signs of trouble to alarms by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

CRITICAL = "critical"
WARNING = "warning"
LEAST_FREE = 0.10
MOST_DRIFT = timedelta(seconds=60)

ACCOUNT, TOKEN, TEMPLATE, COUPONS, BUDGET = "account", "token", "template", "coupons", "budget"
# Raised by the page of codes and not by the watch, so it ends by itself when it was quiet for a while.
GUESSING, QUIET_AGAIN = "guessing", timedelta(days=1)
STUCK, UNKNOWN, QUARANTINE, DISK, DATABASE, CLOCK = (
    "stuck", "unknown", "quarantine", "disk", "database", "clock",
)  # fmt: skip
FAMILIES = frozenset({
    ACCOUNT, TOKEN, TEMPLATE, COUPONS, BUDGET, STUCK, UNKNOWN, QUARANTINE, DISK, DATABASE, CLOCK,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signs:
    """What the watch sees.

    `stopped` are accounts the platform refuses and `templates` messages it banned, each with the reason
    and the platform's words; `resting` accounts without a token until a time. `stuck` counts sends that
    should be over, `unknown` those whose outcome nobody knows, `quarantine` what was set aside within a
    day, `failures` what the database failed at within an hour. `low` are coupon batches nearly sold
    out, with what is left, `spent` those that gave most of their budget, in percent. `free` is the free
    share of the disk, `drift` how far the wall clock is off.
    """

    stopped: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    resting: Mapping[str, str] = field(default_factory=dict)
    stuck: int = 0
    unknown: int = 0
    quarantine: int = 0
    failures: int = 0
    low: Mapping[str, int] = field(default_factory=dict)
    spent: Mapping[str, int] = field(default_factory=dict)
    free: float = 1.0
    drift: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing to know: ``family`` or ``family:what``, how bad, and a reason code with details."""

    name: str
    severity: str
    text: str


TOLD_AGAIN = timedelta(hours=1)
REMINDED = timedelta(days=1)


def alarms(signs: Signs) -> list[Alarm]:
    """Return every alarm that stands now."""
    found = [Alarm(f"{ACCOUNT}:{name}", CRITICAL, why) for name, why in signs.stopped.items()]
    found += [
        Alarm(f"{TOKEN}:{name}", CRITICAL, why)
        for name, why in signs.resting.items()
        if name not in signs.stopped
    ]
    found += [Alarm(f"{TEMPLATE}:{name}", WARNING, why) for name, why in signs.templates.items()]
    found += [Alarm(f"{COUPONS}:{name}", WARNING, f"low: {left}") for name, left in signs.low.items()]
    found += [Alarm(f"{BUDGET}:{name}", WARNING, f"spent: {share}%") for name, share in signs.spent.items()]
    counted = (
        (STUCK, CRITICAL, signs.stuck),
        (UNKNOWN, WARNING, signs.unknown),
        (QUARANTINE, WARNING, signs.quarantine),
        (DATABASE, CRITICAL, signs.failures),
    )
    found += [Alarm(name, severity, f"{name}: {number}") for name, severity, number in counted if number]
    if signs.free < LEAST_FREE:
        found.append(Alarm(DISK, CRITICAL, f"disk: {signs.free:.1%}"))
    if abs(signs.drift) > MOST_DRIFT:
        found.append(Alarm(CLOCK, CRITICAL, f"clock: {signs.drift.total_seconds():.0f}s"))
    return found


def to_tell(told_at: datetime | None, last: datetime | None, now: datetime) -> bool:
    """Return whether operators are told of an alert now.

    `told_at` is when they were told since it was raised, `last` when any message about it was queued. What
    comes and goes is told at most once an hour, what stays once a day.
    """
    if told_at is None:
        return last is None or now - last >= TOLD_AGAIN
    return now - told_at >= REMINDED
