"""The coarse grid of time on which the demo's members act, so that ninety days pass in about a minute."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=20)
ZONE = ZoneInfo("Asia/Shanghai")
OPENING = datetime(2026, 6, 1, 8, 0, tzinfo=ZONE)
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """The time the demo covers."""

    start: datetime
    days: int

    @property
    def end(self) -> datetime:
        """Return the end."""
        return self.start + timedelta(days=self.days)


def snap(moment: datetime) -> datetime:
    """Return the first moment of the grid that is not before `moment`."""
    steps = -((_EPOCH - moment) // STEP)
    return (_EPOCH + steps * STEP).astimezone(ZONE)


def by_day(moment: datetime, share: float, early: int = 9, late: int = 21) -> datetime:
    """Return that day in Shanghai at a share of the hours between `early` and `late`, on the grid."""
    day = moment.astimezone(ZONE).replace(hour=early, minute=0, second=0, microsecond=0)
    return snap(day + timedelta(hours=share * (late - early)))
