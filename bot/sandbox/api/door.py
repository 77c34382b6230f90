"""The way in for every API call: faults, credentials, method, quota, and only then the endpoint."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.web_request import FileField

from bot.sandbox.account import Account
from bot.sandbox.api.call import Blob, Call, Endpoint, Upload
from bot.sandbox.api.mishaps import WRECKING, wreck
from bot.sandbox.api.table import ENDPOINTS
from bot.sandbox.people import Member
from bot.sandbox.record import masked
from bot.sandbox.refusal import Refusal, answer
from bot.sandbox.shapes import Json
from bot.sandbox.world import World

_SECRETS = frozenset({"access_token", "secret", "appsecret"})
_HEADERS = {"Content-Type": "application/json; encoding=utf-8"}


def serve_api(world: World) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """One aiohttp handler for the whole API."""

    async def handle(request: web.Request) -> web.StreamResponse:
        with world.presence.flight():
            path = request.path
            raw, upload = await _read(request)
            fault = world.faults.strike(path, WRECKING)
            if fault is not None and fault.kind != "accept_then_hang":
                world.record.call(
                    request.method, path, query=_query(request), fault=fault.kind, value=fault.value
                )
                return await wreck(world, request, fault)
            response = await _answer(world, request, raw, upload)
            return response if fault is None else await wreck(world, request, fault)

    return handle


async def _answer(world: World, request: web.Request, raw: bytes, upload: Upload | None) -> web.Response:
    account: Account | None = None
    body: Json = {}
    result: Json | Blob
    try:
        endpoint = _endpoint(request.path)
        body = _parsed(raw)
        account = _caller(world, request, body, endpoint)
        _check_method(request, endpoint, raw, upload)
        account.quotas.spend(request.path, world.clock.now())
        result = await _act(world, account, request, body, upload, endpoint)
        errcode = 0
    except Refusal as refusal:
        errcode = refusal.errcode
        result = answer(errcode, world.rid(), refusal.note, refusal.extra)
        _blame(world, request.path, account, body, refusal)
    name = account.name if account else None
    world.record.call(
        request.method, request.path, account=name, query=_query(request), body=_masked(body), errcode=errcode
    )
    if isinstance(result, Blob):
        return web.Response(body=result.data, content_type=result.content_type)
    return web.Response(body=json.dumps(result, ensure_ascii=False).encode(), headers=_HEADERS)


async def _act(
    world: World,
    account: Account,
    request: web.Request,
    body: Json,
    upload: Upload | None,
    endpoint: Endpoint,
) -> Json | Blob:
    """Run the endpoint. Calls to one openid must not overlap (43108); latency is real time."""
    member = _addressee(account, body) if endpoint.to_one else None
    if member is not None:
        if member.in_flight:
            raise Refusal(43108)
        member.in_flight += 1
    try:
        await asyncio.sleep(account.link.latency)
        return endpoint.act(
            Call(world, account, request.path, request.query, body, upload, world.clock.now())
        )
    finally:
        if member is not None:
            member.in_flight -= 1


def _endpoint(path: str) -> Endpoint:
    if path not in ENDPOINTS:
        raise Refusal(40066)
    return ENDPOINTS[path]


def _addressee(account: Account, body: Json) -> Member | None:
    openid = body.get("touser")
    return account.people.by_openid(openid) if isinstance(openid, str) else None


async def _read(request: web.Request) -> tuple[bytes, Upload | None]:
    if not request.content_type.startswith("multipart/"):
        return await request.read(), None
    form = await request.post()
    media = form.get("media")
    description = form.get("description")
    raw = description.encode() if isinstance(description, str) else b""
    if not isinstance(media, FileField):
        return raw, None
    return raw, Upload(media.filename, media.file.read())


def _parsed(raw: bytes) -> Json:
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError as exc:
        raise Refusal(47001) from exc
    if not isinstance(body, dict):
        raise Refusal(47001)
    return body


def _caller(world: World, request: web.Request, body: Json, endpoint: Endpoint) -> Account:
    if endpoint.entry == "token":
        name = world.tokens.account_of(request.query.get("access_token", ""), world.clock.now())
        return world.accounts[name]
    given = {**body, **request.query}
    if not given.get("appid"):
        raise Refusal(41002)
    account = world.by_app_id(str(given["appid"]))
    if account is None:
        raise Refusal(40013)
    secret = given.get("secret") or given.get("appsecret")
    if not secret:
        raise Refusal(41004)
    if secret != account.secret:
        raise Refusal(40125)
    return account


def _check_method(request: web.Request, endpoint: Endpoint, raw: bytes, upload: Upload | None) -> None:
    if request.method != endpoint.method:
        raise Refusal(43001 if endpoint.method == "GET" else 43002)
    if endpoint.method == "POST" and not raw and upload is None:
        raise Refusal(41005 if endpoint.takes_file else 44002)


def _blame(world: World, path: str, account: Account | None, body: Json, refusal: Refusal) -> None:
    if refusal.excused:
        return
    name = account.name if account else ""
    detail = answer(refusal.errcode, "-", refusal.note)["errmsg"]
    member = _addressee(account, body) if account else None
    world.record.violation(
        name, refusal.rule, detail, errcode=refusal.errcode, path=path, member=member.name if member else None
    )


def _query(request: web.Request) -> Json:
    return _masked(dict(request.query))


def _masked(fields: Json) -> Json:
    return {key: masked(str(value)) if key in _SECRETS else value for key, value in fields.items()}
