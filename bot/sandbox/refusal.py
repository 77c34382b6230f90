"""The platform's refusals: its codes, its words, and which of them a well-behaved account never causes.

Codes and texts: https://developers.weixin.qq.com/doc/oplatform/developers/errCode/errCode.html
"""

from bot.sandbox.shapes import Json

ERRMSG: dict[int, str] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest, could get access_token by"
    " getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid media size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40032: "invalid openid list size",
    40035: "invalid parameter",
    40037: "invalid template_id",
    40053: "invalid action info",
    40066: "invalid url",
    40125: "invalid appsecret",
    40130: "invalid openid list size, at least two openid",
    40164: "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist",
    40243: "appsecret frozen",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41006: "media_id missing",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43019: "require remove blacklist",
    43101: "user refuse to accept the msg",
    43107: "subscribe message capability banned",
    43108: "concurrent calls to the same openid",
    43116: "template is banned",
    43117: "too frequent to the same openid",
    44002: "empty post data",
    44003: "empty news data",
    44004: "empty content",
    45002: "content size out of limit",
    45003: "title size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45028: "has no masssend quota",
    45047: "out of response count limit",
    45056: "create too many tags",
    45057: "can't delete the tag that has too many fans",
    45058: "can't modify sys tag",
    45059: "can not tag the user with too many tags",
    45065: "clientmsgid exist",
    45066: "same clientmsgid retry too fast",
    45067: "clientmsgid size out of limit",
    45072: "invalid command",
    45080: "no message within 30 seconds, typing is not allowed",
    45081: "already typing",
    45157: "invalid tag name",
    45158: "tag name too long",
    45159: "invalid tag id",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    48002: "user does not accept messages",
    48004: "api forbidden",
    48006: "forbid to clear quota because of reaching the limit",
    49003: "openid does not belong to this appid",
    50002: "user limited",
    65400: "please enable new customer service",
    76021: "cgi_path not found, please check",
    87014: "risky content",
}

# What an account cannot foresee, or what a key that prevents double sends answers: not its fault.
EXCUSED = frozenset({-1, 40001, 40014, 42001, 45065, 45066, 46003})

RULES: dict[int, str] = {
    40003: "openid",
    40032: "list_size",
    40037: "template",
    40130: "list_size",
    43004: "not_a_follower",
    43101: "no_grant",
    43108: "concurrent",
    44004: "empty",
    45002: "content_size",
    45009: "daily_quota",
    45011: "minute_quota",
    45015: "window_closed",
    45028: "mass_quota",
    45047: "window_used_up",
    45067: "key_size",
    47003: "template_field",
    49003: "openid",
}


class Refusal(Exception):
    """A call that the platform answers with ``errcode``; ``excused`` if the caller could not have known."""

    def __init__(
        self, errcode: int, note: str = "", *, excused: bool = False, extra: Json | None = None
    ) -> None:
        super().__init__(errcode, note)
        self.errcode, self.note, self.extra = errcode, note, extra or {}
        self.excused = excused or errcode in EXCUSED

    @property
    def rule(self) -> str:
        """The name under which the violation is recorded."""
        return RULES.get(self.errcode, "refused")


def answer(errcode: int, rid: str, note: str = "", extra: Json | None = None) -> Json:
    """The body of a refusal: HTTP 200 with the code, its text and a request id."""
    words = ERRMSG.get(errcode, "unknown error")
    return {"errcode": errcode, "errmsg": f"{words}{' ' + note if note else ''} rid: {rid}", **(extra or {})}
