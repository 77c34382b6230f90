"""``POST /v1/redeem``: the shop's own till uses a coupon up, signed like every business event.

The body is ``{"code": …, "order_id": …, "amount": …}``, the amount in yuan and without the coupon. 200 tells
what it is worth, and the same order again the same; 409 says why a code of ours cannot be used, 404 that it
is none.
"""

import json
from collections.abc import Collection
from http import HTTPStatus

from aiohttp import web

from bot.config import Config
from bot.domain.clock import Clock
from bot.domain.coupons import worth
from bot.domain.errors import CallbackMalformed, CallbackRejected, StorageUnavailable
from bot.domain.scope import yuan
from bot.web.events.money import minor
from bot.web.events.reading import parsed
from bot.web.events.signature import keys_of, signed_id
from bot.web.problems import Fault, Refused, malformed, problem, unfit
from bot.web.reading import MAX_BODY, body_of
from storage.database import Database
from storage.till import Used, use_up

LONGEST = 128
DONE = frozenset({"redeemed", "again"})
_NOT_SIGNED = Fault("not_signed", "", "sign the request as Standard Webhooks does")
_NOT_STORED = Fault("not_stored", "", "send the same request again")


class Till:
    """Lets the shop's till use coupons up; repeating a request is harmless."""

    def __init__(self, secrets: Collection[str], database: Database, clock: Clock, config: Config) -> None:
        """Know the secrets, and what each batch is worth."""
        self._keys = keys_of(secrets)
        self._database, self._clock, self._config = database, clock, config

    def follow(self, config: Config) -> None:
        """Use this configuration from the next request on."""
        self._keys, self._config = keys_of(config.webhook_secrets), config

    def routes(self) -> list[web.RouteDef]:
        """Return the route."""
        return [web.post("/v1/redeem", self.redeem)]

    async def redeem(self, request: web.Request) -> web.Response:
        """Answer one request."""
        try:
            code, order_id, amount = await self._read(request)
            now = self._clock.now()
            used = await self._database.write(
                lambda c: use_up(c, code, order_id, "till", now, lambda batch: self._paid(batch, amount))
            )
        except Refused as error:
            return problem(error.status, error.faults)
        except StorageUnavailable:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, [_NOT_STORED])
        if used.outcome == "unknown":
            return problem(HTTPStatus.NOT_FOUND, [Fault("unknown_code", "code", "this is no code of ours")])
        if used.outcome not in DONE:
            why = Fault(f"code_{used.outcome}", "code", f"this code is {used.outcome}")
            return problem(HTTPStatus.CONFLICT, [why])
        return web.json_response(self._told(used, amount), dumps=_dumped)

    async def _read(self, request: web.Request) -> tuple[str, str, int]:
        try:
            body = await body_of(request, MAX_BODY)
        except (CallbackMalformed, CallbackRejected) as error:
            raise malformed("unreadable", "send a small JSON body") from error
        if signed_id(request.headers, body, self._keys, self._clock.now()) is None:
            raise Refused(HTTPStatus.UNAUTHORIZED, _NOT_SIGNED)
        document = parsed(body)
        if not isinstance(document, dict):
            raise malformed("not_an_object", "send a JSON object")
        found = {name: document.get(name) for name in ("code", "order_id")}
        for name, value in found.items():
            if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
                raise unfit(f"bad_{name}", name, "write a text of up to 128 characters")
        return (
            str(found["code"]).strip(),
            str(found["order_id"]),
            minor(document.get("amount", 0), "amount"),
        )

    def _paid(self, name: str, amount: int) -> int:
        """Return what is paid of an amount with a coupon of this batch."""
        batch = self._config.coupons.get(name)
        return max(0, amount - worth(batch, amount)) if batch is not None else amount

    def _told(self, used: Used, amount: int) -> dict[str, object]:
        batch = self._config.coupons.get(used.batch)
        off = worth(batch, amount) if batch is not None else 0
        title = batch.title if batch is not None else used.batch
        return {"outcome": used.outcome, "coupon": used.batch, "title": title, "off": yuan(off)}


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
