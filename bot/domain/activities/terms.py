"""The terms of each activity, as the configuration states them; moments are aware, money is in 分.

Every activity has a `name` that is unique among all of them, says which words in chat mean it, and names
the message with its terms. One without `opens` is open from the start, one without `closes` for good.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import datetime, timedelta

from bot.domain.coupons import MemberLimit
from bot.domain.value import value


@value
class Streak:
    """So many days in a row bring so many points more."""

    days: int
    points: int


@value
class MakeUp:
    """A missed day may be made up for so many points, for so long afterwards."""

    cost: int
    within: timedelta


@value
class CheckIn:
    """打卡: points a day, more for days in a row."""

    name: str
    points: int
    streaks: tuple[Streak, ...] = ()
    make_up: MakeUp | None = None
    words: tuple[str, ...] = ()
    make_up_words: tuple[str, ...] = ()
    opens: datetime | None = None
    closes: datetime | None = None
    terms: str = ""


@value
class Lottery:
    """抽奖: `instant` tells at once, `draw` at `draws_at`; `prizes` are chances that add up to 1, or numbers.

    A prize is named ``nothing``, ``points.NUMBER`` or ``coupon.BATCH``. Of a `draw` the prizes say how many
    winners each has.
    """

    name: str
    kind: str
    prizes: Mapping[str, float]
    opens: datetime | None = None
    closes: datetime | None = None
    draws_at: datetime | None = None
    cost: int = 0
    per_member: MemberLimit | None = None
    words: tuple[str, ...] = ()
    terms: str = ""


@value
class Crowd:
    """So many newcomers of one inviter within so short a time came by no friendship."""

    count: int = 5
    within: timedelta = timedelta(minutes=10)


@value
class Referral:
    """邀请: who brings newcomers; one level only. From an index of `koc` on (0: never) one is a KOC."""

    name: str
    per_inviter: MemberLimit
    words: tuple[str, ...] = ()
    terms: str = ""
    opens: datetime | None = None
    closes: datetime | None = None
    crowd: Crowd = field(default_factory=Crowd)
    koc: int = 0


@value
class FlashSale:
    """秒杀: a coupon whose stock opens at one moment, first come first served."""

    name: str
    coupon: str
    opens: datetime
    closes: datetime | None = None
    words: tuple[str, ...] = ()
    terms: str = ""


@value
class GroupBuy:
    """拼团: a coupon for each of `size` members who come together `within` that time.

    Who joins did `requires` before, if it names a kind of event. Groups filled with a member in them count
    against `per_member`; nobody is in two open ones at once.
    """

    name: str
    size: int
    within: timedelta
    coupon: str
    requires: str = ""
    words: tuple[str, ...] = ()
    terms: str = ""
    opens: datetime | None = None
    closes: datetime | None = None
    per_member: MemberLimit | None = None


@value
class Survey:
    """满意度: asked after these kinds of event; a score of `low` or less goes to a person of `queue`.

    `tags` are put on who gave a ``low`` score, or a ``high`` one (9 or 10).
    """

    name: str
    after: tuple[str, ...]
    delay: timedelta
    low: int
    queue: str
    tags: Mapping[str, str] = field(default_factory=dict)
    opens: datetime | None = None
    closes: datetime | None = None
    words: tuple[str, ...] = ()
    terms: str = ""


@value
class Poll:
    """投票 or 问答: one answer a member; `right` names the right choice of a quiz and what it brings."""

    name: str
    question: str
    choices: tuple[str, ...]
    right: str = ""
    points: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)
    opens: datetime | None = None
    closes: datetime | None = None
    words: tuple[str, ...] = ()
    terms: str = ""


Activity = CheckIn | Lottery | Referral | FlashSale | GroupBuy | Survey | Poll


@value
class Exchange:
    """A coupon for points; `prices` by level, the lowest level's name first and never dearer above it."""

    name: str
    coupon: str
    points: int
    prices: Mapping[str, int] = field(default_factory=dict)
    words: tuple[str, ...] = ()


@value
class Points:
    """What points are worth: `levels` by what must have been earned, lowest first.

    So long before points run out members are told (`notice`).
    """

    levels: Mapping[str, int] = field(default_factory=dict)
    expire: timedelta | None = None
    per_yuan: float = 0.0
    exchanges: tuple[Exchange, ...] = ()
    notice: timedelta | None = None


@value
class Activities:
    """Everything members can do in chat."""

    check_in: CheckIn | None = None
    lotteries: tuple[Lottery, ...] = ()
    referral: Referral | None = None
    flash_sales: tuple[FlashSale, ...] = ()
    group_buys: tuple[GroupBuy, ...] = ()
    surveys: tuple[Survey, ...] = ()
    polls: tuple[Poll, ...] = ()

    def __iter__(self) -> Iterator[Activity]:
        """Yield every activity."""
        yield from (one for one in (self.check_in, self.referral) if one is not None)
        for several in (self.lotteries, self.flash_sales, self.group_buys, self.surveys, self.polls):
            yield from several
