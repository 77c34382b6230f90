"""The timetable: what happens at which hour. The only place that knows APScheduler, which only ticks.

APScheduler wakes us every second and computes the nominal times of schedules; it remembers nothing.
A firing is a unique row `(job, nominal time)` written in the transaction that does its work, so it
counts once however many replicas tick, and a stop leaves it to be caught up.
"""

from scheduler.jobs.nightly import daily_notices, nightly_koc
from scheduler.jobs.nominal import nominal_after
from scheduler.jobs.ticking import Ticker
from scheduler.jobs.timetable import (
    CatchUp,
    Job,
    Timetable,
    campaign_job,
    nightly_experiments,
    nightly_scores,
)

__all__ = [
    "CatchUp", "Job", "Ticker", "Timetable", "campaign_job", "daily_notices", "nightly_experiments",
    "nightly_koc", "nightly_scores",
    "nominal_after",
]  # fmt: skip
