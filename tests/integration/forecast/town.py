"""A small town lived twice: by the program's own parts on a database, and by a forecast of the same deeds."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.composition import group_of
from bot.config import Config, delivery_policy, rulebook
from bot.domain.channel import ReplyHandle
from bot.domain.content import Content
from bot.domain.delivery.batching import parts
from bot.domain.delivery.departures import Departure, Outcome, Postponed, Sent
from bot.domain.delivery.hours import next_time
from bot.domain.delivery.reasons import Reason
from bot.domain.events import InboundEvent
from bot.domain.lifecycle.campaign import Campaign
from bot.renderers import renderer_of
from bot.turns import Heard
from scheduler import lifecycle
from scheduler.campaigns import fire
from scheduler.jobs.nominal import nominal_after
from storage import announcements, coupons, due, outbox, redemption, rfm
from storage.database import Connection, Database
from storage.outbox import Ask
from tests.fakes import START

FOLK = 14
DAYS = 44
WORDS = (
    "你好", "营业时间", "面膜怎么卖", "宝宝的奶粉", "订阅优惠", "订阅优惠", "开启个性化", "TD", "我要投诉",
    "生日礼", "人工", "我的券", "在吗", "谢谢", "回来了",
)  # fmt: skip
KINDS = (*["member.message"] * 7, "member.menu_click", "member.scanned", "order.paid", "order.paid")
FAR = datetime.max.replace(tzinfo=START.tzinfo)


class Silent:
    """A channel whose answers nobody reads."""

    account = "shop"

    def answer(self, _handle: ReplyHandle | None, content: Content | None, _now: datetime) -> bytes:
        return repr(content).encode()


def story(seed: int) -> list[InboundEvent]:
    """What the people of a town do: most come early, some late; half of them fall silent for weeks."""
    chance = random.Random(seed)
    found: list[InboundEvent] = []
    for who in range(FOLK):
        at = START + timedelta(days=chance.uniform(0, 3 if who < FOLK * 2 // 3 else DAYS - 8))
        found.append(_event(chance, f"{seed}/{who}/0", "member.followed", who, at))
        until = at + timedelta(days=chance.choice((3, DAYS)))
        for turn in range(1, chance.randint(4, 16)):
            at += timedelta(hours=chance.choice((0.02, 0.5, 9, 30, 130)))
            if at < until:
                found.append(_event(chance, f"{seed}/{who}/{turn}", chance.choice(KINDS), who, at))
    end = START + timedelta(days=DAYS)
    return sorted((one for one in found if one.at < end), key=lambda one: one.at)


def _event(chance: random.Random, key: str, kind: str, who: int, at: datetime) -> InboundEvent:
    at = at.replace(microsecond=0)
    if kind == "order.paid":
        properties = {"order_id": key, "currency": "CNY"}
        return InboundEvent(
            key, "webhook", kind, at, f"shop:o{who}", "", properties, chance.randint(900, 9000)
        )
    said = chance.choice(WORDS) if kind == "member.message" else ""
    properties = {"key": "my_coupons"} if kind == "member.menu_click" else {"type": "text"}
    return InboundEvent(key, "shop", kind, at, f"shop:o{who}", said, properties, can_reply=True)


class Town:
    """The program's own parts, driven from moment to moment without a platform: every call succeeds."""

    def __init__(self, config: Config, database: Database) -> None:
        self._database = database
        self._book, self._policy = rulebook(config), delivery_policy(config)
        self._group = group_of(config, renderer_of(config))
        self._zone, self._campaigns = config.app.zone, tuple(config.campaigns.values())
        self.now = self._not_before = START
        database.transact(lambda c: coupons.sync(c, config.coupons.values()))

    def live(self, events: Sequence[InboundEvent], until: datetime) -> None:
        """Let everything happen that does before `until`."""
        left = list(events)
        night = self._night()
        turns = {one.name: self._turn(one, self.now) for one in self._campaigns}
        while True:
            upcoming = self._database.transact(self._next)
            at = max(min(upcoming, left[0].at if left else FAR, night, *turns.values()), self.now)
            if at >= until:
                self.now = until
                return
            self.now = at
            while left and left[0].at <= at:
                self._hear([left.pop(0)])
            if at >= night:
                self._database.transact(partial(rfm.score, now=at))
                night += timedelta(days=1)
            for one in self._campaigns:
                if at >= turns[one.name]:
                    self._database.transact(partial(fire, campaign=one, nominal=at, now=at))
                    turns[one.name] = self._turn(one, at)
            self._settle()

    def _turn(self, campaign: Campaign, after: datetime) -> datetime:
        return nominal_after(campaign.schedule, after, self._zone) or FAR

    def _night(self) -> datetime:
        """Return when scores are made next: half past three in Shanghai."""
        tonight = self.now.replace(hour=19, minute=30, second=0, microsecond=0)
        return tonight if tonight >= self.now else tonight + timedelta(days=1)

    def _next(self, c: Connection) -> datetime:
        rules = [rule.name for rule in self._book.ordered]
        sends = outbox.ahead(c).next_due
        if sends is not None:
            sends = max(sends, self._not_before)
        found = (due.next_due(c, rules), sends, redemption.next_expiry(c))
        return min((one for one in found if one is not None), default=FAR)

    def _hear(self, events: Sequence[InboundEvent]) -> None:
        heard = [Heard(one, ReplyHandle("o", "gh"), Silent()) for one in events]  # type: ignore[arg-type]  # it only answers
        self._database.transact(lambda c: self._group.work(c, heard, self.now))

    def _settle(self) -> None:
        while True:
            done = self._database.transact(lambda c: lifecycle.work(c, self._book, self.now, 500))[0]
            done += self._database.transact(self._announce)
            done += self._database.transact(self._send)
            if not done:
                return

    def _announce(self, c: Connection) -> int:
        announcements.coupons_expired(c, redemption.expire(c, self.now), self.now)
        events = announcements.waiting(c, 500)
        if events:
            self._group.work(c, [Heard(one, None, None) for one in events], self.now)
            announcements.handed_in(c, [one.key for one in events])
        return len(events)

    def _send(self, c: Connection) -> int:
        outbox.end_waits(c, self.now)
        pooled: list[Departure] = []
        done = 0
        while True:
            claimed = outbox.claim_due(c, Ask("town", self._policy, self.now, 500))
            done += claimed.looked
            self._not_before = claimed.next_at or START
            routes = self._policy.routes
            pooled += [one for one in claimed.departures if routes[one.route].batch is not None]
            direct = [Sent(one) for one in claimed.departures if routes[one.route].batch is None]
            outbox.record(c, direct, "town", self._policy, self.now)
            if not claimed.looked:
                break
        outbox.record(c, self._pooled(pooled), "town", self._policy, self.now)
        return done

    def _pooled(self, pooled: Sequence[Departure]) -> list[Outcome]:
        alike: dict[tuple[str, str, str, str], list[Departure]] = defaultdict(list)
        for one in pooled:
            message = one.message
            alike[one.route, message.template, message.rule, repr(sorted(message.context.items()))].append(
                one
            )
        found: list[Outcome] = []
        for (name, *_), members in alike.items():
            rule = self._policy.routes[name].batch
            for part in parts(members, rule):
                for one in part.members:
                    times = rule.at if rule is not None else ()
                    until = min(next_time(times, self.now, self._book.zone), one.message.expires_at)
                    alone = Postponed(one, Reason.ALONE, until, scope="member")
                    found.append(alone if part.alone else Sent(one))
        return found
