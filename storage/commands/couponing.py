"""Coupons used up and taken back by operators."""

from sqlalchemy import Connection

from bot.domain.commanding.acts import Done
from bot.domain.commanding.playing import RedeemCode, RevokeCode
from storage import revoking, till
from storage.commands.orders import Deeds, Given


def _redeem(c: Connection, act: RedeemCode, given: Given) -> Done:
    used = till.use_up(c, act.code, act.order_id, f"operator:{given.by.signed}", given.now)
    return Done(used.outcome, said=used.state)


def _revoke(c: Connection, act: RevokeCode, given: Given) -> Done:
    row = till.find(c, act.code)
    code = row.code if row is not None else act.code
    outcome = revoking.revoke(c, code, act.cause[:200], given.now, f"operator:{given.by.signed}")
    return Done(outcome, said=outcome if outcome != "unknown" else "")


DEEDS: Deeds = {RedeemCode: _redeem, RevokeCode: _revoke}
