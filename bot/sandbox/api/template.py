"""Template messages: to followers, once per ``client_msg_id`` within 10 minutes.

https://developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage.md
"""

from datetime import timedelta

from bot.sandbox import messages
from bot.sandbox.api.call import OK, Call, Endpoint
from bot.sandbox.api.fields import check_jump, read_fields
from bot.sandbox.courier import deliver
from bot.sandbox.people import Member
from bot.sandbox.refusal import Refusal
from bot.sandbox.shapes import Json

_KEY_LIFE = timedelta(minutes=10)
_RECEIPT = frozenset({"receipt"})


def _send(call: Call) -> Json:
    member = call.member(call.text("touser", ""))
    template = call.account.template(call.text("template_id", ""), "template")
    if template is None:
        raise Refusal(40037)
    values = read_fields(call, template)
    check_jump(call.body)
    if not member.following:
        raise Refusal(43004, excused=not member.gone_known)
    key = call.text("client_msg_id", "")
    if (earlier := _earlier(call, member, key)) is not None:
        return OK | {"msgid": earlier}
    msgid = call.world.serial()
    if key:
        call.account.sent_once[member.openid, key] = (call.now, msgid)
    status = _status(call, member)
    if status == "success":
        call.world.record.message(
            call.account.name,
            member,
            "template_message",
            "template",
            text="\n".join(values.values()),
            content=values,
            template=template.template_id,
            url=call.body.get("url", ""),
            client_msg_id=key,
            msgid=msgid,
        )
    _receipt(call, member, msgid, status)
    return OK | {"msgid": msgid}


def _earlier(call: Call, member: Member, key: str) -> int | None:
    """The msgid under which this key was sent within its life; later the key protects nobody."""
    sent = call.account.sent_once.get((member.openid, key)) if key else None
    if sent is None:
        return None
    at, msgid = sent
    if call.now - at < _KEY_LIFE:
        return msgid
    call.broke("late_key", f"client_msg_id {key} used again after 10 minutes", member=member.name)
    return None


def _status(call: Call, member: Member) -> str:
    fault = call.world.faults.strike(call.path, _RECEIPT)
    if fault is not None:
        return str(fault.value or "failed: system failed")
    return "failed:user block" if member.blocks else "success"


def _receipt(call: Call, member: Member, msgid: int, status: str) -> None:
    world, account = call.world, call.account

    async def tell() -> None:
        fields = {"MsgID": msgid, "Status": status}
        sent = messages.event(world, account, member, "TEMPLATESENDJOBFINISH", fields)
        await deliver(world, account, member, sent)

    world.later(account.link.receipt_delay, member.openid, tell)


def _list(call: Call) -> Json:
    owned = (call.account.templates or {}).values()
    rows = [
        {
            "template_id": one.template_id,
            "title": one.template_id,
            "content": "".join(f"{{{{{name}.DATA}}}}\n" for name in sorted(one.fields or ())),
        }
        for one in owned
        if one.kind in ("template", "any")
    ]
    return {"template_list": rows}


ENDPOINTS: dict[str, Endpoint] = {
    "/cgi-bin/message/template/send": Endpoint("POST", _send, to_one=True),
    "/cgi-bin/template/get_all_private_template": Endpoint("GET", _list),
}
