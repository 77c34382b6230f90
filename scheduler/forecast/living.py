"""What members do of their own accord: who comes, who leaves, what a push or a coupon leads to."""

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random

from bot.domain.events import (
    COUPON_EXPIRED,
    COUPON_ISSUED,
    COUPON_REDEEMED,
    UNFOLLOWED,
    InboundEvent,
    Scalar,
)
from bot.domain.forecast.past import Deed, Piece, Pushed
from bot.domain.forecast.series import CAME, LEFT
from bot.domain.lifecycle.settling import CLOCK
from bot.domain.members import Holding, Link, Member
from bot.domain.value import evolve
from scheduler.forecast.agenda import Agenda
from scheduler.forecast.behaviour import CLAIM, Behaviour, Coming
from scheduler.forecast.being import NEVER, Being, Row
from scheduler.forecast.deeds import event_of, with_code
from scheduler.forecast.drawing import Draw
from scheduler.forecast.pieces import DAY, LASTS, is_lively, is_settled, louder_after, silence
from scheduler.forecast.stock import Coupons

# Deeds of a quiet day give way to what follows a push; those that use a coupon to nothing.
QUIET, ANYWAY = 0, -1
Hear = Callable[[Being, InboundEvent], None]


class Living:
    """Puts what members will do into the agenda."""

    def __init__(
        self,
        agenda: Agenda,
        behaviour: Behaviour,
        rng: Random,
        coupons: Coupons,
        accounts: frozenset[str],
        hear: Hear,
    ) -> None:
        """Hold the parts; `accounts` are those that answer a callback, `hear` is told of every deed."""
        self._agenda, self._behaviour, self._rng = agenda, behaviour, rng
        self._until = agenda.until
        self._coupons, self._census = coupons, coupons.census
        self._accounts, self._hear = accounts, hear
        self._number = 0
        self._next_id = 0
        self._first_midnight = NEVER
        self.beings: list[Being] = []

    def begin(self, beings: list[Being], last_id: int, now: datetime, midnight: datetime) -> None:
        """Let everybody live on from now; `midnight` is the one that comes."""
        self.beings, self._next_id, self._first_midnight = beings, last_id + 1, midnight
        for being in beings:
            self._plan(being, midnight)
            self._stay(being, now)
            for holding in being.member.holdings.values():
                if holding.state == "issued" and holding.code in being.codes:
                    self.got(being, holding, now)
        self._agenda.put(midnight, self._dawn)

    def lived(self, being: Being, now: datetime, *, acted: bool) -> None:
        """Plan anew if what the member did, or where they stand now, changes what they will do."""
        standing = (being.member.stage, self._day(now) if acted else being.standing[1])
        if standing != being.standing:
            being.standing = standing
            self._plan(being, self._midnight(now))

    def reached(self, being: Being, row: Row, program: str, now: datetime) -> None:
        """Let the member live the day that follows a push."""
        message = row.message
        keyword = message.coupon.claim_keyword if message.coupon else ""
        push = Pushed(now, program, message.step, message.purpose, message.coupon is not None, keyword)
        being.piece += 1
        being.covered_until = now + LASTS
        lively = is_lively((now - (being.member.last_active_at or being.member.known_since)) / DAY)
        for after, deed in self._behaviour.after(push, being.member.stage, self._rng, lively=lively):
            said = evolve(deed, text=keyword) if deed.text == CLAIM else deed
            self._agenda.put(now + after, self._do, being, said, being.piece)

    def announce(self, being: Being, kind: str, properties: Mapping[str, Scalar], now: datetime) -> None:
        """Let handlers and rules hear of something that we did."""
        self._agenda.put(now, self._do, being, Deed(kind, CLOCK, properties=properties), ANYWAY)

    def got(self, being: Being, holding: Holding, now: datetime) -> None:
        """Let the member use a coupon some day, or not before it is over."""
        if holding.expires_at is not None:
            self._agenda.put(max(holding.expires_at, now), self._run_out, being, holding.code)
        used = self._behaviour.use(holding.batch, self._rng, now - holding.at)
        if used is None or used.after is None:
            return
        at = holding.at + used.after
        piece = used.piece or ((timedelta(), Deed(COUPON_REDEEMED, "webhook")),)
        for after, deed in piece:
            self._agenda.put(max(at + after, now), self._do, being, with_code(deed, holding.code), ANYWAY)

    # --- days ---

    def _day(self, now: datetime) -> int:
        return (now - self._first_midnight) // DAY

    def _midnight(self, now: datetime) -> datetime:
        return now + DAY - (now - self._first_midnight) % DAY

    def _dawn(self, now: datetime) -> None:
        """Let today's newcomers come."""
        for coming in self._behaviour.newcomers(self._rng):
            self._agenda.put(now + coming.clock, self._come, coming)
        self._agenda.put(now + DAY, self._dawn)

    def _come(self, coming: Coming, now: datetime) -> None:
        account = next((deed.account for _, deed in coming.piece if deed.account), "")
        number, self._next_id = self._next_id, self._next_id + 1
        links = (Link(account, f"forecast-{number}", following=False, since=now),)
        being = Being(Member(number, now, links=links), piece=1, covered_until=now + LASTS)
        self.beings.append(being)
        self._census.note(CAME, "", "", self._census.day(now))
        for after, deed in coming.piece:
            self._agenda.put(now + after, self._do, being, deed, 1)
        self._plan(being, self._midnight(now))
        self._stay(being, now)

    def _stay(self, being: Being, now: datetime) -> None:
        after = self._behaviour.leaves_after(now - being.member.known_since, self._rng)
        if after is not None:
            self._agenda.put(now + after, self._leave, being)

    def _leave(self, being: Being, now: datetime) -> None:
        link = next((one for one in being.member.links if one.following), None)
        if link is not None and not being.gone:
            self._census.note(LEFT, "", "", self._census.day(now))
            self._do(being, Deed(UNFOLLOWED, link.account), ANYWAY, now)

    def _plan(self, being: Being, midnight: datetime) -> None:
        """Find the next day on which the member does something, if nothing happens to them before."""
        member = being.member
        being.plan += 1
        known_since, stage = member.known_since, member.stage
        last = member.last_active_at or known_since
        while midnight < self._until:
            silent_for = max((midnight - last) / DAY, 0.0)
            settled = is_settled((midnight - known_since) / DAY)
            draw = self._behaviour.quietly(stage, silence(silent_for), settled=settled)
            gap = draw.wait(self._rng) if draw is not None else math.inf
            edge = louder_after(silent_for) - silent_for
            if draw is not None and gap < edge:
                self._agenda.put(midnight + gap * DAY, self._wake, being, being.plan, draw)
                return
            if edge == math.inf:
                return
            midnight += math.ceil(edge) * DAY

    def _wake(self, being: Being, plan: int, day: Draw[Piece], now: datetime) -> None:
        if being.plan != plan or being.gone:
            return
        for after, deed in day.one(self._rng):
            self._agenda.put(now + after, self._do, being, deed, QUIET)
        self._plan(being, now + DAY)

    def _won(self, being: Being, batch: str, now: datetime) -> bool:
        """Give what somebody won or earned in an activity, if there is any."""
        refusal = self._coupons.refusal(being, batch, now)
        if refusal is not None:
            self._coupons.refuse(batch, refusal.value, now)
            return False
        self._coupons.take(being, batch, now)
        self.got(being, self._coupons.give(being, batch, now), now)
        return True

    def _run_out(self, being: Being, code: str, now: datetime) -> None:
        batch = self._coupons.expire(being, code, now)
        if batch and not being.gone:
            self.announce(being, COUPON_EXPIRED, {"coupon": batch}, now)

    # --- deeds ---

    def _do(self, being: Being, deed: Deed, piece: int, now: datetime) -> None:
        if (
            being.gone
            or (piece > 0 and being.piece != piece)
            or (piece == QUIET and now < being.covered_until)
        ):
            return
        # Those of rules and claims are told by ourselves, and given already.
        drawn = deed.kind == COUPON_ISSUED and piece != ANYWAY
        if drawn and not self._won(being, str(deed.properties["coupon"]), now):
            return
        self._number += 1
        event = event_of(deed, being.member.id, self._number, now, answering=deed.account in self._accounts)
        self._hear(being, event)
