"""What operators ask of the content library."""

from bot.domain.value import value


@value
class AskRead:
    """How the library's items were taken."""


@value
class Read:
    """One item: to how many members it was shown, how many of them opened it, and all openings there were.

    What went by mass is opened by nobody known, so it counts among the openings alone.
    """

    item: str
    shown: int = 0
    members: int = 0
    opened: int = 0
