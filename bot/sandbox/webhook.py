"""A business system that posts events to the bot, signed as Standard Webhooks prescribes.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
import json
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientTimeout

from bot.sandbox.account import require_loopback
from bot.sandbox.shapes import BadFieldError, Json, table, text
from bot.sandbox.world import World

_TIMEOUT = ClientTimeout(total=10)
_MOST = 64 * 1024


def signature(secret: str, message_id: str, stamp: str, body: bytes) -> str:
    """``v1,<base64>`` for a ``whsec_`` secret."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as exc:
        raise BadFieldError("secret must be whsec_ and base64") from exc
    signed = hmac.new(key, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


async def post_webhook(world: World, request: Json) -> Json:
    """Post ``body`` as JSON to a loopback ``url``; ``reply`` is the JSON of the response."""
    url = text(request, "url")
    require_loopback(url)
    payload = json.dumps(request.get("body", {}), ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", **table(request, "headers", {})}
    if "secret" in request:
        message_id = text(request, "id", "") or "msg_" + world.chance.text(24)
        stamp = str(world.clock.epoch())
        headers |= {
            "webhook-id": message_id,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(text(request, "secret"), message_id, stamp, payload),
        }
    with world.presence.flight():
        status, answer = await _post(world, url, payload, headers)
    accepted = status is not None and status < 300
    world.record.posted(urlsplit(url).path, "webhook", accepted=accepted)
    if not accepted:
        world.record.warning("a webhook was not accepted", url=url, status=status, answer=answer)
    return {"delivered": accepted, "status": status, "reply": answer}


async def _post(world: World, url: str, payload: bytes, headers: dict[str, str]) -> tuple[int | None, object]:
    try:
        async with world.session.post(
            url, data=payload, headers=headers, timeout=_TIMEOUT, allow_redirects=False
        ) as response:
            raw = (await response.read())[:_MOST]
            return response.status, _shown(raw)
    except (ClientError, TimeoutError, OSError) as exc:
        return None, repr(exc)


def _shown(raw: bytes) -> object:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw.decode(errors="replace")
