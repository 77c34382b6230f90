"""Coupons that another house hands out: asked for after they were given here, a page at a time."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.coupons import CouponBatch
from bot.domain.errors import OutcomeUnknown, SendError, StorageUnavailable, TryLater, Undeliverable
from bot.domain.payments import CashStock, CashWish, CouponIssuer
from bot.domain.telling import tell
from storage import alerts, cash_grants, revoking
from storage.cash_grants import Asking
from storage.database import Connection, Database
from storage.outbox.queue import enqueue

PAGE = 50
TOLD_FOR = timedelta(days=3)
SORRY = "coupons/not_granted"
NO_ADDRESS = "no_address"
FAULT = "fault"
# After so many attempts in vain operators hear of it: about two minutes.
PATIENCE = 4

log = structlog.get_logger("granting")


@dataclass(frozen=True, slots=True)
class House:
    """Another house: its name here, who asks it, and the account whose followers it knows."""

    name: str
    issuer: CouponIssuer
    account: str


class Granting:
    """A pass of the heart: each coupon is claimed before it is asked for, so processes share the work."""

    def __init__(
        self,
        database: Database,
        batches: Mapping[str, CouponBatch],
        houses: Mapping[str, House],
        ways: tuple[str, ...],
    ) -> None:
        """Hold the parts; `ways` are the routes by which members may be told something."""
        self._database, self._houses, self._ways = database, houses, ways
        self._batches = {
            name: one for name, one in batches.items() if one.cash is not None and one.cash.payment in houses
        }

    async def run(self, now: datetime) -> int:
        """Ask for a page of coupons; return how many were handed out."""
        names = tuple(self._batches)
        if not names or not await self._database.read(partial(cash_grants.waiting, batches=names, now=now)):
            return 0
        claim = partial(cash_grants.claim, batches=names, now=now, limit=PAGE)
        return sum(
            await asyncio.gather(*(self._grant(one, now) for one in await self._database.write(claim)))
        )

    async def _grant(self, asking: Asking, now: datetime) -> int:
        cash = self._batches[asking.batch].cash
        if cash is None:
            return 0
        house = self._houses[cash.payment]
        try:
            platform_id = await self._asked(asking, house, cash)
        except Undeliverable as error:
            await self._database.write(partial(self._refused, asking=asking, reason=error.reason, now=now))
            return 0
        except SendError as error:
            await self._put_off(asking, house, error, now)
            return 0
        except StorageUnavailable:
            raise
        except Exception as error:  # one coupon's fault must not keep the others from being asked for
            log.exception("grant_failed", coupon=asking.batch)
            await self._put_off(asking, house, OutcomeUnknown(FAULT, detail=type(error).__name__), now)
            return 0
        await self._database.write(partial(_granted, asking=asking, house=house, id_=platform_id, now=now))
        return 1

    async def _put_off(self, asking: Asking, house: House, error: SendError, now: datetime) -> None:
        log.warning("coupon_not_granted", coupon=asking.batch, reason=error.reason)
        await self._database.write(partial(_put_off, asking=asking, house=house, error=error, now=now))

    async def _asked(self, asking: Asking, house: House, cash: CashStock) -> str:
        find = partial(cash_grants.address, member_id=asking.member_id, account=house.account)
        address = await self._database.read(find)
        if not address:
            raise Undeliverable(NO_ADDRESS)
        return await house.issuer.grant(CashWish(address, cash.stock_id, asking.code))

    def _refused(self, c: Connection, asking: Asking, reason: str, now: datetime) -> None:
        """Take the coupon back, and tell the member, who was told that they have it."""
        if not cash_grants.refused(c, asking.code, reason, now):
            return
        revoking.revoke(c, asking.code, f"payment:{reason}", now)
        told = {"title": self._batches[asking.batch].title}
        orders = tell(asking.member_id, SORRY, f"cash:{asking.code}", self._ways, now, TOLD_FOR, told)
        enqueue(c, [order.message for order in orders])


def _granted(c: Connection, asking: Asking, house: House, id_: str, now: datetime) -> None:
    cash_grants.granted(c, asking.code, id_, now)
    alerts.clear(c, _alert(house), now)


def _put_off(c: Connection, asking: Asking, house: House, error: SendError, now: datetime) -> None:
    until = error.retry_at if isinstance(error, TryLater) else now
    cash_grants.put_off(c, asking.code, error.reason, until, now)
    if asking.attempt >= PATIENCE:
        alerts.raise_(c, _alert(house), "warning", str(error), now)


def _alert(house: House) -> str:
    return f"cash:{house.name}"
