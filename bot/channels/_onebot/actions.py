"""What we ask a OneBot 12 gateway to do, and what its answers mean.

https://12.onebot.dev/connect/data-protocol/action-request/ and …/action-response/
"""

from datetime import datetime, timedelta
from typing import Any

import orjson

from bot.channels._shared.json_bodies import Json
from bot.domain.channel import Accepted, Delivery
from bot.domain.content import Content, Text
from bot.domain.errors import OutcomeUnknown, SendError, TryLater, Undeliverable

GROUP, DIRECT = "group", "direct"
BAD_ANSWER = "bad_answer"
_TIRED = 36001
_REST = timedelta(minutes=1)


def send_message(method: str, to: str, content: Content, echo: str, me: Json) -> dict[str, Any]:
    """Return the action that says something; raise Undeliverable for what it cannot carry."""
    if not isinstance(content, Text):
        raise Undeliverable("content_not_for_route", detail=type(content).__name__)
    if method not in {GROUP, DIRECT}:
        raise Undeliverable("no_such_route", detail=method)
    to_whom = {"group_id": to} if method == GROUP else {"user_id": to}
    kind = "group" if method == GROUP else "private"
    params = {
        "detail_type": kind,
        **to_whom,
        "message": [{"type": "text", "data": {"text": content.text}}],
    }
    return {"action": "send_message", "params": params, "echo": echo, "self": dict(me)}


def only_address(delivery: Delivery) -> str:
    """Return the one address of a delivery; raise Undeliverable for more or none."""
    if len(delivery.to) != 1:
        raise Undeliverable("address_list_size", detail=str(len(delivery.to)))
    return delivery.to[0]


def understood(answer: Json, now: datetime) -> Accepted:
    """Return what a successful answer tells; raise one leaf of SendError for any other."""
    code = answer.get("retcode")
    if answer.get("status") == "ok" and code == 0:
        data = answer.get("data")
        told = data.get("message_id") if isinstance(data, dict) else None
        return Accepted(platform_id=str(told)[:64] if isinstance(told, str | int) else "")
    if type(code) is not int:
        raise OutcomeUnknown(BAD_ANSWER, detail="no retcode")
    words = str(answer.get("message", ""))[:200]
    raise _leaf(code, words, now)


def _leaf(code: int, words: str, now: datetime) -> SendError:
    """Return what a return code means; the hundreds say whose fault it was."""
    if 10000 <= code < 20000:
        return Undeliverable("refused_by_platform", code=code, detail=words)
    if code // 1000 == 36:
        return TryLater("platform_busy", now + _REST, scope="account", code=code, detail=words)
    if code // 1000 == 35:
        return Undeliverable("refused_by_platform", code=code, detail=words)
    # The gateway, its database, its disk, its network or WeChat failed on the way: nobody knows how far.
    return OutcomeUnknown("gateway_failed", code=code, detail=words)


def encoded(action: dict[str, Any]) -> bytes:
    """Return an action as it goes over the wire."""
    return orjson.dumps(action)
