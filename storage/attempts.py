"""Effects whose outcome decides what happens next: whoever knows the ledger says what came of each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from bot.domain import effects as fx
from bot.domain.effects import (
    Attempt,
    BindOperator,
    Effect,
    Emit,
    IssueCoupon,
    QueueMessage,
    Reply,
    SayInGroup,
)
from bot.domain.value import evolve
from storage import (
    binding,
    check_days,
    check_ins,
    coupon_wishes,
    draw_entries,
    invitations,
    opinions,
    parties,
    point_wishes,
    referrals,
)
from storage.outcomes import Came, Resolver

OTHERWISE = "otherwise"


def _bind(connection: Connection, actions: Sequence[BindOperator], now: datetime) -> list[Came]:
    return [Came(binding.bind(connection, action, now) or "") for action in actions]


RESOLVERS: Mapping[type, Resolver] = {
    BindOperator: _bind,
    IssueCoupon: coupon_wishes.resolve,
    fx.ChangePoints: point_wishes.change,
    fx.TakeBackPoints: point_wishes.take_back,
    fx.TellPoints: point_wishes.tell,
    fx.ExchangePoints: point_wishes.exchange,
    fx.CheckInToday: check_ins.check_in,
    fx.TellDays: check_days.tell,
    fx.TellBoard: check_days.board,
    fx.MakeUpDay: check_ins.make_up,
    fx.EnterDraw: draw_entries.enter,
    fx.TellDraw: draw_entries.tell,
    fx.OpenParty: parties.open_party,
    fx.JoinParty: parties.join,
    fx.AskSurvey: opinions.ask,
    fx.AnswerSurvey: opinions.survey,
    fx.AnswerPoll: opinions.poll,
    fx.Invite: invitations.invite,
    fx.NoteReferral: referrals.note,
    fx.QualifyReferral: referrals.qualify,
    fx.RefundReferral: referrals.refund,
    fx.LeaveReferral: referrals.leave,
}


def resolve(connection: Connection, groups: Sequence[Sequence[Effect]], now: datetime) -> list[list[Effect]]:
    """Do what the groups attempt and return, for each group, what follows from the outcome.

    What follows is the branch of an attempt that its outcome chose, told what came of it and with
    attempts in it resolved as well, and whatever happened besides (`coupon.issued` for a coupon given now).
    """
    outcomes: list[list[Effect]] = [[] for _ in groups]
    pending = [(place, one) for place, group in enumerate(groups) for one in group if _uncertain(one)]
    while pending:
        again: list[tuple[int, Effect]] = []
        for kind, some in groupby(pending, key=lambda one: type(_action(one[1]))):
            wishes = list(some)
            came = RESOLVERS[kind](connection, [_action(effect) for _, effect in wishes], now)
            for (place, effect), one in zip(wishes, came, strict=True):
                followed = [_told(each, one) for each in _branch(effect, one)]
                outcomes[place] += [*followed, *one.followed]
                again += [(place, each) for each in followed if _uncertain(each)]
        pending = again
    return outcomes


def _uncertain(effect: Effect) -> bool:
    return type(effect) is Attempt or type(effect) in RESOLVERS


def _action(effect: Effect) -> Any:
    return effect.action if isinstance(effect, Attempt) else effect


def _branch(effect: Effect, came: Came) -> tuple[Effect, ...]:
    if not isinstance(effect, Attempt):
        return ()
    if not came.reason:
        return effect.ok
    return effect.failed.get(came.reason, effect.failed.get(OTHERWISE, ()))


def _told(effect: Effect, came: Came) -> Effect:
    """Return what is said or announced of an outcome with its facts."""
    if not came.facts:
        return effect
    if isinstance(effect, Reply | SayInGroup):
        return evolve(effect, context={**effect.context, **came.facts})
    if isinstance(effect, QueueMessage):
        message = evolve(effect.message, context={**effect.message.context, **came.facts})
        return evolve(effect, message=message)
    if isinstance(effect, Emit):
        return evolve(effect, properties={**effect.properties, **came.facts})
    return effect
