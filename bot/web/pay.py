"""``POST /pay/{payment}``: WeChat Pay tells that a coupon was used.

https://pay.weixin.qq.com/docs/merchant/apis/cash-coupons/check-notice.html : signed like an answer, its
resource sealed, repeated until it is answered with 200. It is answered so once it is stored.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web

from bot.config import Config
from bot.domain.clock import Clock
from bot.domain.errors import CallbackRejected, StorageUnavailable
from bot.paying.signing import Forged, Signing
from bot.web.reading import body_of
from storage import cash_uses
from storage.database import Database

USED = "COUPON.USE"
LONGEST = 64

log = structlog.get_logger("pay")


class PayDoor:
    """Hears which coupons were used; repeating a notification is harmless."""

    def __init__(self, database: Database, clock: Clock, config: Config) -> None:
        """Know the merchants."""
        self._database, self._clock = database, clock
        self._signings: Mapping[str, Signing] = {}
        self._stocks: frozenset[tuple[str, str]] = frozenset()
        self.follow(config)

    def follow(self, config: Config) -> None:
        """Know this configuration's merchants from the next request on."""
        self._signings = {name: Signing(one) for name, one in config.payments.items()}
        cash = [one.cash for one in config.coupons.values() if one.cash is not None]
        self._stocks = frozenset((one.payment, one.stock_id) for one in cash)

    def routes(self) -> list[web.RouteDef]:
        """Return the route."""
        return [web.post("/pay/{payment}", self.receive)]

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one notification."""
        payment = request.match_info["payment"]
        signing, now = self._signings.get(payment), self._clock.now()
        if signing is None:
            return _answer(HTTPStatus.NOT_FOUND)
        try:
            body = await body_of(request)
            signing.verify(request.headers, body, now)
            told = json.loads(body)
            use = _use(signing.opened(told["resource"])) if told["event_type"] == USED else None
        except CallbackRejected as error:
            return _answer(HTTPStatus(error.status))
        except Forged as error:
            log.warning("notification_refused", payment=payment, reason=str(error))
            return _answer(HTTPStatus.UNAUTHORIZED)
        except (ValueError, KeyError, TypeError):
            return _answer(HTTPStatus.BAD_REQUEST)
        if use is None or (payment, use[0]) not in self._stocks:
            return _answer(HTTPStatus.OK)  # nothing of ours
        return await self._store(payment, use, now)

    async def _store(self, payment: str, use: tuple[str, str, str, datetime], now: datetime) -> web.Response:
        _, coupon_id, order_id, at = use
        try:
            work = partial(cash_uses.used, platform_id=coupon_id, order_id=order_id, at=at, now=now)
            outcome = await self._database.write(work)
        except StorageUnavailable:
            return _answer(HTTPStatus.SERVICE_UNAVAILABLE)
        if outcome == "unknown":
            # Its id may not be known yet: the answer that told it may still be on its way.
            return _answer(HTTPStatus.SERVICE_UNAVAILABLE)
        if outcome not in cash_uses.DONE:
            log.warning("use_not_noted", payment=payment, outcome=outcome)
        return _answer(HTTPStatus.OK)


def _use(resource: Mapping[str, Any]) -> tuple[str, str, str, datetime]:
    """Return stock, coupon, transaction, and when it was used."""
    consumed = resource["consume_information"]
    texts = [resource["stock_id"], resource["coupon_id"], consumed["transaction_id"]]
    if not all(isinstance(one, str) and 0 < len(one) <= LONGEST for one in texts):
        raise ValueError("not the ids of a use")
    at = datetime.fromisoformat(consumed["consume_time"])
    if at.tzinfo is None:
        raise ValueError("a moment needs its zone")
    stock_id, coupon_id, transaction_id = texts
    return stock_id, coupon_id, transaction_id, at


def _answer(status: HTTPStatus) -> web.Response:
    done = status is HTTPStatus.OK
    body = {"code": "SUCCESS" if done else "FAIL", "message": status.phrase}
    return web.json_response(body, status=status)
