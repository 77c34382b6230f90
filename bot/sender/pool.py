"""Rows of pooled routes: gathered during a pass and sent as batches of identical bytes at its end."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from hashlib import sha256

import structlog

from bot.domain.channel import Delivery
from bot.domain.content import Content
from bot.domain.delivery.batching import parts
from bot.domain.delivery.departures import Departure, InDoubt, Outcome, Postponed, Refused, Sent
from bot.domain.delivery.hours import next_time, zone_of
from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.delivery.reasons import Reason
from bot.domain.delivery.routes import RouteRule
from bot.domain.errors import SendError
from bot.sender.calls import Caller
from bot.sender.wording import said
from storage import outbox
from storage.database import Connection, Database
from storage.outbox.mass import MassBatch, mass_batch

log = structlog.get_logger("sender")


class Pool:
    """Claimed rows that wait for the end of the pass."""

    def __init__(self) -> None:
        """Begin empty."""
        self._pooled: list[Departure] = []

    def keep_pooled(self, departures: Iterable[Departure], policy: DeliveryPolicy) -> list[Departure]:
        """Keep rows whose route is pooled and return the others."""
        direct: list[Departure] = []
        for departure in departures:
            pooled = policy.routes[departure.route].batch is not None
            (self._pooled if pooled else direct).append(departure)
        return direct

    async def send(self, database: Database, caller: Caller, owner: str, *, tidy: bool) -> int:
        """Send what was pooled, with `tidy` also what a dead runner left; return how many calls were made."""
        pooled, self._pooled = self._pooled, []
        now = caller.clock.now()
        policy = caller.policy
        groups, outcomes = _worded(pooled, caller)
        batches = []
        for (name, _), (content, members) in groups.items():
            route = policy.routes[name]
            for part in parts(members, route.batch):
                if part.alone:
                    outcomes += [_alone(one, route, policy, now) for one in part.members]
                else:
                    batches.append(mass_batch(name, content, part.members, now))
        if outcomes:
            await database.write(lambda c: outbox.record(c, outcomes, owner, policy, now))
        adopted: list[MassBatch] = []
        if tidy:
            adopted += await database.write(lambda c: outbox.adopt_batches(c, owner, policy, now))
        for batch in batches:
            # The batch and its key are stored before the call, so that a crash repeats this very call.
            stored = await database.write(partial(outbox.store_batch, batch=batch, owner=owner))
            adopted += [stored] if stored.members else []
        for batch in adopted:
            await self._call(database, caller, batch, owner)
        return len(adopted)

    async def _call(self, database: Database, caller: Caller, batch: MassBatch, owner: str) -> None:
        route = caller.policy.routes[batch.route]
        outcomes = await _outcomes(caller, batch, route)
        now = caller.clock.now()

        def work(c: Connection) -> None:
            outbox.record(c, outcomes, owner, caller.policy, now)
            outbox.close_batch(c, batch.key, outcomes[0])

        await database.write(work)


def _worded(
    pooled: Iterable[Departure], caller: Caller
) -> tuple[dict[tuple[str, bytes], tuple[Content, list[Departure]]], list[Outcome]]:
    """Return the rows grouped by route and identical bytes, and outcomes of those that can't be worded."""
    known: dict[tuple[str, ...], Content | None] = {}
    groups: dict[tuple[str, bytes], tuple[Content, list[Departure]]] = {}
    failed: list[Outcome] = []
    for departure in pooled:
        message = departure.message
        values = repr((sorted(message.context.items()), departure.shelf))
        asked = (departure.route, message.template, message.rule, values)
        if asked not in known:
            known[asked] = _content(departure, caller)
        content = known[asked]
        if content is None:
            failed.append(Refused(departure, Reason.UNRENDERABLE))
            continue
        digest = sha256(repr(content).encode()).digest()
        groups.setdefault((departure.route, digest), (content, []))[1].append(departure)
    return groups, failed


def _content(departure: Departure, caller: Caller) -> Content | None:
    try:
        return caller.wording.content(departure, caller.policy.routes[departure.route])
    except Exception:  # a template's fault is its rows' end, never their neighbours'
        log.exception("message_not_rendered", template=departure.message.template)
        return None


def _alone(departure: Departure, route: RouteRule, policy: DeliveryPolicy, now: datetime) -> Outcome:
    times = route.batch.at if route.batch else ()
    until = next_time(times, now, zone_of(None, policy.zone)) if times else now
    return Postponed(departure, Reason.ALONE, min(until, departure.message.expires_at), scope="member")


async def _outcomes(caller: Caller, batch: MassBatch, route: RouteRule) -> list[Outcome]:
    channel = caller.channels.get(route.account)
    first = batch.members[0]
    if channel is None:
        return [Refused(one, Reason.NO_CHANNEL) for one in batch.members]
    to = tuple(one.address for one in batch.members if one.address)
    delivery = Delivery(route.method, to, batch.content, batch.key if route.key else "")
    try:
        accepted = await channel.send(delivery)
    except SendError as error:
        outcome = caller.failed(first, error)
        return [replace(outcome, departure=one) for one in batch.members]
    except Exception as error:  # nobody can say whether the call had its effect
        log.exception("send_failed", route=batch.route, batch=batch.key)
        doubt = caller.doubted(InDoubt(first, Reason.DOUBTFUL, type(error).__name__))
        return [replace(doubt, departure=one) for one in batch.members]
    caller.understood(first)
    words = said(batch.content)
    return [Sent(one, accepted.platform_id, words) for one in batch.members]
