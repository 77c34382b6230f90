"""The account's menu: up to three entries, each with up to five below it.

https://developers.weixin.qq.com/doc/service/api/custommenu/api_createcustommenu.html
"""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.api.call import OK, Call, Endpoint
from bot.sandbox.refusal import Refusal
from bot.sandbox.shapes import Json

_KEY_BYTES, _URL_BYTES = 128, 1024
_WITH_KEY = frozenset(
    {
        "click",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
    }
)


@dataclass(frozen=True, slots=True)
class _Level:
    """Limits of one level of the menu, and the codes with which the platform refuses an entry on it."""

    most: int
    name_bytes: int
    bad_count: int
    bad_type: int
    bad_name: int
    bad_key: int
    bad_url: int


_TOP = _Level(3, 16, 40016, 40017, 40018, 40019, 40020)
_SUB = _Level(5, 60, 40023, 40024, 40025, 40026, 40027)


def _create(call: Call) -> Json:
    buttons = call.body.get("button")
    _check_level(buttons, _TOP)
    call.account.menu = {"button": buttons}
    return OK


def _check_level(buttons: Any, level: _Level) -> None:  # noqa: ANN401 - posted JSON, checked here
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= level.most:
        raise Refusal(level.bad_count)
    for button in buttons:
        if not isinstance(button, dict):
            raise Refusal(47001)
        name = button.get("name")
        if not isinstance(name, str) or not 1 <= len(name.encode()) <= level.name_bytes:
            raise Refusal(level.bad_name)
        if level is _TOP and button.get("sub_button"):
            _check_level(button["sub_button"], _SUB)
        else:
            _check_entry(button, level)


def _check_entry(button: Json, level: _Level) -> None:
    kind = button.get("type")
    if kind in _WITH_KEY:
        if not _fits(button.get("key"), _KEY_BYTES):
            raise Refusal(level.bad_key)
    elif kind in ("view", "miniprogram"):
        if not _fits(button.get("url"), _URL_BYTES):
            raise Refusal(level.bad_url)
        if kind == "miniprogram" and not (button.get("appid") and button.get("pagepath")):
            raise Refusal(40013)
    elif kind in ("media_id", "view_limited", "article_id"):
        if not (button.get("media_id") or button.get("article_id")):
            raise Refusal(40007)
    else:
        raise Refusal(level.bad_type)


def _fits(value: object, most: int) -> bool:
    return isinstance(value, str) and 1 <= len(value.encode()) <= most


def _get(call: Call) -> Json:
    if call.account.menu is None:
        raise Refusal(46003)
    return {"menu": call.account.menu}


def _self_info(call: Call) -> Json:
    menu = call.account.menu
    return {"is_menu_open": 1 if menu else 0, "selfmenu_info": menu or {}}


def _delete(call: Call) -> Json:
    call.account.menu = None
    return OK


ENDPOINTS: dict[str, Endpoint] = {
    "/cgi-bin/menu/create": Endpoint("POST", _create),
    "/cgi-bin/menu/get": Endpoint("GET", _get),
    "/cgi-bin/get_current_selfmenu_info": Endpoint("GET", _self_info),
    "/cgi-bin/menu/delete": Endpoint("GET", _delete),
}
