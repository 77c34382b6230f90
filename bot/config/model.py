"""The configuration as the program sees it: frozen, complete, every reference known to exist."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.domain.account import AccountSettings
from bot.domain.activities import Activities, Points
from bot.domain.conditions import Condition
from bot.domain.content_choice import Item
from bot.domain.coupons import CouponBatch
from bot.domain.delivery.policy import CapRule, ConsentRule, Fairness, GlobalHoldout, QuietHours
from bot.domain.delivery.routes import Rate, RouteRule
from bot.domain.gateways import GatewaySettings
from bot.domain.handling import ClaimOffer
from bot.domain.lifecycle.campaign import Campaign
from bot.domain.lifecycle.rule import Rule
from bot.domain.payments import PaymentSettings


@dataclass(frozen=True, slots=True)
class App:
    """Who we are to the members; `contact` is the sender every marketing text can name."""

    name: str
    zone: ZoneInfo
    locale: str
    contact: str


@dataclass(frozen=True, slots=True)
class Server:
    """Where we listen; `public_url` is how the platforms and members reach us, without a slash at the end."""

    host: str
    port: int
    public_url: str


@dataclass(frozen=True, slots=True)
class Complaints:
    """Words that open a complaint, and the queue of people who take it.

    With `model` lines without such a word count too that complain as surely as `threshold` (0 to 1).
    """

    keywords: tuple[str, ...]
    queue: str
    model: bool = True
    threshold: float = 0.5


@dataclass(frozen=True, slots=True)
class Queue:
    """People who answer members, and their hours in the app's zone (over midnight if they close first)."""

    operators: tuple[str, ...]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Alerts:
    """Whom to tell, when a send counts as stuck, and which share below plan is too little (0 to 1)."""

    to: tuple[str, ...] = ()
    stuck_after: timedelta = timedelta(minutes=10)
    under_delivery: float = 0.2


@dataclass(frozen=True, slots=True)
class GroupLife:
    """What newcomers hear, how long one topic rests, and after how long a silent member counts as quiet."""

    welcome: str = "groups/welcome"
    cool_down: timedelta = timedelta(minutes=10)
    quiet_after: timedelta = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Operators:
    """What each role may do and how a send is confirmed; money in minor units (分)."""

    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    confirm_lasts: timedelta = timedelta(minutes=5)
    grace: timedelta = timedelta(seconds=60)
    second_person_members: int | None = None
    second_person_cost: int | None = None
    test_members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Privacy:
    """The keys of stored personal data, what happens at unfollow, and how long things are kept."""

    key: str = field(default="", repr=False)
    index_key: str = field(default="", repr=False)
    erase_on_unfollow: bool = True
    retention: Mapping[str, timedelta] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file. `digest` is the SHA-256 of its body before secrets were filled in.

    `accounts` are official accounts, `gateways` all others. `earlier` are former versions of rules that
    somebody is still in, by name and version; the file does not tell, see `bot.earlier`. `content` is the
    library, the newest first.
    """

    app: App
    server: Server
    storage_url: str = field(repr=False)
    template_paths: tuple[Path, ...]
    accounts: Mapping[str, AccountSettings]
    gateways: Mapping[str, GatewaySettings]
    rates: Mapping[str, Rate]
    webhook_secrets: tuple[str, ...] = field(repr=False)
    routes: Mapping[str, RouteRule]
    consent: Mapping[str, ConsentRule]
    caps: tuple[CapRule, ...]
    quiet: QuietHours | None
    holdout: GlobalHoldout | None
    fairness: Fairness
    tag_keywords: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, str]
    keyword_answers: Mapping[str, str]
    complaints: Complaints | None
    queues: Mapping[str, Queue]
    alerts: Alerts
    groups: GroupLife
    stages: Mapping[str, Condition]
    segments: Mapping[str, Condition]
    coupons: Mapping[str, CouponBatch]
    payments: Mapping[str, PaymentSettings]
    content: tuple[Item, ...]
    rules: Mapping[str, Rule]
    campaigns: Mapping[str, Campaign]
    claims: tuple[ClaimOffer, ...]
    activities: Activities
    points: Points
    operators: Operators
    privacy: Privacy
    digest: str
    earlier: Mapping[tuple[str, str], Rule] = field(default_factory=dict)

    @property
    def connected(self) -> tuple[str, ...]:
        """Return the names of all accounts."""
        return (*self.accounts, *self.gateways)
