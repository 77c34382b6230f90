"""From what a robot (智能机器人) is told to the event everybody understands.

https://developer.work.weixin.qq.com/document/path/100719: in a group only what is said to the robot comes.
"""

import re
from datetime import UTC, datetime

from bot.channels._shared.json_bodies import Json, Unintelligible, key_of, object_at, optional, said, text_at
from bot.domain import events
from bot.domain.channel import Callback, ReplyHandle
from bot.domain.events import InboundEvent, Scalar
from bot.domain.identity import identity

# A mention stands at the beginning: "@运营助手 /今日".
_MENTION = re.compile(r"@\S{1,64}[\s\u2005]+")
_SPEECH = frozenset({"text", "mixed", "voice"})
_SILENT = frozenset({"stream", "event"})


def callback_of(account: str, body: Json, req_id: str, now: datetime) -> Callback:
    """Return what a message means; `req_id` is what its answer must repeat. Raise Unintelligible.

    The refreshing of a stream and events that ask for nothing concern nobody.
    """
    kind = text_at(body, "msgtype")
    if kind in _SILENT:
        return Callback()
    sender = text_at(object_at(body, "from"), "userid")
    grouped = optional(body, "chattype") == "group"
    chat = text_at(body, "chatid") if grouped else sender
    text = said(_text_of(kind, body))
    if grouped:
        text = _MENTION.sub("", text, count=1) if text.startswith("@") else text
    properties: dict[str, Scalar] = {"type": kind}
    message_id = text_at(body, "msgid")
    event = InboundEvent(
        key=key_of(account, message_id),
        account=account,
        kind=events.GROUP_MESSAGE if grouped else events.MESSAGE,
        at=_moment(body, now),
        known_as=identity(account, sender),
        text=text.strip(),
        properties=properties,
        platform_kind=kind,
        can_reply=True,
        group=identity(account, chat) if grouped else "",
        mentions_bot=grouped,
    )
    return Callback(event, handle=ReplyHandle(to=chat, sender=req_id))


def _text_of(kind: str, body: Json) -> str:
    if kind not in _SPEECH:
        return ""
    if kind != "mixed":
        return str(object_at(body, kind).get("content", ""))
    items = object_at(body, "mixed").get("msg_item")
    if not isinstance(items, list):
        raise Unintelligible("mixed")
    texts = [object_at(one, "text").get("content", "") for one in items if isinstance(one, dict)]
    return " ".join(str(text) for text in texts if text)


def _moment(body: Json, now: datetime) -> datetime:
    seconds = body.get("create_time")
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds < 10**11:
        return now
    return min(datetime.fromtimestamp(seconds, UTC), now)
