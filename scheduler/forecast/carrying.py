"""What effects do to a member's ledgers in a forecast; what they do to the member was folded before."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.domain import effects as fx
from bot.domain import programs
from bot.domain.coupons import Refusal
from bot.domain.delivery.reasons import Reason
from bot.domain.delivery.world import Allowance
from bot.domain.events import COUPON_ISSUED
from bot.domain.folding import fold
from bot.domain.forecast.series import ENTERED, EXITED, GOAL, HANDED, HELD_OUT
from bot.domain.lifecycle.enrollment import EnrollmentState
from bot.domain.members import Holding
from scheduler.forecast.being import Being
from scheduler.forecast.census import Census
from scheduler.forecast.post import Post
from scheduler.forecast.stock import Coupons

# A message written in the last second of a promise.
GRACE = timedelta(minutes=1)
Got = Callable[[Being, Holding, datetime], None]


class Carrier:
    """Carries effects out."""

    def __init__(self, post: Post, coupons: Coupons, census: Census, got: Got) -> None:
        """Hold the ledgers; `got` is told of every coupon given."""
        self._post, self._coupons, self._census, self._got = post, coupons, census, got
        self._acts: Mapping[type, Callable[[Being, Any, datetime], None]] = {
            fx.QueueMessage: self._queue,
            fx.CancelMessages: self._cancel,
            fx.OpenWindow: self._open,
            fx.EarnGrant: self._earn,
            fx.Enroll: self._entered,
            fx.MoveEnrollment: self._moved,
            fx.RedeemCoupon: self._redeem,
            fx.EndSilence: self._end_silence,
            fx.Handoff: self._hand_off,
            fx.EraseMember: self._erase,
        }

    def carry(self, being: Being, effects: Sequence[fx.Effect], now: datetime) -> list[fx.Effect]:
        """Carry out what was decided and folded; return what its outcome led to, carried out as well."""
        outcome: list[fx.Effect] = []
        for effect in effects:
            if isinstance(effect, fx.IssueCoupon | fx.Attempt):
                outcome += self._attempt(being, effect, now)
            else:
                act = self._acts.get(type(effect))
                if act is not None:
                    act(being, effect, now)
        return outcome

    def _queue(self, being: Being, effect: fx.QueueMessage, _now: datetime) -> None:
        self._post.queue(being, effect.message)

    def _cancel(self, being: Being, effect: fx.CancelMessages, now: datetime) -> None:
        self._post.cancel(being, effect.reason, now, run=effect.enrollment_id, purpose=effect.purpose)

    def _redeem(self, being: Being, effect: fx.RedeemCoupon, now: datetime) -> None:
        self._coupons.redeem(being, effect.code, effect.amount, now)

    def _end_silence(self, being: Being, _effect: fx.EndSilence, now: datetime) -> None:
        self._post.wake_held(being, Reason.HUMAN_SESSION, now)

    def _hand_off(self, _being: Being, effect: fx.Handoff, now: datetime) -> None:
        self._census.note(HANDED, "", effect.queue, self._census.day(now))

    def _erase(self, being: Being, _effect: fx.EraseMember, _now: datetime) -> None:
        being.gone = not being.member.links

    def _open(self, being: Being, window: fx.OpenWindow, now: datetime) -> None:
        """Open a window as the ledger does: the larger of old and new, an expired one counts for nothing."""
        key = (window.route, "")
        old = being.allowances.get(key)
        left, until = window.allowance, window.expires_at
        if old is not None and old.expires_at is not None and old.expires_at > window.opened_at:
            left, until = max(old.remaining, left), max(old.expires_at, until)
        being.allowances[key] = Allowance(left, until)
        self._post.wake(being, window.route, now)

    def _earn(self, being: Being, grant: fx.EarnGrant, now: datetime) -> None:
        key = (grant.route, grant.template)
        old = being.allowances.get(key)
        had = old.remaining if old is not None else 0
        being.allowances[key] = Allowance(had + 1 if grant.accepted else 0)
        if grant.accepted:
            self._post.wake(being, grant.route, now)

    def _entered(self, _being: Being, effect: fx.Enroll, now: datetime) -> None:
        run = effect.enrollment
        day, program = self._census.day(now), programs.of_rule(run.rule)
        self._census.note(ENTERED, program, "", day)
        if run.held_out:
            self._census.note(HELD_OUT, program, "", day)

    def _moved(self, _being: Being, move: fx.MoveEnrollment, now: datetime) -> None:
        run, day = move.enrollment, self._census.day(now)
        if any(line.state == GOAL for line in move.trail):
            self._census.note(GOAL, programs.of_rule(run.rule), "", day)
        elif run.state is EnrollmentState.EXITED:
            self._census.note(EXITED, programs.of_rule(run.rule), run.reason, day)

    def _attempt(self, being: Being, effect: fx.IssueCoupon | fx.Attempt, now: datetime) -> list[fx.Effect]:
        action = effect.action if isinstance(effect, fx.Attempt) else effect
        if isinstance(action, fx.AskSurvey):
            self._ask(being, action)
        if not isinstance(action, fx.IssueCoupon):
            return []
        refusal = self._unpromised(being, action, now) or self._coupons.refusal(being, action.batch, now)
        follows: tuple[fx.Effect, ...] = ()
        if refusal is not None:
            self._coupons.refuse(action.batch, refusal.value, now)
        else:
            self._coupons.take(being, action.batch, now)
            self._got(being, self._coupons.give(being, action.batch, now), now)
            about = {"coupon": action.batch, "basis": action.basis}
            follows = (fx.Emit(being.member.id, COUPON_ISSUED, f"{action.key}#issued", now, about),)
        if isinstance(effect, fx.Attempt):
            chosen = (
                effect.ok
                if refusal is None
                else effect.failed.get(refusal.value, effect.failed.get("otherwise", ()))
            )
            follows = (*chosen, *follows)
        for one in follows:
            being.member = fold(being.member, one)
        return [*follows, *self.carry(being, follows, now)]

    def _ask(self, being: Being, action: fx.AskSurvey) -> None:
        """Queue the question of who was not asked lately."""
        name, at = action.survey.name, action.message.created_at
        before = being.asked.get(name)
        if before is None or abs(at - before[1]) >= action.again:
            being.asked[name] = (action.message.key, at)
            self._post.queue(being, action.message)

    def _unpromised(self, being: Being, action: fx.IssueCoupon, now: datetime) -> Refusal | None:
        if action.promised_by is None:
            return None
        sent_at = being.promised.get(action.promised_by)
        if sent_at is None:
            return Refusal.CLOSED
        late = action.lasts is not None and now - sent_at > action.lasts + GRACE
        return Refusal.EXPIRED if late else None
