"""The outbox in a forecast: the gates and routes as they are, over ledgers in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from bot.domain.delivery.batching import parts
from bot.domain.delivery.departures import Departure
from bot.domain.delivery.facts import facts_of
from bot.domain.delivery.gates import for_reply, program_of
from bot.domain.delivery.hours import next_time, zone_of
from bot.domain.delivery.judging import Candidate, judge
from bot.domain.delivery.pace import grant
from bot.domain.delivery.policy import DeliveryPolicy, ProgramGate
from bot.domain.delivery.reasons import Reason
from bot.domain.delivery.routes import REPLY, RouteRule
from bot.domain.delivery.routing import FOREVER, carries_code, quota_until
from bot.domain.delivery.verdict import Drop, Hold, Pass, Verdict
from bot.domain.delivery.world import Counted, Ledger, Standing, World
from bot.domain.forecast.series import DROPPED, HANDED, HELD, SENT, UNREACHABLE
from bot.domain.members import Holding
from bot.domain.outbox import OutboxMessage, OutboxState
from bot.domain.predicate import holds
from bot.domain.value import evolve
from scheduler.forecast.agenda import Agenda
from scheduler.forecast.being import Being, Row
from scheduler.forecast.census import Census
from scheduler.forecast.stock import Coupons

POOLED = frozenset({Reason.AWAITS_BATCH.value, Reason.ALONE.value})
CROWDED = frozenset({Reason.CAP.value, Reason.PRIORITY.value})
NO_DOOR = frozenset({
    Reason.NO_WINDOW.value, Reason.WINDOW_USED_UP.value, Reason.NO_GRANT.value, Reason.UNFOLLOWED.value,
    Reason.NO_ROUTE.value, Reason.QUOTA.value, Reason.NEEDS_CLAIM.value, Reason.ALONE.value,
})  # fmt: skip
SOONEST = timedelta(milliseconds=1)
NO_PROGRAM = ProgramGate()
# Counted sends are looked through for old ones when there are this many.
MANY = 12
Pooled = tuple[Being, Row, Pass]
# Whom, by which message and route, with which coupon, when.
Reached = Callable[[Being, Row, str, Holding | None, datetime], None]


@dataclass(slots=True)
class Post:
    """Delivers in one replicate; `reached` is told of every message that reached somebody."""

    policy: DeliveryPolicy
    programs: Mapping[str, ProgramGate]
    switches: Mapping[str, str]
    failing: Mapping[str, float]
    since: Callable[[datetime], datetime]
    coupons: Coupons
    census: Census
    agenda: Agenda
    rng: Random
    reached: Reached
    _arrivals: dict[str, datetime] = field(default_factory=dict)
    _pool: list[Pooled] = field(default_factory=list)

    def queue(self, being: Being, message: OutboxMessage) -> None:
        """Put a message into the member's outbox; the same key again does nothing."""
        if message.key not in being.rows:
            being.rows[message.key] = Row(message, message.due_at)
            self.census.wanted[program_of(message)].add(being.member.id)

    def answer(self, being: Being, message: OutboxMessage, now: datetime) -> bool:
        """Let the message be the answer to the callback that made it; tell whether it was."""
        row = being.rows.get(message.key)
        verdict = for_reply(message, World(facts_of(being.member)), self.policy, now)
        if row is None or not isinstance(verdict, Pass):
            return False
        order = message.coupon
        bare = order is None or bool(order.claim_keyword)
        if order is not None and not bare:
            if self.coupons.refusal(being, order.batch, now) is not None:
                return False
            self.coupons.take(being, order.batch, now)
        being.counted.append(Counted(message.purpose, now, REPLY))
        self._done(being, row, REPLY, now, with_coupon=not bare)
        return True

    def cancel(self, being: Being, reason: str, now: datetime, *, run: str = "", purpose: str = "") -> None:
        """End what still waits, of one run or of one purpose."""
        for row in list(being.rows.values()):
            message = row.message
            if (not run or message.enrollment_id == run) and (not purpose or message.purpose == purpose):
                self._end(being, row, OutboxState.SKIPPED, reason, now)

    def wake(self, being: Being, route: str, now: datetime) -> None:
        """Make due what waits for a door that opened."""
        for row in being.rows.values():
            if row.waiting and route in row.message.via:
                row.due_at, row.waiting = now, False

    def wake_held(self, being: Being, reason: str, now: datetime) -> None:
        """Make due what was held for this reason."""
        for row in being.rows.values():
            if row.reason == reason:
                row.due_at, row.waiting = now, False

    def run(self, being: Being, now: datetime) -> None:
        """Judge what is due and let it go, wait or end."""
        due = list(being.due(now))
        if not due:
            return
        self._forget_old(being, now)
        for row, verdict in self._verdicts(being, due, now):
            if isinstance(verdict, Pass):
                self._leave(being, row, verdict, now)
            elif isinstance(verdict, Hold):
                self._hold(being, row, verdict, now)
            else:
                self._drop(being, row, verdict, now)

    def _verdicts(self, being: Being, due: list[Row], now: datetime) -> list[tuple[Row, Verdict]]:
        """Judge together; a coupon that cannot be had frees the place it took, so judge again."""
        facts = facts_of(being.member)
        ledger = Ledger(tuple(being.counted), being.allowances)
        standing = {place: self._standing(being, row, now) for place, row in enumerate(due)}
        while True:
            candidates = [Candidate(place, row.message, standing[place]) for place, row in enumerate(due)]
            verdicts = judge(candidates, {facts.id: (facts, ledger)}, self.policy, now)
            refused = False
            for place, verdict in verdicts.items():
                order = due[place].message.coupon
                if not isinstance(verdict, Pass) or order is None or not carries_code(self._route(verdict)):
                    continue
                cause = self.coupons.refusal(being, order.batch, now)
                if cause is not None:
                    standing[place] = evolve(standing[place], coupon_refusal=cause.value)
                    self.coupons.refuse(order.batch, cause.value, now)
                    refused = True
            if not refused:
                return [(due[place], verdict) for place, verdict in verdicts.items()]

    def _standing(self, being: Being, row: Row, now: datetime) -> Standing:
        message, member = row.message, being.member
        name = program_of(message)
        program = self.programs.get(name, NO_PROGRAM)
        context, run = message.context, message.enrollment_id
        when = program.whens.get(message.step)
        stopped = name in self.switches or f"template:{message.template}" in self.switches
        return Standing(
            paused=not program.live or stopped,
            run_alive=not run or any(one.id == run and one.active for one in member.runs),
            exited=any(holds(one, member, now, context) for one in program.exits),
            passes=program.filter is None or holds(program.filter, member, now, context),
            when=when is None or holds(when, member, now, context),
            batch_at=row.reason_until if row.reason in POOLED else None,
        )

    def _route(self, verdict: Pass) -> RouteRule:
        return self.policy.routes[verdict.route]

    def _leave(self, being: Being, row: Row, verdict: Pass, now: datetime) -> None:
        route = self._route(verdict)
        account = route.account
        if f"account:{account}" in self.switches:
            self._hold(being, row, Hold(Reason.ACCOUNT_STOPPED, FOREVER), now)
            return
        if route.batch is not None:
            being.counted.append(Counted(row.message.purpose, now, route.name))
            being.rows.pop(row.message.key)
            if not self._pool:
                self.agenda.put(now, self.flush, late=True)
            self._pool.append((being, row, verdict))
            return
        slot = self._slot(account, row, now)
        if slot is not None:
            self._hold(being, row, Hold(Reason.RATE, slot), now)
            row.slot = True
            return
        self._call(being, row, verdict, now)

    def _slot(self, account: str, row: Row, now: datetime) -> datetime | None:
        """Return when the account's rate lets this call go, None when now; a promised slot is kept."""
        rate = self.policy.rates.get(account)
        if rate is None or row.slot:
            return None
        arrival = self._arrivals.get(account, now)
        given = grant(arrival, rate, 1, 1, now)
        self._arrivals[account] = given.arrival if given.calls else given.arrival + rate.interval
        return None if given.calls else given.next_at

    def _call(self, being: Being, row: Row, verdict: Pass, now: datetime) -> None:
        """Spend, count and send; what the platform refuses for good ends here."""
        message = row.message
        if self.failing.get(verdict.route, 0) > self.rng.random():
            self._end(being, row, OutboxState.FAILED, "refused", now)
            return
        if verdict.allowance is not None:
            left = being.allowances[verdict.allowance]
            being.allowances[verdict.allowance] = evolve(left, remaining=left.remaining - 1)
        being.counted.append(Counted(message.purpose, now, verdict.route))
        order = message.coupon
        carries = order is not None and carries_code(self._route(verdict))
        if order is not None and carries:
            self.coupons.take(being, order.batch, now)
        self._done(being, row, verdict.route, now, with_coupon=carries)

    def _done(self, being: Being, row: Row, route: str, now: datetime, *, with_coupon: bool) -> None:
        message = row.message
        holding = None
        if with_coupon and message.coupon is not None:
            holding = self.coupons.give(being, message.coupon.batch, now)
        program = program_of(message)
        self.census.note(SENT, program, f"{message.step}/{route}", self.census.day(now))
        self.census.reached[program].add(being.member.id)
        being.promised[message.rule, message.step] = now
        being.finish(row, OutboxState.SENT, now)
        self.reached(being, row, route, holding, now)

    def _hold(self, being: Being, row: Row, verdict: Hold, now: datetime) -> None:
        until = max(verdict.until, now + SOONEST)
        if row.hold(str(verdict.reason), until, waiting=verdict.waiting):
            day = self.census.day(now)
            self.census.note(HELD, program_of(row.message), row.reason, day)
            if row.reason in CROWDED:
                self.census.capped.add(being.member.id)
                self.census.crowded[day].add(being.member.id)

    def _drop(self, being: Being, row: Row, verdict: Drop, now: datetime) -> None:
        if verdict.handoff:
            self.census.note(HANDED, program_of(row.message), "", self.census.day(now))
        self._end(being, row, verdict.state, str(verdict.reason), now)

    def _end(self, being: Being, row: Row, state: OutboxState, reason: str, now: datetime) -> None:
        program, day = program_of(row.message), self.census.day(now)
        self.census.note(DROPPED, program, reason, day)
        # What expired while it waited for a door found none.
        door = row.reason if state is OutboxState.EXPIRED and row.waiting else reason
        if door in NO_DOOR:
            self.census.note(UNREACHABLE, program, door, day)
        being.finish(row, state, now)

    def flush(self, now: datetime) -> None:
        """Send what was pooled at this moment: members who get the same text share calls of a legal size."""
        pooled, self._pool = self._pool, []
        groups: dict[tuple[str, str, str, str], list[Pooled]] = {}
        for each in pooled:
            message = each[1].message
            same = (each[2].route, message.template, message.rule, repr(sorted(message.context.items())))
            groups.setdefault(same, []).append(each)
        for (name, *_), members in groups.items():
            route = self.policy.routes[name]
            by_id = dict(enumerate(members))
            departures = [_departure(place, one, name, now) for place, one in by_id.items()]
            for part in parts(departures, route.batch):
                for departure in part.members:
                    being, row, _ = by_id[departure.id]
                    if part.alone:
                        self._put_back(being, row, route, now)
                    elif not being.gone:
                        being.rows[row.message.key] = row
                        self._done(being, row, name, now, with_coupon=False)

    def _put_back(self, being: Being, row: Row, route: RouteRule, now: datetime) -> None:
        """Let a message that nobody shares wait for the next batch."""
        times = route.batch.at if route.batch else ()
        until = next_time(times, now, zone_of(None, self.policy.zone)) if times else now + SOONEST
        being.counted.remove(Counted(row.message.purpose, now, route.name))
        being.rows[row.message.key] = row
        self._hold(being, row, Hold(Reason.ALONE, min(until, row.message.expires_at), waiting=True), now)
        self.agenda.put(row.due_at, self.run_later, being)

    def run_later(self, being: Being, now: datetime) -> None:
        """Judge what is due of a member whose message came back from the pool."""
        if not being.gone:
            self.run(being, now)

    def close(self, being: Being, now: datetime) -> None:
        """Count the quotas that the member has used up."""
        for route in self.policy.routes.values():
            times = [place.at for place in being.counted if place.route == route.name]
            if route.quota is not None and quota_until(route.quota, times, self.policy.zone, now) is not None:
                self.census.used_up[route.name] = self.census.used_up.get(route.name, 0) + 1

    def _forget_old(self, being: Being, now: datetime) -> None:
        if len(being.counted) > MANY:
            since = self.since(now)
            being.counted = [place for place in being.counted if place.at >= since]


def _departure(place: int, pooled: Pooled, route: str, now: datetime) -> Departure:
    being, row, _ = pooled
    return Departure(place, row.message, route, str(being.member.id), "", now)


