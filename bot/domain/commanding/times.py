"""A time as an operator said it, understood or not."""

from collections.abc import Callable
from datetime import datetime

from bot.domain.commanding.saying import Said
from bot.domain.value import value


@value
class Heard:
    """The moment meant, aware, in UTC, with the words that echo it; without a moment a question back."""

    moment: datetime | None
    said: Said


# From what was said and the present moment.
Understand = Callable[[str, datetime], Heard]
