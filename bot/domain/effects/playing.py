"""Effects on groups that buy together, and on what members answer."""

from datetime import datetime, timedelta

from bot.domain.activities import GroupBuy, Poll, Survey
from bot.domain.identity import Identity
from bot.domain.outbox import OutboxMessage
from bot.domain.value import value


@value
class OpenParty:
    """Begin a group that buys together; only within an `Attempt`.

    It fails as ``waits`` where the member is in an open one already, or as coupons do. The facts: the
    ``code`` others join by, how many have ``joined``, how many it ``lacks``, when it ``ends``.
    """

    member_id: int
    activity: GroupBuy
    basis: str
    key: str
    at: datetime
    group: Identity = ""


@value
class JoinParty:
    """Join the group of this code; only within an `Attempt`.

    `activities` are all there are and `did` what the member has done, since only the code says which it is.
    It fails as ``unknown``, ``full``, ``expired``, ``waits``, ``requires`` or as coupons do. The coupon's
    ``key`` is told when the group is filled by it.
    """

    member_id: int
    code: str
    activities: tuple[GroupBuy, ...]
    did: frozenset[str]
    basis: str
    key: str
    at: datetime


@value
class AskSurvey:
    """Queue the question, unless the member was asked the same within `again`; only within an `Attempt`.

    It fails as ``asked``.
    """

    member_id: int
    survey: Survey
    message: OutboxMessage
    again: timedelta
    at: datetime


@value
class AnswerSurvey:
    """Take a number for the answer to a survey the member was asked; only within an `Attempt`.

    It fails as ``not_asked``.
    """

    member_id: int
    survey: Survey
    score: int
    key: str
    at: datetime


@value
class AnswerPoll:
    """Take a choice; only within an `Attempt`. It fails as ``answered`` where one answer is all there is."""

    member_id: int
    poll: Poll
    choice: str
    key: str
    at: datetime
    group: Identity = ""
