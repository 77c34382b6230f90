"""When an activity opens and closes, as every activity writes it."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import model_validator

from bot.config.sections.base import Section
from bot.config.sections.fields import Moment, Template, Words


class ActivitySection(Section):
    """What every activity may say: its times, the words in chat that mean it, the message with its terms."""

    opens: Moment | None = None
    closes: Moment | None = None
    words: Words | None = None
    terms: Template | None = None

    @model_validator(mode="after")
    def _is_in_order(self) -> "ActivitySection":
        """Refuse times out of order."""
        if self.opens is None or self.closes is None:
            return self
        if type(self.opens) is not type(self.closes):
            raise ValueError("opens and closes are both days or both moments")
        if self.closes < self.opens:
            raise ValueError("closes before it opens")
        return self

    def heard(self, *usual: str) -> tuple[str, ...]:
        """Return the words that mean this activity, the usual ones if none are written."""
        return tuple(self.words) if self.words is not None else usual


def begins(moment: datetime | date | None, zone: ZoneInfo) -> datetime | None:
    """Return a moment, of a day its first."""
    if moment is None or isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(), zone)


def ends(moment: datetime | date | None, zone: ZoneInfo) -> datetime | None:
    """Return a moment, of a day the first of the next: what closes on a day is open all of it."""
    if moment is None or isinstance(moment, datetime):
        return moment
    return datetime.combine(moment + timedelta(days=1), time(), zone)
