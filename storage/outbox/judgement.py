"""One chunk on its way through the gates and into the ledgers."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from bot.domain.content_choice import EMPTY, Library
from bot.domain.coupons import Coupon, CouponClaim
from bot.domain.delivery.departures import Departure, Profile
from bot.domain.delivery.judging import Candidate, judge
from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.delivery.reasons import Reason
from bot.domain.delivery.routing import FOREVER, carries_code
from bot.domain.delivery.verdict import Hold, Pass, Verdict
from bot.domain.delivery.world import Ledger, MemberFacts
from storage import allowances, coupons, holdings, rates, switches
from storage.outbox.due import note_codes, take
from storage.outbox.standing import Due, standings
from storage.outbox.stopping import stop
from storage.world import Known, View, load

ROUNDS = 5


class ContendedError(Exception):
    """Somebody else took what the gates counted on; roll back and claim again."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Who claims what: at most `limit` due rows, or those of `ids` that are due."""

    owner: str
    policy: DeliveryPolicy
    now: datetime
    limit: int = 50
    ids: tuple[int, ...] | None = None
    library: Library = EMPTY


class Judgement:
    """One chunk on its way through the gates."""

    def __init__(self, c: Connection, ask: Ask, pace: rates.Pace, due: list[Due]) -> None:
        self._c = c
        self._ask = ask
        self._due = {row.id: row for row in due}
        rests = dict(pace.rests)
        rests |= {name: FOREVER for name in pace.off if name.startswith(switches.ACCOUNT)}
        view = View(ask.policy, rests, ask.owner, ask.now)
        members = sorted({row.message.member_id for row in due})
        self._known = load(c, members, view)
        for member_id in members:
            self._known.setdefault(member_id, Known(MemberFacts(member_id), Ledger(), Profile()))
        self._worlds = {member_id: (one.facts, one.ledger) for member_id, one in self._known.items()}
        self._standing = standings(c, due, ask.policy, pace, ask.now)
        self._coupons: dict[str, Coupon] = {}
        self._earlier: dict[str, Coupon] = {}

    def settle(self) -> tuple[list[Departure], int]:
        """Return what may leave now, reserved everywhere, and how many rows were judged."""
        verdicts = self._judge(self._due)
        self._reserve_coupons(verdicts)
        self._reserve_rate(verdicts)
        passes = {row_id: verdict for row_id, verdict in verdicts.items() if isinstance(verdict, Pass)}
        self._spend(passes)
        self._recall(passes)
        departures = [self._departure(self._due[row_id], verdict) for row_id, verdict in passes.items()]
        self._mark(departures)
        held = [(self._due[row_id], verdict) for row_id, verdict in verdicts.items() if row_id not in passes]
        stop(self._c, held, self._ask.policy, self._ask.now)
        return departures, len(verdicts)

    def _judge(self, ids: Iterable[int]) -> dict[int, Verdict]:
        candidates = [Candidate(row_id, self._due[row_id].message, self._standing[row_id]) for row_id in ids]
        return judge(candidates, self._worlds, self._ask.policy, self._ask.now)

    def _reserve_coupons(self, verdicts: dict[int, Verdict]) -> None:
        """Reserve what passing messages bring; a refusal frees the place it took, so judge again."""
        for _ in range(ROUNDS):
            wanted = [
                self._due[row_id]
                for row_id, verdict in verdicts.items()
                if isinstance(verdict, Pass) and self._needs_coupon(row_id, verdict)
            ]
            if not wanted:
                return
            claims = [
                CouponClaim(row.message.key, order.batch, row.message.member_id, order.basis)
                for row in wanted
                if (order := row.message.coupon)
            ]
            outcome = coupons.reserve(self._c, claims, self._ask.now)
            refused: set[int] = set()
            for row in wanted:
                got = outcome[row.message.key]
                if isinstance(got, Coupon):
                    self._coupons[row.message.key] = got
                else:
                    self._standing[row.id] = replace(self._standing[row.id], coupon_refusal=str(got))
                    refused.add(row.message.member_id)
            again = [row.id for row in self._due.values() if row.message.member_id in refused]
            verdicts |= self._judge(again)
        raise ContendedError("coupons")

    def _needs_coupon(self, row_id: int, verdict: Pass) -> bool:
        message = self._due[row_id].message
        if message.coupon is None or message.key in self._coupons:
            return False
        return carries_code(self._ask.policy.routes[verdict.route])

    def _reserve_rate(self, verdicts: dict[int, Verdict]) -> None:
        """Take the account's calls last; who gets none waits its turn and returns its coupon."""
        by_account: dict[str, list[int]] = {}
        for row_id, verdict in verdicts.items():
            if isinstance(verdict, Pass) and self._ask.policy.routes[verdict.route].batch is None:
                by_account.setdefault(self._ask.policy.routes[verdict.route].account, []).append(row_id)
        wanted = {account: len(ids) for account, ids in by_account.items()}
        for account, grant in rates.reserve(self._c, wanted, self._ask.policy, self._ask.now).items():
            for row_id in by_account[account][grant.calls :]:
                self._standing[row_id] = replace(self._standing[row_id], rate_at=grant.next_at)
                verdicts[row_id] = Hold(Reason.RATE, grant.next_at)
        kept = {self._due[row_id].message.key for row_id, one in verdicts.items() if isinstance(one, Pass)}
        unused = [key for key in self._coupons if key not in kept]
        if unused:
            coupons.give_back(self._c, unused, self._ask.now)

    def _spend(self, passes: dict[int, Pass]) -> None:
        wanted = [
            (self._due[row_id].message.member_id, *verdict.allowance)
            for row_id, verdict in passes.items()
            if verdict.allowance is not None
        ]
        if wanted and not allowances.spend(self._c, wanted):
            raise ContendedError("allowances")

    def _recall(self, passes: Iterable[int]) -> None:
        """Let messages without a coupon of their own speak of the one their run brought earlier."""
        messages = [self._due[row_id].message for row_id in passes]
        runs = [(one.member_id, one.enrollment_id, one.rule) for one in messages if one.coupon is None]
        earlier = holdings.brought(self._c, [run for run in runs if run[1]]) if runs else {}
        self._earlier = {
            one.key: earlier[one.enrollment_id] for one in messages if one.enrollment_id in earlier
        }

    def _departure(self, row: Due, verdict: Pass) -> Departure:
        known = self._known[row.message.member_id]
        route = self._ask.policy.routes[verdict.route]
        return Departure(
            row.id,
            row.message,
            verdict.route,
            known.facts.addresses[route.account],
            row.platform_key,
            self._ask.now,
            verdict.personalised,
            verdict.allowance,
            self._coupons.get(row.message.key) or self._earlier.get(row.message.key),
            known.profile,
            row.attempts + 1,
            self._ask.now if route.key and route.batch is None else None,
        )

    def _mark(self, departures: list[Departure]) -> None:
        by_route: dict[str, list[int]] = {}
        for departure in departures:
            by_route.setdefault(departure.route, []).append(departure.id)
        for name, ids in by_route.items():
            route = self._ask.policy.routes[name]
            keyed = bool(route.key) and route.batch is None
            if take(self._c, ids, self._ask.owner, name, self._ask.now, keyed=keyed) != len(ids):
                raise ContendedError("rows")
        reserved = {one.id: self._coupons.get(one.message.key) for one in departures}
        note_codes(self._c, {row_id: coupon.code for row_id, coupon in reserved.items() if coupon})
