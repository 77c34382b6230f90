"""How rules and campaigns stand, and coupons."""

from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from bot.domain import programs
from bot.domain.commanding.asks import AskCoupon, AskPrograms, CouponFound, Programs
from storage import enrollments, switches
from storage.commands.orders import Looks
from storage.tables import table
from storage.tables.delivery import CouponBatchRow, CouponRow, OutboxRow

COUPON = table(CouponRow)
BATCH = table(CouponBatchRow)
OUTBOX = table(OutboxRow)


def _programs(c: Connection, ask: AskPrograms, _now: datetime) -> Programs:
    on = switches.all_on(c)
    paused = frozenset(name for name in on if name.startswith((programs.RULE, programs.CAMPAIGN)))
    states: dict[str, int] = {}
    if ask.name:
        mine = or_(OUTBOX.c.rule == ask.name, OUTBOX.c.campaign == ask.name)
        counted = select(OUTBOX.c.state, func.count()).where(mine).group_by(OUTBOX.c.state)
        states = {str(state): int(count) for state, count in c.execute(counted)}
    return Programs(enrollments.running(c), paused, states, switches.activities(on))


def _coupon(c: Connection, ask: AskCoupon, _now: datetime) -> CouponFound | None:
    code = c.execute(select(COUPON).where(COUPON.c.code == ask.name.strip().upper())).one_or_none()
    if code is not None:
        return CouponFound(
            code.batch,
            code.code,
            code.state,
            code.member_id,
            code.issued_at,
            code.expires_at,
            code.redeemed_at,
        )
    batch = c.execute(select(BATCH).where(BATCH.c.name == ask.name.strip())).one_or_none()
    if batch is None:
        return None
    issued, redeemed = c.execute(
        select(func.count(COUPON.c.issued_at), func.count(COUPON.c.redeemed_at)).where(
            COUPON.c.batch == batch.name
        )
    ).one()
    return CouponFound(batch.name, stock=batch.stock, taken=batch.taken, issued=issued, redeemed=redeemed)


LOOKS: Looks = {AskPrograms: _programs, AskCoupon: _coupon}
