"""Mass sends: each member gets four a calendar month, each ``clientmsgid`` goes out once within 24 hours.

https://developers.weixin.qq.com/doc/service/api/notify/message/api_masssend.html
"""

import hashlib
import json
from datetime import timedelta

from bot.sandbox.account import MassJob
from bot.sandbox.api.call import OK, Call, Endpoint
from bot.sandbox.api.content import MASS, read_content
from bot.sandbox.api.reach import reach, receipt
from bot.sandbox.refusal import Refusal
from bot.sandbox.shapes import Json

_FEWEST, _MOST = 2, 10_000
_KEY_BYTES, _KEY_LIFE, _KEY_PAUSE = 64, timedelta(hours=24), timedelta(minutes=1)


def _send(call: Call) -> Json:
    openids = call.openids("touser")
    if len(openids) < _FEWEST:
        raise Refusal(40130)
    if len(openids) > _MOST:
        raise Refusal(40032)
    return _submit(call, list(dict.fromkeys(openids)), scope=json.dumps(sorted(openids)))


def _sendall(call: Call) -> Json:
    chosen = call.body.get("filter")
    if not isinstance(chosen, dict):
        raise Refusal(47001, "filter is missing")
    everyone = bool(chosen.get("is_to_all", False))
    tag = chosen.get("tag_id")
    if not everyone and tag not in call.account.tags:
        raise Refusal(45159)
    members = call.account.people.followers()
    openids = [member.openid for member in members if everyone or tag in member.tags]
    return _submit(call, openids, scope=json.dumps([everyone, tag]))


def _submit(call: Call, openids: list[str], scope: str) -> Json:
    kind, content, words = read_content(call, MASS)
    key = _free_key(call, scope + kind + json.dumps(content, sort_keys=True))
    msg_id = call.world.serial()
    reached = reach(call, openids, {"kind": kind, "content": content, "text": words, "msgid": msg_id})
    job = MassJob(msg_id, call.now, reached.sent)
    call.account.mass_keys[key] = call.account.mass_jobs[msg_id] = job
    receipt(call, job, reached)
    return {
        "errcode": 0,
        "errmsg": "send job submission success",
        "msg_id": msg_id,
        "msg_data_id": msg_id % 2_247_483_647,
    }


def _free_key(call: Call, what: str) -> str:
    """The key of this send; refused while an earlier send under it protects the members."""
    own = call.text("clientmsgid", "")
    if len(own.encode()) > _KEY_BYTES:
        raise Refusal(45067)
    key = own or "digest:" + hashlib.sha256(what.encode()).hexdigest()
    earlier = call.account.mass_keys.get(key)
    if earlier is None:
        return key
    age = call.now - earlier.at
    if age < _KEY_PAUSE:
        raise Refusal(45066)
    if age < _KEY_LIFE:
        raise Refusal(45065, extra={"msg_id": earlier.msg_id})
    if own:
        call.broke("late_key", f"clientmsgid {own} used again after 24 hours")
    return key


def _get(call: Call) -> Json:
    job = call.account.mass_jobs.get(_msg_id(call))
    if job is None:
        raise Refusal(40035, "msg_id")
    return {"msg_id": job.msg_id, "msg_status": job.status}


def _delete(call: Call) -> Json:
    job = call.account.mass_jobs.get(_msg_id(call))
    if job is None:
        raise Refusal(40035, "msg_id")
    job.status = "DELETE"
    return OK


def _msg_id(call: Call) -> int:
    given = call.body.get("msg_id")
    return int(given) if isinstance(given, int | str) and str(given).isdigit() else -1


def _preview(call: Call) -> Json:
    member = call.member(call.text("touser", ""))
    if not member.following:
        raise Refusal(43004, excused=not member.gone_known)
    kind, content, words = read_content(call, MASS)
    msg_id = call.world.serial()
    call.world.record.message(
        call.account.name, member, "mass", kind, text=words, content=content, msgid=msg_id, preview=True
    )
    return {"errcode": 0, "errmsg": "preview success", "msg_id": msg_id}


def _speed(_call: Call) -> Json:
    return {"speed": 0, "realspeed": 80}


ENDPOINTS: dict[str, Endpoint] = {
    "/cgi-bin/message/mass/send": Endpoint("POST", _send),
    "/cgi-bin/message/mass/sendall": Endpoint("POST", _sendall),
    "/cgi-bin/message/mass/get": Endpoint("POST", _get),
    "/cgi-bin/message/mass/delete": Endpoint("POST", _delete),
    "/cgi-bin/message/mass/preview": Endpoint("POST", _preview),
    "/cgi-bin/message/mass/speed/get": Endpoint("POST", _speed),
}
