"""The small world the gates look at: facts of one member, the ledgers, and where the message stands."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from bot.domain.value import evolve, value


@value
class MemberFacts:
    """What the gates know of the member.

    `addresses` maps an account to the member's platform address there, only while they follow.
    `consents` holds the last word on each purpose, `suppressed` until when a purpose is silent.
    """

    id: int
    zone: str | None = None
    addresses: Mapping[str, str] = field(default_factory=dict)
    consents: Mapping[str, bool] = field(default_factory=dict)
    suppressed: Mapping[str, datetime] = field(default_factory=dict)


@value
class Counted:
    """A send that took a place under the caps and quotas; `rival` when it took it in this very claim."""

    purpose: str
    at: datetime
    route: str = ""
    rival: bool = False


@value
class Allowance:
    """What a route still allows; `rival` when a message of this very claim took the last of it."""

    remaining: int
    expires_at: datetime | None = None
    rival: bool = False


@value
class Ledger:
    """What the member was sent and what is still allowed.

    `allowances` is keyed by (route, platform template); `rests` by ``account:shop`` or
    ``route:mass``, until when the platform wants silence there. `busy` tells that another runner's call
    to the member is under way.
    """

    counted: tuple[Counted, ...] = ()
    allowances: Mapping[tuple[str, str], Allowance] = field(default_factory=dict)
    rests: Mapping[str, datetime] = field(default_factory=dict)
    busy: bool = False

    def after(self, key: tuple[str, str] | None, counted: Counted) -> "Ledger":
        """Return the ledger once a send is reserved: its place counted, one allowance of `key` spent."""
        allowances = self.allowances
        if key is not None:
            left = allowances[key]
            allowances = {**allowances, key: evolve(left, remaining=left.remaining - 1, rival=True)}
        return evolve(self, counted=(*self.counted, counted), allowances=allowances)


@value
class Standing:
    """Where this message stands: what its rule says now, and what could be reserved for it.

    `batch_at` is the batch time it was pooled for, `coupon_refusal` why no coupon could be reserved,
    `rate_at` when the account's next call is allowed (None: now).
    """

    paused: bool = False
    run_alive: bool = True
    exited: bool = False
    passes: bool = True
    when: bool = True
    batch_at: datetime | None = None
    coupon_refusal: str = ""
    rate_at: datetime | None = None


UNCONCERNED = Standing()


@value
class World:
    """Everything that decides about one message besides the message, the policy and the moment."""

    member: MemberFacts
    ledger: Ledger = field(default_factory=Ledger)
    standing: Standing = UNCONCERNED
