"""Messages that passed every gate, on their way: slots of the account's rate, single calls, pools."""

from collections.abc import Callable
from datetime import datetime

from bot.domain.delivery.batching import parts
from bot.domain.delivery.departures import Departure
from bot.domain.delivery.hours import next_time, zone_of
from bot.domain.delivery.pace import grant
from bot.domain.delivery.reasons import Reason
from bot.domain.delivery.routes import RouteRule
from bot.domain.delivery.routing import FOREVER, carries_code
from bot.domain.delivery.verdict import Hold, Pass
from bot.domain.delivery.world import Counted
from bot.domain.outbox import OutboxState
from bot.domain.value import evolve
from scheduler.forecast.being import Being, Row
from scheduler.forecast.office import SOONEST, Office, Outcomes
from scheduler.forecast.reading import Reading

Pooled = tuple[Being, Row, Pass]
# Has a member's messages looked at again at a moment.
Again = Callable[[datetime, Being], None]


class Departing:
    """Lets messages go."""

    def __init__(self, office: Office, outcomes: Outcomes, again: Again) -> None:
        """Hold the parts; `again` has a member's messages looked at once more."""
        self._office, self._outcomes, self._again = office, outcomes, again
        self._arrivals: dict[str, datetime] = {}
        self._pool: list[Pooled] = []
        self._reading = Reading(office.library)

    def leave(self, being: Being, row: Row, verdict: Pass, now: datetime) -> None:
        """Send the message, pool it, or give it a slot later."""
        route = self._office.policy.routes[verdict.route]
        account = route.account
        if f"account:{account}" in self._office.switches:
            self._outcomes.hold(being, row, Hold(Reason.ACCOUNT_STOPPED, FOREVER), now)
            return
        if route.batch is not None:
            being.counted.append(Counted(row.message.purpose, now, route.name))
            being.rows.pop(row.message.key)
            if not self._pool:
                self._office.agenda.put(now, self.flush, late=True)
            self._pool.append((being, row, verdict))
            return
        slot = self._slot(account, row, now)
        if slot is not None:
            self._outcomes.hold(being, row, Hold(Reason.RATE, slot), now)
            row.slot = True
            return
        self._call(being, row, verdict, now)

    def _slot(self, account: str, row: Row, now: datetime) -> datetime | None:
        """Return when the account's rate lets this call go, None when now; a promised slot is kept."""
        rate = self._office.policy.rates.get(account)
        if rate is None or row.slot:
            return None
        arrival = self._arrivals.get(account, now)
        given = grant(arrival, rate, 1, 1, now)
        self._arrivals[account] = given.arrival if given.calls else given.arrival + rate.interval
        return None if given.calls else given.next_at

    def _call(self, being: Being, row: Row, verdict: Pass, now: datetime) -> None:
        """Spend, count and send; what the platform refuses for good ends here."""
        message = row.message
        if self._office.failing.get(verdict.route, 0) > self._office.rng.random():
            self._outcomes.end(being, row, OutboxState.FAILED, "refused", now)
            return
        personal = verdict.personalised and self._office.policy.routes[verdict.route].personal
        if not self._reading.has_news(being, message, now, personal=personal):
            self._outcomes.end(being, row, OutboxState.FAILED, Reason.NOTHING_NEW, now)
            return
        if verdict.allowance is not None:
            left = being.allowances[verdict.allowance]
            being.allowances[verdict.allowance] = evolve(left, remaining=left.remaining - 1)
        being.counted.append(Counted(message.purpose, now, verdict.route))
        order = message.coupon
        carries = order is not None and carries_code(self._office.policy.routes[verdict.route])
        if order is not None and carries:
            self._office.coupons.take(being, order.batch, now)
        self._outcomes.done(being, row, verdict.route, now, with_coupon=carries)

    def flush(self, now: datetime) -> None:
        """Send what was pooled at this moment: members who get the same text share calls of a legal size."""
        pooled, self._pool = self._pool, []
        groups: dict[tuple[str, str, str, str], list[Pooled]] = {}
        for each in pooled:
            message = each[1].message
            same = (each[2].route, message.template, message.rule, repr(sorted(message.context.items())))
            groups.setdefault(same, []).append(each)
        for (name, *_), members in groups.items():
            route = self._office.policy.routes[name]
            by_id = dict(enumerate(members))
            departures = [_departure(place, one, name, now) for place, one in by_id.items()]
            for part in parts(departures, route.batch):
                for departure in part.members:
                    being, row, _ = by_id[departure.id]
                    if part.alone:
                        self._put_back(being, row, route, now)
                    elif not being.gone:
                        being.rows[row.message.key] = row
                        self._reading.has_news(being, row.message, now, personal=False)
                        self._outcomes.done(being, row, name, now, with_coupon=False)

    def _put_back(self, being: Being, row: Row, route: RouteRule, now: datetime) -> None:
        """Let a message that nobody shares wait for the next batch."""
        times = route.batch.at if route.batch else ()
        until = next_time(times, now, zone_of(None, self._office.policy.zone)) if times else now + SOONEST
        being.counted.remove(Counted(row.message.purpose, now, route.name))
        being.rows[row.message.key] = row
        self._outcomes.hold(
            being, row, Hold(Reason.ALONE, min(until, row.message.expires_at), waiting=True), now
        )
        self._again(row.due_at, being)


def _departure(place: int, pooled: Pooled, route: str, now: datetime) -> Departure:
    being, row, _ = pooled
    return Departure(place, row.message, route, str(being.member.id), "", now)
