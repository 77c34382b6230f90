"""The field types of templates and subscription notices.

https://developers.weixin.qq.com/doc/service/api/notify/notify/api_sendnewsubscribemsg.html
"""

import re

from bot.sandbox.account import Template
from bot.sandbox.api.call import Call
from bot.sandbox.refusal import Refusal
from bot.sandbox.shapes import Json

_DATE = r"\d{4}(?:年\d{1,2}月\d{1,2}日|[-/.]\d{1,2}[-/.]\d{1,2})"
_TIME = r"\d{1,2}:\d{2}(?::\d{2})?"
_MOMENT = rf"(?:{_DATE}(?:\s*{_TIME})?|{_TIME})"
_TYPES: dict[str, re.Pattern[str]] = {
    "thing": re.compile(r"[^\r\n]{1,20}"),
    "number": re.compile(r"(?=.{1,32}$)-?\d+(?:\.\d+)?"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "symbol": re.compile(r"[^\w\s]{1,5}"),
    "character_string": re.compile(r"[\x20-\x7e]{1,32}"),
    "time": re.compile(rf"{_MOMENT}(?:\s*[~至-]\s*{_MOMENT})?"),
    "date": re.compile(rf"{_DATE}(?:\s*{_TIME})?(?:\s*[~至]\s*{_DATE}(?:\s*{_TIME})?)?"),
    "amount": re.compile(r"[¥￥$€£]?\d{1,10}(?:\.\d{1,2})?元?"),
    "phone_number": re.compile(r"[\d+\-() ]{1,17}"),
    "car_number": re.compile(r"\S{1,8}"),
    "name": re.compile(r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .·'-]{1,20}"),
    "phrase": re.compile(r"[\u4e00-\u9fff]{1,5}"),
    "const": re.compile(r"[^\r\n]{1,20}"),
}
_NAME = re.compile(r"([a-z_]+?)\d*")


def read_fields(call: Call, template: Template) -> dict[str, str]:
    """The values by field name; 47003 names the first that the platform would refuse, 47001 a wrong shape."""
    data = call.body.get("data")
    if not isinstance(data, dict):
        raise Refusal(47001, "data is missing")
    values = {name: _value(name, row) for name, row in data.items()}
    declared = template.fields
    if declared is not None:
        for name in sorted(declared ^ values.keys()):
            raise Refusal(
                47003, f"data.{name}.value {'is empty' if name in declared else 'is not in the template'}"
            )
    for name, value in values.items():
        if not fits(name, value, strict=template.kind == "subscription"):
            raise Refusal(47003, f"data.{name}.value invalid")
    return values


def fits(name: str, value: str, *, strict: bool) -> bool:
    """Whether ``value`` may stand in the field ``name``; a name of no known type only if not ``strict``."""
    match = _NAME.fullmatch(name)
    pattern = _TYPES.get(match[1]) if match else None
    return not strict if pattern is None else pattern.fullmatch(value) is not None


def _value(name: str, row: object) -> str:
    value: object = row.get("value") if isinstance(row, dict) else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Refusal(47001, f"data.{name}.value is missing")
    return str(value)


def check_jump(body: Json) -> None:
    """A ``miniprogram`` to open must name its app id."""
    jump = body.get("miniprogram")
    if jump is not None and (not isinstance(jump, dict) or not jump.get("appid")):
        raise Refusal(40013, "miniprogram.appid")
