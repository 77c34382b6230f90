"""WeChat Pay V3's door under ``/v3/``: who signed, what they may, an answer that is signed too."""

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.api.mishaps import WRECKING, wreck
from bot.sandbox.shapes import Json
from bot.sandbox.sides.payment import PaymentSide, PayRefusedError

if TYPE_CHECKING:
    from bot.sandbox.world import World

_USERS = "/v3/marketing/favor/users/"
_FRESH_S = 300


def serve_payments(world: "World") -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler of every path under ``/v3/``."""

    async def serve(request: web.Request) -> web.StreamResponse:
        with world.presence.flight():
            raw = await request.read()
            fault = world.faults.strike(request.path, WRECKING)
            if fault is not None and fault.kind not in ("accept_then_hang", "errcode"):
                return await wreck(world, request, fault)
            side, status, answer = _answered(world, request, raw)
            if fault is not None and fault.kind == "errcode":
                status, answer = 500, {"code": "SYSTEM_ERROR", "message": "系统错误"}
            elif fault is not None:
                return await wreck(world, request, fault)
            world.record.call("PAY", request.path, status=status, answer=answer)
            return _signed(world, side, status, answer)

    return serve


def _answered(world: "World", request: web.Request, raw: bytes) -> tuple[PaymentSide | None, int, Json]:
    sides = [one for one in world.sides.values() if isinstance(one, PaymentSide)]
    try:
        side = _caller(world, sides, request, raw)
        return side, 200, _sent(side, request, raw)
    except PayRefusedError as refused:
        whose = sides[0] if sides else None
        return whose, refused.status, {"code": refused.code, "message": refused.words}


def _sent(side: PaymentSide, request: web.Request, raw: bytes) -> Json:
    path = request.path
    if request.method != "POST" or not path.startswith(_USERS) or not path.endswith("/coupons"):
        raise PayRefusedError(404, "NOT_FOUND", "接口不存在")
    return side.send(path.removeprefix(_USERS).removesuffix("/coupons"), json.loads(raw))


def _caller(world: "World", sides: list[PaymentSide], request: web.Request, raw: bytes) -> PaymentSide:
    for side in sides:
        fields = side.keys.fields(request.headers.get("Authorization", ""))
        if (fields.get("mchid"), fields.get("serial_no")) != (side.mch_id, side.serial):
            continue
        nonce, at = fields.get("nonce_str", ""), fields.get("timestamp", "")
        fresh = at.isdecimal() and abs(int(at) - world.clock.now().timestamp()) <= _FRESH_S
        if not fresh or not side.keys.signed(fields, request.method, request.path_qs, raw):
            side.broke("signature", "the signature does not fit")
            raise PayRefusedError(401, "SIGN_ERROR", "签名错误")
        if nonce in side.nonces:
            side.broke("nonce", "the same nonce again")
        side.nonces.add(nonce)
        return side
    raise PayRefusedError(401, "SIGN_ERROR", "商户号或证书序列号不存在")


def _signed(world: "World", side: PaymentSide | None, status: int, answer: Json) -> web.Response:
    body = json.dumps(answer, ensure_ascii=False).encode()
    at, nonce = int(world.clock.now().timestamp()), world.chance.text(32)
    headers = side.keys.headers(body, at, nonce) if side is not None else {}
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")
