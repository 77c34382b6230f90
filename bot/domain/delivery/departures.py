"""A message that passed every gate, and what became of sending it."""

from datetime import datetime

from bot.domain.content_choice import NOTHING, Shelf
from bot.domain.coupons import Coupon
from bot.domain.outbox import OutboxMessage
from bot.domain.value import value


@value
class Profile:
    """What a message may say of its member."""

    name: str | None = None
    stage: str = ""
    birthday: str | None = None
    source: str | None = None
    tags: tuple[str, ...] = ()
    level: str = ""
    points: int = 0


@value
class Departure:
    """A claimed row: reserved in every ledger, to be sent by `route` to `address`, once.

    `allowance` is what was spent (route, platform template). `attempt` counts from 1.
    `keyed_at` is when the platform may first have seen the key. `shelf` is what it shows of the library.
    """

    id: int
    message: OutboxMessage
    route: str
    address: str
    platform_key: str
    claimed_at: datetime
    personalised: bool = True
    allowance: tuple[str, str] | None = None
    coupon: Coupon | None = None
    profile: Profile = Profile()
    attempt: int = 1
    keyed_at: datetime | None = None
    shelf: Shelf = NOTHING


@value
class Sent:
    """The platform took it; `receipt` says what it still waits for there, such as an employee."""

    departure: Departure
    platform_id: str = ""
    text: str = ""
    receipt: str = ""


@value
class Refused:
    """It was not sent and never will be by this route; `correction` as in `Undeliverable`."""

    departure: Departure
    reason: str
    correction: str = ""
    detail: str = ""


@value
class Postponed:
    """It was not sent; try again at `until`. `scope` and `slower` as in `TryLater`."""

    departure: Departure
    reason: str
    until: datetime
    scope: str = "message"
    slower: bool = False
    detail: str = ""


@value
class InDoubt:
    """It may have been sent; only the route's key makes a repeat harmless.

    `rest_until` is set when the platform seems to ail: until then its account is better left alone.
    """

    departure: Departure
    reason: str
    detail: str = ""
    rest_until: datetime | None = None


@value
class Stopped:
    """It was not sent, and the platform refuses the whole account."""

    departure: Departure
    reason: str
    detail: str = ""


Outcome = Sent | Refused | Postponed | InDoubt | Stopped
