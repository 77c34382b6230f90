"""Business events: ``POST /v1/track|identify|alias|batch`` (Segment) and ``/v1/events`` (CloudEvents).

202 means stored, for good. 401, 400, 413, 415 and 422 say what to change, 503 that nothing was stored
and the same request should come again. Never a 500. Repeating a request is harmless: an event counts
once for its ``messageId`` or its ``source`` and ``id``.
"""

from collections.abc import Callable, Collection, Sequence
from http import HTTPStatus
from typing import Protocol

from aiohttp import web

from bot.domain.clock import Clock
from bot.domain.errors import CallbackMalformed, CallbackRejected, StorageUnavailable
from bot.domain.events import InboundEvent
from bot.web.events import bodies, cloud
from bot.web.events.desk import Desk
from bot.web.events.intake import Found, Reading
from bot.web.events.reading import UNREADABLE, parsed
from bot.web.events.signature import keys_of, signed_id
from bot.web.problems import Fault, Refused, problem
from bot.web.reading import MAX_BODY, body_of

MAX_BATCH_BODY = 512 * 1024
JSON = "application/json"


class Intake(Protocol):
    """Where events go; `bot.dispatcher.Dispatcher` is one."""

    async def accept(self, events: Sequence[InboundEvent]) -> None:
        """Return when all are stored; raise StorageUnavailable if not."""
        ...


class WebhookDoor:
    """Lets a shop's systems in. `count` is told every outcome: how many events, and a reason code."""

    def __init__(
        self,
        secrets: Collection[str],
        accounts: Collection[str],
        intake: Intake,
        desk: Desk,
        clock: Clock,
        count: Callable[[str, int], None] = lambda _outcome, _events: None,
    ) -> None:
        """Know the secrets (two during rotation) and the names of the accounts members have."""
        self._keys = keys_of(secrets)
        self._accounts = frozenset(accounts)
        self._intake = intake
        self._desk = desk
        self._clock = clock
        self._count = count

    def follow(self, secrets: Collection[str], accounts: Collection[str]) -> None:
        """Use these secrets and accounts from the next request on."""
        self._keys = keys_of(secrets)
        self._accounts = frozenset(accounts)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of this door."""
        paths = ("/v1/track", "/v1/identify", "/v1/alias", "/v1/batch", "/v1/events")
        return [web.post(path, self.receive) for path in paths]

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one request."""
        try:
            found = await self._taken(request)
        except Refused as error:
            self._count(error.faults[0].code, 0)
            return problem(error.status, error.faults)
        except StorageUnavailable:
            self._count("not_stored", 0)
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, [_NOT_STORED])
        self._count("accepted", len(found.events))
        return _accepted(found)

    async def _taken(self, request: web.Request) -> Found:
        """Return what a request brought, once it is stored."""
        call = request.path.removeprefix("/v1/")
        media = request.content_type.lower()
        body = await _body(request, MAX_BATCH_BODY if call == "batch" or media == cloud.BATCHED else MAX_BODY)
        now = self._clock.now()
        delivery = signed_id(request.headers, body, self._keys, now)
        if delivery is None:
            raise Refused(HTTPStatus.UNAUTHORIZED, _NOT_SIGNED)
        _demand_media(media, request.charset, call)
        found = await self._read(request, body, call, Reading(self._accounts, delivery, now))
        await self._refuse_nobody(found)
        if not found.events:
            faults = found.all_faults()
            unreadable = len(found.faults) == 1 and faults[0].code in UNREADABLE
            raise Refused(HTTPStatus.BAD_REQUEST if unreadable else HTTPStatus.UNPROCESSABLE_ENTITY, *faults)
        await self._intake.accept(list(found.events.values()))
        return found

    async def _read(self, request: web.Request, body: bytes, call: str, reading: Reading) -> Found:
        media = request.content_type.lower()
        if call != "events":
            return bodies.of_call(parsed(body), call, reading)
        if media == cloud.BATCHED:
            return bodies.of_clouds(parsed(body), reading)
        if media == cloud.STRUCTURED:
            return bodies.of_cloud(parsed(body), reading)
        if "ce-specversion" not in request.headers:
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, _NO_MODE)
        event = cloud.structured(request.headers, parsed(body) if body else None)
        fingerprint = cloud.fingerprint(request.headers)
        if not await self._desk.same_as_before(reading.delivery, fingerprint, reading.now):
            raise Refused(HTTPStatus.UNAUTHORIZED, _NOT_SIGNED)
        return bodies.of_cloud(event, reading)

    async def _refuse_nobody(self, found: Found) -> None:
        nobody = await self._desk.nobody(list(found.events.values()))
        for index, event in list(found.events.items()) if nobody else ():
            for name, field in (
                (event.known_as, "userId"),
                *((one, "previousId") for one in event.also_known_as),
            ):
                if name in nobody and index in found.events:
                    found.refuse(index, Fault("no_such_member", field, "no member has this number"))


_NOT_SIGNED = Fault(
    "not_authentic",
    "",
    "sign the exact bytes as Standard Webhooks: webhook-id, webhook-timestamp (within 5 minutes of our "
    "clock) and webhook-signature, with a secret configured here",
)
_NOT_STORED = Fault("not_stored", "", "nothing was stored; send the same request again later")
_NO_MODE = Fault("unknown_mode", "", f"send {cloud.STRUCTURED}, {cloud.BATCHED}, or ce- headers with {JSON}")
_BODY_FAULTS = {
    "too_large": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "send fewer events a request"),
    "too_slow": (HTTPStatus.REQUEST_TIMEOUT, "send the whole body within 5 seconds"),
    "content_encoding": (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send the body uncompressed"),
}


async def _body(request: web.Request, most: int) -> bytes:
    try:
        if "Content-Encoding" in request.headers:
            raise CallbackMalformed("content_encoding")
        return await body_of(request, most)
    except CallbackRejected as error:
        status, detail = _BODY_FAULTS.get(error.reason, (HTTPStatus.BAD_REQUEST, "send the body whole"))
        raise Refused(status, Fault(error.reason, "", detail)) from error


def _demand_media(media: str, charset: str | None, call: str) -> None:
    allowed = (JSON, cloud.STRUCTURED, cloud.BATCHED) if call == "events" else (JSON,)
    if media not in allowed or (charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        detail = f"send {' or '.join(allowed)} in UTF-8"
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, Fault("media_type", "", detail))


def _accepted(found: Found) -> web.Response:
    body: dict[str, object] = {"accepted": len(found.events)}
    if found.faults:
        body["rejected"] = [
            {"index": index, "errors": [{"code": f.code, "path": f.path, "detail": f.detail} for f in faults]}
            for index, faults in sorted(found.faults.items())
        ]
    return web.json_response(body, status=HTTPStatus.ACCEPTED)
