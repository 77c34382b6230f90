"""The outbox in a forecast: the gates and routes as they are, over ledgers in memory."""

from datetime import datetime

from bot.domain.delivery.facts import facts_of
from bot.domain.delivery.gates import for_reply, program_of, stopped_by
from bot.domain.delivery.judging import Candidate, judge
from bot.domain.delivery.policy import ProgramGate
from bot.domain.delivery.reasons import POOLED, Reason
from bot.domain.delivery.routes import REPLY
from bot.domain.delivery.routing import FOREVER, carries_code, quota_since, quota_until
from bot.domain.delivery.verdict import Hold, Pass, Verdict
from bot.domain.delivery.world import Counted, Ledger, Standing, World
from bot.domain.outbox import OutboxMessage, OutboxState
from bot.domain.predicate import holds
from bot.domain.value import evolve
from scheduler.forecast.being import Being, Row
from scheduler.forecast.departing import Departing
from scheduler.forecast.office import Office, Outcomes
from storage import switches

NO_PROGRAM = ProgramGate()
# Counted sends are looked through for old ones when there are this many.
MANY = 12


class Post:
    """Delivers in one replicate."""

    def __init__(self, office: Office) -> None:
        """Hold what delivering goes by."""
        self._office = office
        self._outcomes = Outcomes(office)
        self._brake = switches.brake(office.switches)
        self._departing = Departing(office, self._outcomes, self._again)

    def queue(self, being: Being, message: OutboxMessage) -> None:
        """Put a message into the member's outbox; the same key again does nothing."""
        if message.key not in being.rows:
            being.rows[message.key] = Row(message, message.due_at)
            self._office.census.wanted[program_of(message)].add(being.member.id)

    def answer(self, being: Being, message: OutboxMessage, now: datetime) -> bool:
        """Let the message be the answer to the callback that made it; tell whether it was."""
        row = being.rows.get(message.key)
        verdict = for_reply(message, World(facts_of(being.member)), self._office.policy, now)
        if row is None or not isinstance(verdict, Pass):
            return False
        order = message.coupon
        bare = order is None or bool(order.claim_keyword)
        if order is not None and not bare:
            if self._office.coupons.refusal(being, order.batch, now) is not None:
                return False
            self._office.coupons.take(being, order.batch, now)
        being.counted.append(Counted(message.purpose, now, REPLY))
        self._outcomes.done(being, row, REPLY, now, with_coupon=not bare)
        return True

    def cancel(self, being: Being, reason: str, now: datetime, *, run: str = "", purpose: str = "") -> None:
        """End what still waits, of one run or of one purpose."""
        for row in list(being.rows.values()):
            message = row.message
            if (not run or message.enrollment_id == run) and (not purpose or message.purpose == purpose):
                self._outcomes.end(being, row, OutboxState.SKIPPED, reason, now)

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
        if self._brake:
            for row in due:
                self._outcomes.hold(being, row, Hold(Reason(self._brake), FOREVER), now)
            return
        self._forget_old(being, now)
        for row, verdict in self._verdicts(being, due, now):
            if isinstance(verdict, Pass):
                self._departing.leave(being, row, verdict, now)
            elif isinstance(verdict, Hold):
                self._outcomes.hold(being, row, verdict, now)
            else:
                self._outcomes.drop(being, row, verdict, now)

    def _verdicts(self, being: Being, due: list[Row], now: datetime) -> list[tuple[Row, Verdict]]:
        """Judge together; a coupon that cannot be had frees the place it took, so judge again."""
        facts = facts_of(being.member)
        ledger = Ledger(tuple(being.counted), being.allowances)
        standing = {place: self._standing(being, row, now) for place, row in enumerate(due)}
        while True:
            candidates = [Candidate(place, row.message, standing[place]) for place, row in enumerate(due)]
            verdicts = judge(candidates, {facts.id: (facts, ledger)}, self._office.policy, now)
            refused = False
            for place, verdict in verdicts.items():
                order = due[place].message.coupon
                if (
                    not isinstance(verdict, Pass)
                    or order is None
                    or not carries_code(self._office.policy.routes[verdict.route])
                ):
                    continue
                cause = self._office.coupons.refusal(being, order.batch, now)
                if cause is not None:
                    standing[place] = evolve(standing[place], coupon_refusal=cause.value)
                    self._office.coupons.refuse(order.batch, cause.value, now)
                    refused = True
            if not refused:
                return [(due[place], verdict) for place, verdict in verdicts.items()]

    def _standing(self, being: Being, row: Row, now: datetime) -> Standing:
        message, member = row.message, being.member
        name = program_of(message)
        program = self._office.programs.get(name, NO_PROGRAM)
        context, run = message.context, message.enrollment_id
        when = program.whens.get(message.step)
        stopped = any(switch in self._office.switches for switch in stopped_by(message))
        return Standing(
            paused=not program.live or stopped,
            run_alive=not run or any(one.id == run and one.active for one in member.runs),
            exited=any(holds(one, member, now, context) for one in program.exits),
            passes=program.filter is None or holds(program.filter, member, now, context),
            when=when is None or holds(when, member, now, context),
            batch_at=row.reason_until if row.reason in POOLED else None,
        )

    def close(self, being: Being, now: datetime) -> None:
        """Count what is left of the member's quotas."""
        policy, census = self._office.policy, self._office.census
        for name, route in policy.routes.items():
            if route.quota is None:
                continue
            times = [place.at for place in being.counted if place.route == name]
            if quota_until(route.quota, times, policy.zone, now) is not None:
                census.used_up[name] = census.used_up.get(name, 0) + 1
            else:
                begins = quota_since(route.quota, policy.zone, now)
                left = route.quota.max - sum(at >= begins for at in times)
                census.quota_left[name] = census.quota_left.get(name, 0) + left

    def _again(self, at: datetime, being: Being) -> None:
        self._office.agenda.put(at, self._run_later, being)

    def _run_later(self, being: Being, now: datetime) -> None:
        """Judge what is due of a member whose message came back from the pool."""
        if not being.gone:
            self.run(being, now)

    def _forget_old(self, being: Being, now: datetime) -> None:
        if len(being.counted) > MANY:
            since = self._office.since(now)
            being.counted = [place for place in being.counted if place.at >= since]
