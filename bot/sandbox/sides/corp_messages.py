"""What a corp's app says: welcomes, mass messages that employees confirm, customer service.

https://developer.work.weixin.qq.com/document/path/92135, …/92137, …/94677
"""

from collections.abc import Callable
from datetime import datetime

from bot.sandbox.shapes import Json
from bot.sandbox.sides.corp import CorpSide, Task
from bot.sandbox.windows import Window

WELCOME_S = 20
LIMITS = {"chats": 2000, "people": 10_000, "bytes": 4000}


class RefusedError(Exception):
    """The platform's refusal, by its code."""

    def __init__(self, code: int, words: str = "") -> None:
        super().__init__(words)
        self.code = code


def _welcome(side: CorpSide, body: Json) -> Json:
    given = side.welcomes.pop(str(body.get("welcome_code")), None)
    if given is None:
        raise RefusedError(41051, "externaluser has started chatting")
    if side.world.clock.now().timestamp() - given > WELCOME_S:
        side.broke("welcome", "later than 20 s")
        raise RefusedError(41050, "welcome_code expired")
    words = str(body.get("text", {}).get("content", ""))
    side.world.record.message(
        side.name, side.crowd.person({"from": "newcomer"}), "welcome", "text", text=words
    )
    return {}


def _mass(side: CorpSide, body: Json) -> Json:
    grouped = body.get("chat_type") == "group"
    to = [str(one) for one in body.get("chat_id_list" if grouped else "external_userid") or []]
    words = str(body.get("text", {}).get("content", ""))
    if grouped and not body.get("sender"):
        side.broke("mass", "a group message without a sender")
        raise RefusedError(40058, "sender required")
    if len(to) > LIMITS["chats" if grouped else "people"] or len(words.encode()) > LIMITS["bytes"]:
        side.broke("mass", "too many addressees or bytes")
        raise RefusedError(40058, "too long")
    known = [one for one in to if (side.crowd.by_chat(one) if grouped else one in side.friends)]
    failed = [one for one in to if one not in known]
    task = Task("msg" + side.world.chance.text(22), "group" if grouped else "single",
                str(body.get("sender") or side.employee), known, words, dict.fromkeys(known, 0))  # fmt: skip
    side.tasks[task.msgid] = task
    return {"fail_list": failed, "msgid": task.msgid}


def _task_list(side: CorpSide, body: Json) -> Json:
    task = _task(side, body)
    done = 0 not in task.status.values()
    return {"task_list": [{"userid": task.sender, "status": 2 if done else 0}], "next_cursor": ""}


def _results(side: CorpSide, body: Json) -> Json:
    task = _task(side, body)
    field = "chat_id" if task.kind == "group" else "external_userid"
    return {"send_list": [{field: to, "userid": task.sender, "status": status}
                          for to, status in task.status.items()]}  # fmt: skip


def _task(side: CorpSide, body: Json) -> Task:
    task = side.tasks.get(str(body.get("msgid")))
    if task is None:
        raise RefusedError(41063, "msgid not found")
    return task


def _news(side: CorpSide, body: Json) -> Json:
    begins = int(body.get("cursor") or 0)
    limit = min(int(body.get("limit", 1000)), 2)  # the platform may give less than asked: loop on has_more
    rows = side.words[begins : begins + limit]
    more = begins + len(rows) < len(side.words)
    return {"next_cursor": str(begins + len(rows)), "has_more": int(more), "msg_list": rows}


def _kf_send(side: CorpSide, body: Json) -> Json:
    person = side.crowd.by_id(str(body.get("touser")))
    window = side.windows.get(str(body.get("touser")))
    words = str(body.get("text", {}).get("content", ""))
    if person is None or window is None:
        raise RefusedError(95018, "send msg session status invalid")
    msgid = str(body.get("msgid") or side.world.chance.text(22))
    if any(row.get("msgid") == msgid for row in side.world.record.outbox):
        return {"msgid": msgid}
    if not _spent(window, side.world.clock.now()):
        side.broke("kf_window", "more than 5 messages, or later than 48 h")
        raise RefusedError(95001, "send msg count limit")
    if len(words.encode()) > 2048:
        side.broke("kf_bytes", "more than 2048 bytes")
        raise RefusedError(45002, "content size out of limit")
    side.world.record.message(side.name, person, "wecom_kf", "text", text=words, msgid=msgid)
    return {"msgid": msgid}


def _spent(window: Window, now: datetime) -> bool:
    if not window.is_open(now) or window.left <= 0:
        return False
    window.left -= 1
    return True


def _customers(side: CorpSide, body: Json) -> Json:
    people = [side.crowd.by_id(str(one)) for one in body.get("external_userid_list") or []]
    rows = [{"external_userid": one.openid, "nickname": one.name, "unionid": one.unionid}
            for one in people if one is not None]  # fmt: skip
    return {"customer_list": rows, "invalid_external_userid": []}


MESSAGES: dict[str, Callable[[CorpSide, Json], Json]] = {
    "externalcontact/send_welcome_msg": _welcome,
    "externalcontact/add_msg_template": _mass,
    "externalcontact/get_groupmsg_task": _task_list,
    "externalcontact/get_groupmsg_send_result": _results,
    "kf/sync_msg": _news,
    "kf/send_msg": _kf_send,
    "kf/customer/batchget": _customers,
}
