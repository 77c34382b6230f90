"""Parametric QR codes.

https://developers.weixin.qq.com/doc/service/Account_Management/Generating_a_Parametric_QR_Code.html
"""

from datetime import timedelta
from typing import Any

from bot.sandbox.account import QrCode
from bot.sandbox.api.call import Call, Endpoint
from bot.sandbox.refusal import Refusal
from bot.sandbox.shapes import Json

_LONGEST, _DEFAULT = 2_592_000, 60
_PERMANENT_CODES = 100_000
_SCENES = {
    "QR_SCENE": ("scene_id", True),
    "QR_STR_SCENE": ("scene_str", True),
    "QR_LIMIT_SCENE": ("scene_id", False),
    "QR_LIMIT_STR_SCENE": ("scene_str", False),
}


def _create(call: Call) -> Json:
    action = call.body.get("action_name")
    if action not in _SCENES:
        raise Refusal(40053, "action_name")
    name, temporary = _SCENES[action]
    scene = _scene(call.body, name, temporary=temporary)
    lasts = _lasts(call.body) if temporary else None
    if lasts is None and sum(code.ends is None for code in call.account.codes.values()) >= _PERMANENT_CODES:
        raise Refusal(40053, "too many permanent codes")
    ends = None if lasts is None else call.now + timedelta(seconds=lasts)
    ticket = "gQ" + call.world.chance.text(94)
    code = QrCode(scene, ticket, "http://weixin.qq.com/q/" + ticket[-22:], ends)
    call.account.codes[ticket] = code
    expires = {} if lasts is None else {"expire_seconds": lasts}
    return {"ticket": ticket, **expires, "url": code.url}


def _scene(body: Json, name: str, *, temporary: bool) -> str:
    info: Any = body.get("action_info")
    given: Any = info.get("scene", {}).get(name) if isinstance(info, dict) else None
    if name == "scene_str":
        if not isinstance(given, str) or not 1 <= len(given) <= 64:
            raise Refusal(40053, "scene_str must have 1 to 64 characters")
        return given
    most = 2**32 - 1 if temporary else 100_000
    if not isinstance(given, int) or not 1 <= given <= most:
        raise Refusal(40053, "scene_id")
    return str(given)


def _lasts(body: Json) -> int:
    seconds = body.get("expire_seconds", _DEFAULT)
    if not isinstance(seconds, int) or not 1 <= seconds <= _LONGEST:
        raise Refusal(40053, "expire_seconds")
    return seconds


ENDPOINTS: dict[str, Endpoint] = {
    "/cgi-bin/qrcode/create": Endpoint("POST", _create),
}
