"""Customer-service messages: only within the window a member has opened.

https://developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage
"""

from bot.sandbox.api.call import OK, Call, Endpoint
from bot.sandbox.api.content import CUSTOM, read_content
from bot.sandbox.people import Member
from bot.sandbox.refusal import Refusal
from bot.sandbox.shapes import Json

_TYPING_WITHIN, _TYPING_LASTS = 30, 15


def _send(call: Call) -> Json:
    member = call.member(call.text("touser", ""))
    kind, content, words = read_content(call, CUSTOM)
    _spend_window(call, member)
    call.world.record.message(
        call.account.name,
        member,
        "customer_service",
        kind,
        text=words,
        content=content,
        msgid=call.world.serial(),
    )
    return OK


def _spend_window(call: Call, member: Member) -> None:
    if not member.following:
        raise Refusal(45015, excused=not member.gone_known)
    if not member.window.is_open(call.now):
        raise Refusal(45015)
    if member.window.left <= 0:
        raise Refusal(45047)
    member.window.left -= 1


def _typing(call: Call) -> Json:
    member = call.member(call.text("touser", ""))
    command, now = call.text("command"), call.world.clock.epoch()
    if command not in ("Typing", "CancelTyping"):
        raise Refusal(45072)
    if command == "CancelTyping":
        member.typing_until = 0
        return OK
    if not member.following or now - member.last_spoke > _TYPING_WITHIN:
        raise Refusal(45080)
    if now < member.typing_until:
        raise Refusal(45081)
    member.typing_until = now + _TYPING_LASTS
    return OK


ENDPOINTS: dict[str, Endpoint] = {
    "/cgi-bin/message/custom/send": Endpoint("POST", _send, to_one=True),
    "/cgi-bin/message/custom/typing": Endpoint("POST", _typing),
}
