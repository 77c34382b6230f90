"""What a platform lets us do, and when: the shape of `routes:` in the configuration."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

REPLY = "reply"
CUSTOMER_SERVICE = "customer_service"
TEMPLATE_MESSAGE = "template_message"
SUBSCRIPTION_NOTICE = "subscription_notice"
MASS = "mass"
DIRECT = "direct"
GROUP = "group"
WECOM_KF = "wecom_kf"
WECOM_MASS = "wecom_mass"
# Ways to answer one person later, whatever platform they are on.
TALKS = frozenset({CUSTOMER_SERVICE, DIRECT, WECOM_KF})
GRANT = "subscription_grant"

Month = Literal["calendar_month"]


@dataclass(frozen=True, slots=True)
class WindowRule:
    """An event of this kind opens the route for `allowance` sends within `lasts`."""

    opened_by: str
    allowance: int
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `max` sends per member (or group) by the route in a rolling time or a month of the app."""

    max: int
    per: timedelta | Month


@dataclass(frozen=True, slots=True)
class BatchRule:
    """Sends are pooled and leave at these times of the app's zone, `min` to `max` members a call."""

    at: tuple[time, ...]
    min: int
    max: int


@dataclass(frozen=True, slots=True)
class RouteRule:
    """One way to a member.

    `method` is the kind of call a channel understands (the route's own name unless the file says
    otherwise). Empty `purposes` means every purpose. `personal` false: only text that is the same for
    everybody. `needs` is ``subscription_grant`` or nothing. `key` is the platform's idempotency key and
    `key_lasts` how long it protects; no key: at most once, and a doubtful send becomes *unknown*.
    `confirmed_by` names who must confirm by hand on the platform.
    """

    name: str
    method: str
    account: str
    windows: tuple[WindowRule, ...] = ()
    purposes: frozenset[str] = frozenset()
    personal: bool = True
    needs: str = ""
    key: str = ""
    key_lasts: timedelta = timedelta()
    quota: Quota | None = None
    per_group: bool = False
    batch: BatchRule | None = None
    confirmed_by: str = ""

    def serves(self, purpose: str) -> bool:
        """Return whether the route may carry this purpose at all.

        A template message is never marketing, whatever the file says ("不支持广告等营销类消息"):
        https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Template_Message_Interface.html
        """
        if self.method == TEMPLATE_MESSAGE and purpose == "marketing":
            return False
        return not self.purposes or purpose in self.purposes

    def key_lives(self, keyed_at: datetime | None, now: datetime) -> bool:
        """Return whether a call made at `keyed_at` may be repeated harmlessly at `now`."""
        return bool(self.key) and keyed_at is not None and now < keyed_at + self.key_lasts


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `sends` calls per `per`, evenly spread."""

    sends: float
    per: timedelta = timedelta(seconds=1)

    @property
    def interval(self) -> timedelta:
        """Return the time between two calls at the full rate."""
        return self.per / self.sends
