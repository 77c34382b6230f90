"""Effects on draws."""

from datetime import datetime

from bot.domain.activities import Lottery, Points
from bot.domain.value import value


@value
class EnterDraw:
    """Take a chance in a lottery; only within an `Attempt`.

    `by_hand` says whether an operator opened or closed it. It fails as ``not_yet``, ``over``, ``shut``,
    ``operator``, ``limit`` or ``too_few``. The facts of what came: the terms that stand, the entry's
    ``number``, its ``prize`` (``nothing``, ``points``, ``coupon``; empty while it is not drawn), what it is
    ``worth`` in points, the coupon's ``key`` and ``batch``, chances ``left``, the ``points`` then.
    """

    member_id: int
    lottery: Lottery
    basis: str
    key: str
    at: datetime
    terms: Points
    by_hand: str = ""


@value
class TellDraw:
    """Look up the public side of a lottery, for an answer; only within an `Attempt`.

    The facts are the terms that stand, the ``commitment``, the ``seed`` once it is shown, how many
    ``entries``. It fails as ``not_yet``.
    """

    member_id: int
    lottery: Lottery
    at: datetime
