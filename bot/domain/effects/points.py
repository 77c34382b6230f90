"""Effects on points and on what is done for them."""

from datetime import datetime

from bot.domain.activities import CheckIn, Exchange, Points
from bot.domain.value import value


@value
class ChangePoints:
    """Give the member points or take some; alone or within an `Attempt`, where it may fail as ``too_few``."""

    member_id: int
    delta: int
    cause: str
    key: str
    at: datetime
    terms: Points
    reference: str = ""


@value
class TakeBackPoints:
    """An order was paid back: of the points it brought, those go that its refunds so far make up."""

    member_id: int
    order_id: str
    key: str
    at: datetime
    terms: Points


@value
class TellPoints:
    """Look up what the member has, for an answer; only within an `Attempt`, and it always succeeds."""

    member_id: int
    at: datetime
    terms: Points


@value
class TellDays:
    """Look up the days of the month up to `day` (``YYYY-MM-DD``, the member's own), for an answer.

    Only within an `Attempt`, and it always succeeds.
    """

    member_id: int
    day: str
    at: datetime


@value
class ExchangePoints:
    """Give a coupon for points, both or neither; only within an `Attempt`.

    It fails as ``too_few``, or as coupons do.
    """

    member_id: int
    exchange: Exchange
    basis: str
    key: str
    at: datetime
    terms: Points


@value
class CheckInToday:
    """Note that the member checked in on this day (``YYYY-MM-DD``, their own); only within an `Attempt`.

    It fails as ``again`` on a day that is noted already. `group` is where it was said, if in one.
    """

    member_id: int
    day: str
    activity: CheckIn
    key: str
    at: datetime
    terms: Points
    group: str = ""


@value
class TellBoard:
    """Look up who checked in today in a group, for an answer; only within an `Attempt`.

    It fails as ``nobody``. The facts: how many there are (``in_group``), and ``board``, a line for each of
    the first ten, those of the longest run first: place, masked name or number, days in a row.
    """

    member_id: int
    group: str
    day: str
    at: datetime


@value
class MakeUpDay:
    """Make up the last day the member missed before `day`; only within an `Attempt`.

    It fails as ``nothing_missed``, or as ``too_few`` where it costs points.
    """

    member_id: int
    day: str
    activity: CheckIn
    key: str
    at: datetime
    terms: Points
