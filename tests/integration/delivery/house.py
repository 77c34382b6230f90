"""A small shop to deliver in: a database, a pretend channel, plain words, a sender."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from bot.domain.channel import Accepted, Callback, Capability, Channel, Delivery, RawCallback, ReplyHandle
from bot.domain.content import Content, Text
from bot.domain.delivery.policy import CapRule, ConsentRule, DeliveryPolicy
from bot.domain.delivery.routes import BatchRule, Quota, RouteRule, WindowRule
from bot.domain.effects import OpenWindow
from bot.domain.outbox import CouponOrder, OutboxMessage, Unreachable
from bot.sender import Caller, Sender, Wording
from storage import allowances, outbox, switches
from storage.database import Database
from storage.tables import table
from storage.tables.delivery import OutboxRow
from storage.tables.members import ConsentRow, IdentityRow, MemberRow
from tests.fakes import ManualClock

OUTBOX = table(OutboxRow)
HOURS = timedelta(hours=1)

CUSTOMER_SERVICE = RouteRule(
    "customer_service", "customer_service", "shop", windows=(WindowRule("member.message", 5, 48 * HOURS),)
)
TEMPLATE = RouteRule(
    "template_message", "template_message", "shop", purposes=frozenset({"service"}), key="client_msg_id",
    key_lasts=timedelta(minutes=10),
)  # fmt: skip
NOTICE = RouteRule("subscription_notice", "subscription_notice", "shop", needs="subscription_grant")
MASS = RouteRule(
    "mass", "mass", "shop", personal=False, key="clientmsgid", key_lasts=timedelta(hours=24),
    quota=Quota(4, "calendar_month"), batch=BatchRule((time(10), time(19, 30)), 2, 10_000),
)  # fmt: skip
ROUTES = {route.name: route for route in (CUSTOMER_SERVICE, TEMPLATE, NOTICE, MASS)}
POLICY = DeliveryPolicy(
    routes=ROUTES,
    consent={"marketing": ConsentRule("marketing", "opt_in")},
    caps=(CapRule("marketing", 1, timedelta(days=1)), CapRule("marketing", 3, timedelta(days=7))),
)


class PlainWords:
    """Renders a message as its name and whom it is for; names in `broken` can't be rendered."""

    def __init__(self, broken: frozenset[str] = frozenset()) -> None:
        self.broken = broken

    def render(
        self, name: str, method: str, values: Mapping[str, object], personalised: bool = True
    ) -> Content:
        if name in self.broken:
            raise ValueError("no such value")
        member = values["member"]
        assert isinstance(member, dict)
        coupon = values.get("coupon")
        code = f" {coupon['code']}" if isinstance(coupon, dict) else ""
        return Text(f"{name} {member['number'] if personalised else 'all'}{code}")


@dataclass
class PretendChannel:
    """Takes what it is given; `answers` may raise for a delivery, `pause_s` is how long a call takes."""

    account: str = "shop"
    capabilities: frozenset[Capability] = frozenset()
    taken: list[Delivery] = field(default_factory=list)
    answers: Callable[[Delivery], None] | None = None
    pause_s: float = 0.0
    under_way: dict[str, int] = field(default_factory=dict)
    most_at_once: int = 0
    most_to_one: int = 0

    async def send(self, delivery: Delivery) -> Accepted:
        for address in delivery.to:
            self.under_way[address] = self.under_way.get(address, 0) + 1
        self.most_at_once = max(self.most_at_once, sum(self.under_way.values()))
        self.most_to_one = max(self.most_to_one, *self.under_way.values())
        await asyncio.sleep(self.pause_s)
        for address in delivery.to:
            self.under_way[address] -= 1
        if self.answers is not None:
            self.answers(delivery)
        self.taken.append(delivery)
        return Accepted(platform_id=f"p{len(self.taken)}")

    def parse(self, request: RawCallback, now: datetime) -> Callback:
        raise NotImplementedError

    def answer(self, handle: ReplyHandle | None, content: Content | None, now: datetime) -> bytes:
        raise NotImplementedError


@dataclass
class House:
    """The shop's database with the sender's parts."""

    database: Database
    clock: ManualClock
    channel: PretendChannel = field(default_factory=PretendChannel)
    policy: DeliveryPolicy = POLICY
    words: PlainWords = field(default_factory=PlainWords)

    def sender(self, owner: str = "one", concurrency: int = 32) -> Sender:
        channels: Mapping[str, Channel] = {"shop": self.channel}
        wording = Wording(self.words)
        caller = Caller(self.policy, wording, channels, self.clock, random.Random(1))
        return Sender(self.database, caller, self.clock, owner, concurrency)

    def members(self, count: int, *, consent: bool = True, window: int = 5) -> list[int]:
        """Add members who follow; `window` opens customer service for that many sends (0: none)."""
        now = self.clock.now()

        def work(c: Connection) -> list[int]:
            row = MemberRow(stage="new", known_since=now).model_dump(exclude={"id"})
            statement = insert(table(MemberRow)).returning(table(MemberRow).c.id)
            ids = list(c.execute(statement, [row] * count).scalars())
            c.execute(
                insert(table(IdentityRow)),
                [
                    {"known_as": f"shop:o{one}", "member_id": one, "account": "shop", "following": True,
                     "since": now, "source": "", "cipher": None}
                    for one in ids
                ],
            )  # fmt: skip
            if consent:
                said = {"purpose": "marketing", "granted": True, "at": now, "basis": "", "proof": ""}
                c.execute(insert(table(ConsentRow)), [{"member_id": one, **said} for one in ids])
            if window:
                allowances.open_windows(c, [self.window(one, window) for one in ids])
            return ids

        return self.database.transact(work)

    def window(self, member_id: int, allowance: int = 5, lasts: timedelta = 48 * HOURS) -> OpenWindow:
        now = self.clock.now()
        return OpenWindow(member_id, "customer_service", allowance, "member.message", now, now + lasts)

    def message(
        self,
        member_id: int,
        key: str = "",
        **changes: Any,  # noqa: ANN401 - any field of a message
    ) -> OutboxMessage:
        now = self.clock.now()
        plain = OutboxMessage(
            key=key or f"k{member_id}",
            member_id=member_id,
            template="hello",
            purpose="service",
            via=("customer_service",),
            created_at=now,
            due_at=now,
            expires_at=now + timedelta(days=3),
        )
        return replace(plain, **changes)

    def queue(self, messages: Sequence[OutboxMessage]) -> None:
        self.database.transact(lambda c: outbox.enqueue(c, messages))

    def rows(self) -> dict[str, Any]:
        """Return the outbox by key."""
        return {row.key: row for row in self.database.transact(lambda c: c.execute(select(OUTBOX)).all())}

    def switch(self, name: str, value: str) -> None:
        now = self.clock.now()
        if value:
            self.database.transact(lambda c: switches.turn_on(c, name, "laoli", now, value))
        else:
            self.database.transact(lambda c: switches.turn_off(c, name))

    def states(self) -> dict[str, str]:
        return {key: row.state for key, row in self.rows().items()}

    def left(self, member_id: int, route: str = "customer_service", template: str = "") -> int:
        ledger = allowances.ALLOWANCE
        door = (ledger.c.member_id == member_id) & (ledger.c.route == route) & (ledger.c.template == template)
        statement = select(ledger.c.remaining).where(door)
        found: int = self.database.transact(lambda c: c.execute(statement).scalar_one())
        return found


def coupon(batch: str = "new10", basis: str = "new_customer", claim_keyword: str = "") -> CouponOrder:
    return CouponOrder(batch, basis, claim_keyword)


WAIT = Unreachable.WAIT
