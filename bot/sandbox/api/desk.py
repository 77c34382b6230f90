"""Human customer service: who has taken over which conversation.

https://developers.weixin.qq.com/doc/service/api/customer/session/api_getkfsession.html
"""

from bot.sandbox import messages
from bot.sandbox.api.call import OK, Call, Endpoint
from bot.sandbox.courier import deliver
from bot.sandbox.people import Member
from bot.sandbox.refusal import Refusal
from bot.sandbox.shapes import Json


def _of_member(call: Call) -> Json:
    member = call.member(call.query.get("openid", ""))
    account = call.account.desk.get(member.openid, "")
    return OK | {"kf_account": account, "createtime": call.world.clock.epoch() if account else 0}


def _of_colleague(call: Call) -> Json:
    wanted = call.query.get("kf_account", "")
    rows = [
        {"openid": openid, "createtime": call.world.clock.epoch()}
        for openid, colleague in call.account.desk.items()
        if colleague == wanted
    ]
    return {"sessionlist": rows}


def _waiting(_call: Call) -> Json:
    return {"count": 0, "waitcaselist": []}


def _create(call: Call) -> Json:
    member, colleague = call.member(call.text("openid", "")), call.text("kf_account")
    if not colleague:
        raise Refusal(65400)
    call.account.desk[member.openid] = colleague
    _tell(call, member, "kf_create_session", colleague)
    return OK


def _close(call: Call) -> Json:
    member = call.member(call.text("openid", ""))
    colleague = call.account.desk.pop(member.openid, "")
    if colleague:
        _tell(call, member, "kf_close_session", colleague)
    return OK


def _tell(call: Call, member: Member, event: str, colleague: str) -> None:
    world, account = call.world, call.account

    async def tell() -> None:
        await deliver(
            world, account, member, messages.event(world, account, member, event, {"KfAccount": colleague})
        )

    world.later(0, member.openid, tell)


ENDPOINTS: dict[str, Endpoint] = {
    "/customservice/kfsession/getsession": Endpoint("GET", _of_member),
    "/customservice/kfsession/getsessionlist": Endpoint("GET", _of_colleague),
    "/customservice/kfsession/getwaitcase": Endpoint("GET", _waiting),
    "/customservice/kfsession/create": Endpoint("POST", _create),
    "/customservice/kfsession/close": Endpoint("POST", _close),
}
