"""Who a mass send reaches, and the receipt that says so."""

from dataclasses import dataclass

from bot.sandbox import messages
from bot.sandbox.account import MassJob
from bot.sandbox.api.call import Call
from bot.sandbox.courier import deliver
from bot.sandbox.people import Member
from bot.sandbox.refusal import Refusal
from bot.sandbox.shapes import Json

_PER_MONTH = 4
# Mass receipts do not come from a member: the platform's helper account stands in FromUserName.
_HELPER = Member("mphelper", "mphelper", following=True)


@dataclass(frozen=True, slots=True)
class Reached:
    """One mass send: ``total`` addressed, ``sent`` received, ``failed`` at the member's monthly limit."""

    total: int
    sent: int
    failed: int


def reach(call: Call, openids: list[str], row: Json) -> Reached:
    """Give each of ``openids`` the message ``row``; 45028 if not one of them has any allowance left."""
    month = f"{call.now:%Y-%m}"
    members = [call.account.people.by_openid(openid) for openid in openids]
    followers = [one for one in members if one is not None and _follows(call, one)]
    fresh = [one for one in followers if one.mass_months[month] < _PER_MONTH]
    spent = [one for one in followers if one.mass_months[month] >= _PER_MONTH]
    if spent and not fresh:
        raise Refusal(45028)
    for one in spent:
        call.broke("mass_quota", f"{_PER_MONTH} mass messages already in {month}", member=one.name)
    kind = row["kind"]
    more = {key: value for key, value in row.items() if key != "kind"}
    key = call.body.get("clientmsgid", "")
    for one in fresh:
        one.mass_months[month] += 1
        call.world.record.message(call.account.name, one, "mass", kind, clientmsgid=key, **more)
    return Reached(len(openids), len(fresh), len(spent))


def _follows(call: Call, member: Member) -> bool:
    if not member.following and member.gone_known:
        call.broke("not_a_follower", "a mass message to a member who has left", member=member.name)
    return member.following


def receipt(call: Call, job: MassJob, reached: Reached) -> None:
    """MASSSENDJOBFINISH, now or after the account's receipt delay."""
    world, account = call.world, call.account
    fault = world.faults.strike(call.path, frozenset({"receipt"}))
    status = "send success" if fault is None else str(fault.value or "send fail")
    if fault is not None:
        job.status = "SEND_FAIL"
    fields = {
        "MsgID": job.msg_id,
        "Status": status,
        "TotalCount": reached.total,
        "FilterCount": reached.sent + reached.failed,
        "SentCount": reached.sent,
        "ErrorCount": reached.failed,
    }

    async def tell() -> None:
        sent = messages.event(world, account, _HELPER, "MASSSENDJOBFINISH", fields)
        await deliver(world, account, _HELPER, sent)

    world.later(account.link.receipt_delay, _HELPER.openid, tell)
