"""What operators ask of activities, and order about them."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from bot.domain.activities.terms import Activity
from bot.domain.value import value
from bot.domain.why.playing import Player


@value
class AskActivity:
    """How an activity stands."""

    activity: Activity


@value
class Standing:
    """What was counted, by what it counts; `switched` says what an operator did by hand.

    It is named ``total:entries`` and the like, ``prize:coupon.tea``, ``referral:held``, ``coupon:issued``,
    ``party:open``, ``choice:`` and what was chosen.
    """

    counts: Mapping[str, int | str]
    switched: Mapping[str, str] = field(default_factory=dict)


@value
class AskRoster:
    """Who takes part in an activity, the newest first."""

    activity: Activity


@value
class Roster:
    """How many there are, and the newest: member, when, and a word of what came of it."""

    total: int
    rows: tuple[tuple[int, datetime, str], ...]


@value
class AskDraw:
    """What became of a lottery."""

    name: str


@value
class DrawFound:
    """A lottery as it stands: ``open``, ``frozen``, ``drawn`` or ``void``, its public proof, who won what."""

    state: str
    entries: int
    commitment: str
    revealed: str
    winners: tuple[tuple[int, str], ...]


@value
class AskPlayer:
    """The one member somebody's words may mean, as an activity knows them."""

    name: str
    activity: Activity


@value
class PlayerFound:
    """Who is meant, and which activities are switched by hand; else those who may be meant."""

    player: Player | None = None
    switched: Mapping[str, str] = field(default_factory=dict)
    several: tuple[tuple[int, str], ...] = ()


@value
class SwitchActivity:
    """Open (``open``) or close (``closed``) an activity by hand, or leave it to its own times (empty)."""

    name: str
    to: str


@value
class AskHeld:
    """Which referrals are held because they look like abuse."""


@value
class HeldReferral:
    """A newcomer whose coming is held: by whom, since when, and why."""

    member_id: int
    inviter_id: int
    at: datetime
    flags: str


@value
class AskKoc:
    """Whom others listen to."""


@value
class KocPlace:
    """A member's place among those who bring others: three percentiles and their mean, 0 to 100."""

    member_id: int
    content: int
    referral: int
    influence: int
    index: int


@value
class SettleReferral:
    """Let a held referral count after all, or refuse it for good; `name` is the newcomer's."""

    name: str
    good: bool


@value
class RedeemCode:
    """Use a coupon up for an order."""

    code: str
    order_id: str


@value
class RevokeCode:
    """Take back a coupon that is not used, for a reason."""

    code: str
    cause: str
