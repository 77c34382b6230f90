"""How each kind of effect is carried out, many at once; `storage.effects` calls these in their order."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.domain import effects as fx
from bot.domain.delivery.reasons import Reason
from storage import consents, events, group_posts, groups, handoffs, profile, receipts, redemption, segments
from storage.outbox.queue import wake_held

# Effects of one kind in the order decided, each with the account its event came through.
Marked = Sequence[tuple[Any, str]]


def _stages(connection: Connection, found: Marked, _now: datetime) -> None:
    profile.set_stages(connection, [effect for effect, _ in found])


def _reviews(connection: Connection, found: Marked, _now: datetime) -> None:
    profile.set_reviews(connection, {effect.member_id: effect.at for effect, _ in found})


def _attributes(connection: Connection, found: Marked, _now: datetime) -> None:
    profile.set_attributes(connection, found)


def _following(connection: Connection, found: Marked, _now: datetime) -> None:
    words = {(effect.member_id, effect.account): effect.following for effect, _ in found}
    profile.set_following(connection, words)


def _memberships(connection: Connection, found: Marked, _now: datetime) -> None:
    segments.change(connection, [effect for effect, _ in found])


def _consents(connection: Connection, found: Marked, _now: datetime) -> None:
    consents.record(connection, [effect for effect, _ in found])


def _suppressions(connection: Connection, found: Marked, now: datetime) -> None:
    over = consents.silence(connection, [effect for effect, _ in found])
    if over:
        wake_held(connection, Reason.HUMAN_SESSION, now, members=over)


def _handoffs(connection: Connection, found: Marked, _now: datetime) -> None:
    handoffs.open_all(connection, [effect for effect, _ in found])


def _redemptions(connection: Connection, found: Marked, now: datetime) -> None:
    for effect, _ in found:
        redemption.redeem(connection, effect.code, effect.order_id, effect.amount, now)


def _refunds(connection: Connection, found: Marked, now: datetime) -> None:
    for effect, _ in found:
        redemption.refund(connection, effect.member_id, effect.order_id, effect.amount, now)


def _groups(connection: Connection, found: Marked, _now: datetime) -> None:
    groups.move(connection, [effect for effect, _ in found])


def _recalls(connection: Connection, found: Marked, _now: datetime) -> None:
    events.forget_words(connection, [effect for effect, _ in found])


def _group_posts(connection: Connection, found: Marked, _now: datetime) -> None:
    group_posts.queue(connection, [effect for effect, _ in found])


def _receipts(connection: Connection, found: Marked, _now: datetime) -> None:
    receipts.record(connection, [effect for effect, _ in found])


IN_BULK: Mapping[type, Callable[[Connection, Marked, datetime], None]] = {
    fx.SetFollowing: _following,
    fx.SetAttributes: _attributes,
    fx.SetStage: _stages,
    fx.SetReview: _reviews,
    fx.SetMembership: _memberships,
    fx.SetConsent: _consents,
    fx.Suppress: _suppressions,
    fx.Handoff: _handoffs,
    fx.RedeemCoupon: _redemptions,
    fx.RefundCoupon: _refunds,
    fx.Receipt: _receipts,
    fx.JoinGroup: _groups,
    fx.SayInGroup: _group_posts,
    fx.ForgetMessage: _recalls,
}
