"""What becomes of a time that somebody said."""

from datetime import datetime

from bot.domain.lifecycle.campaign import Schedule
from bot.domain.value import value


@value
class Moment:
    """One moment, aware, in the speaker's zone."""

    at: datetime


@value
class Repeating:
    """Again and again; `first` is the first time, in the speaker's zone."""

    schedule: Schedule
    first: datetime


@value
class Ambiguous:
    """It may mean any of these, or something else; one is to be asked for."""

    choices: tuple[datetime, ...]


@value
class Past:
    """It means a moment that is over; `next_at` is when it comes again, if it does."""

    at: datetime
    next_at: datetime | None = None


@value
class NotUnderstood:
    """It means nothing that is known; `rest` is where reading stopped."""

    rest: str


Spoken = Moment | Repeating | Ambiguous | Past | NotUnderstood
