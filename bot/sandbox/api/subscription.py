"""Subscription notices: one send per acceptance of that template by that member.

https://developers.weixin.qq.com/doc/service/api/notify/notify/api_sendnewsubscribemsg.html
"""

from bot.sandbox import messages
from bot.sandbox.api.call import OK, Call, Endpoint
from bot.sandbox.api.fields import check_jump, read_fields
from bot.sandbox.courier import deliver
from bot.sandbox.people import Member
from bot.sandbox.refusal import Refusal
from bot.sandbox.shapes import Json


def _send(call: Call) -> Json:
    member = call.member(call.text("touser", ""))
    template = call.account.template(call.text("template_id", ""), "subscription")
    if template is None:
        raise Refusal(40037)
    values = read_fields(call, template)
    check_jump(call.body)
    if member.grants[template.template_id] <= 0:
        raise Refusal(43101)
    member.grants[template.template_id] -= 1
    msgid = call.world.serial()
    fault = call.world.faults.strike(call.path, frozenset({"receipt"}))
    if fault is None:
        call.world.record.message(
            call.account.name,
            member,
            "subscription_notice",
            "subscription",
            text="\n".join(values.values()),
            content=values,
            template=template.template_id,
            page=call.body.get("page", ""),
            msgid=msgid,
        )
    code, status = (0, "success") if fault is None else (int(fault.value or -1), "failed")
    row = {"TemplateId": template.template_id, "MsgID": msgid, "ErrorCode": code, "ErrorStatus": status}
    _receipt(call, member, row)
    return OK


def _receipt(call: Call, member: Member, row: Json) -> None:
    world, account = call.world, call.account

    async def tell() -> None:
        sent = messages.subscription_event(world, account, member, "subscribe_msg_sent_event", row)
        await deliver(world, account, member, sent)

    world.later(account.link.receipt_delay, member.openid, tell)


def _list(call: Call) -> Json:
    owned = (call.account.templates or {}).values()
    rows = [
        {
            "priTmplId": one.template_id,
            "title": one.template_id,
            "content": "".join(f"{name}:{{{{{name}.DATA}}}}\n" for name in sorted(one.fields or ())),
            "type": 2,
        }
        for one in owned
        if one.kind in ("subscription", "any")
    ]
    return OK | {"data": rows}


ENDPOINTS: dict[str, Endpoint] = {
    "/cgi-bin/message/subscribe/bizsend": Endpoint("POST", _send, to_one=True),
    "/wxaapi/newtmpl/gettemplate": Endpoint("GET", _list),
}
