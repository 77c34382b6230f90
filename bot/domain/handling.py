"""What a handler is: a pure function from an event and a member to effects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from bot.domain.activities import Activities, Points
from bot.domain.coupons import CouponBatch
from bot.domain.effects import Effect
from bot.domain.events import InboundEvent
from bot.domain.members import Member


class Rank(IntEnum):
    """Who may answer a callback first; one passive reply a callback, the lowest number wins."""

    COMMAND = 10
    CONSENT = 20
    CLAIM = 30
    ACTIVITY = 40
    ANSWER = 50
    RULE = 60


@dataclass(frozen=True, slots=True)
class ConsentWords:
    """The words that grant and withdraw one purpose, and the notice the grant refers to."""

    purpose: str
    grant: tuple[str, ...]
    withdraw: tuple[str, ...]
    notice: str = ""


@dataclass(frozen=True, slots=True)
class ClaimOffer:
    """A keyword that delivers the coupon a rule's step promised."""

    keyword: str
    batch: str
    basis: str
    rule: str
    step: str
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Settings:
    """The slice of the configuration that handlers read.

    `speaking_accounts` are those in whose groups we may say something unasked; through `doubtful_accounts`
    nothing can be had that costs money. `switched` says which activities an operator opened or closed; `zone`
    is that of members who have none, `ways` the routes by which a member may be told something, `pictured`
    those by which an account can show a picture, and `draws` whether we can draw more than codes.
    """

    consents: tuple[ConsentWords, ...] = ()
    tag_keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    keyword_answers: Mapping[str, str] = field(default_factory=dict)
    complaint_words: tuple[str, ...] = ()
    complaint_queue: str = ""
    claims: tuple[ClaimOffer, ...] = ()
    coupons: Mapping[str, CouponBatch] = field(default_factory=dict)
    subscription_route: str = ""
    subscription_names: Mapping[str, str] = field(default_factory=dict)
    human_queue: str = ""
    group_welcome: str = ""
    speaking_accounts: frozenset[str] = frozenset()
    doubtful_accounts: frozenset[str] = frozenset()
    erase_on_unfollow: bool = True
    activities: Activities = field(default_factory=Activities)
    points: Points = field(default_factory=Points)
    switched: Mapping[str, str] = field(default_factory=dict)
    zone: str = "Asia/Shanghai"
    ways: tuple[str, ...] = ()
    pictured: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    draws: bool = True


@dataclass(frozen=True, slots=True)
class Words:
    """What a message must say to mean anything to a handler, compared as `bot.domain.words` does.

    The `whole` message is one of these, or one of these occurs `within` it, or it `begins` with one.
    """

    whole: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Handler:
    """One behaviour: the event kinds it hears and what it answers.

    With `words` it is spared messages that say none of them, and must answer nothing to those; without,
    it hears every message.
    """

    kinds: frozenset[str]
    handle: Callable[[InboundEvent, Member, Settings, datetime], list[Effect]]
    words: Callable[[Settings], Words] | None = None
