"""Times as people say them in Chinese: read strictly, future first, echoed before anything is scheduled."""

from bot.spoken_time.calendar import ChineseCalendar
from bot.spoken_time.reading import understand
from bot.spoken_time.results import Ambiguous, Moment, NotUnderstood, Past, Repeating, Spoken

__all__ = [
    "Ambiguous", "ChineseCalendar", "Moment", "NotUnderstood", "Past", "Repeating", "Spoken", "understand",
]  # fmt: skip
