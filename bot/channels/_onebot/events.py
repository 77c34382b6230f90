"""From a OneBot 12 event to the event everybody understands.

https://12.onebot.dev/interface/: message, notice and meta events; ids are strings.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.channels._onebot.actions import GROUP
from bot.channels._shared.json_bodies import Json, Unintelligible, key_of, object_at, optional, said, text_at
from bot.domain import events
from bot.domain.channel import Callback, ReplyHandle
from bot.domain.events import InboundEvent, Scalar
from bot.domain.identity import identity

_TYPES = {"message", "notice", "request", "meta"}
_MEMBERSHIP = {"group_member_increase": events.JOINED_GROUP, "group_member_decrease": events.LEFT_GROUP}


def callback_of(account: str, body: Json, now: datetime) -> Callback:
    """Return what an event means, nothing for what concerns nobody; raise Unintelligible."""
    kind = text_at(body, "type")
    if kind not in _TYPES:
        raise Unintelligible("type")
    if kind in {"meta", "request"}:
        return Callback()
    return _Reading(account, body, now).callback()


class _Reading:
    """One event while it is being read."""

    def __init__(self, account: str, body: Json, now: datetime) -> None:
        self._account = account
        self._body = body
        self._detail = text_at(body, "detail_type")
        self._at = _moment(body, now)
        self._me = optional(object_at(body, "self"), "user_id")
        self._key = key_of(account, self._me, text_at(body, "id", 256))

    def callback(self) -> Callback:
        if self._body["type"] == "message":
            return self._message()
        return self._notice()

    def _message(self) -> Callback:
        sender = text_at(self._body, "user_id")
        if sender == self._me:
            return Callback()  # our own words; answering them would never end
        segments = _segments(self._body)
        text = said(_text_of(segments) or self._body.get("alt_message", ""))
        # https://12.onebot.dev/interface/message/segments/: mention carries the user_id
        mentioned = any(one == self._me for one in _mentions(segments)) and bool(self._me)
        properties: dict[str, Scalar] = {"type": _type_of(segments)}
        message_id = optional(self._body, "message_id", 256)
        if message_id:
            properties["message_id"] = message_id
        if self._detail == "private":
            event = self._event(events.MESSAGE, sender, text=text, properties=properties, can_reply=True)
            return Callback(event, handle=ReplyHandle(to=sender, sender=self._me))
        if self._detail != "group":
            return Callback()
        chat = text_at(self._body, "group_id")
        event = self._event(
            events.GROUP_MESSAGE,
            sender,
            text=text,
            properties=properties,
            group=identity(self._account, chat),
            mentions_bot=mentioned,
        )
        # Only a command is answered on the spot; what members ask waits for the group's own rules.
        return Callback(event, handle=ReplyHandle(to=chat, sender=GROUP) if mentioned else None)

    def _notice(self) -> Callback:
        if self._detail == "group_message_delete":
            about: dict[str, Scalar] = {"message_id": optional(self._body, "message_id", 256)}
            return self._in_group(events.GROUP_RECALLED, about)
        kind = _MEMBERSHIP.get(self._detail)
        if kind is None:
            return Callback()
        return self._in_group(kind, {"scene": optional(self._body, "sub_type")})

    def _in_group(self, kind: str, properties: dict[str, Scalar]) -> Callback:
        who = text_at(self._body, "user_id")
        if who == self._me:
            return Callback()
        group = identity(self._account, text_at(self._body, "group_id"))
        return Callback(self._event(kind, who, properties=properties, group=group))

    def _event(
        self,
        kind: str,
        who: str,
        *,
        text: str = "",
        properties: dict[str, Scalar] | None = None,
        group: str = "",
        mentions_bot: bool = False,
        can_reply: bool = False,
    ) -> InboundEvent:
        return InboundEvent(
            key=self._key,
            account=self._account,
            kind=kind,
            at=self._at,
            known_as=identity(self._account, who),
            text=text,
            properties=properties or {},
            platform_kind=self._detail,
            can_reply=can_reply,
            group=group,
            mentions_bot=mentions_bot,
        )


def _moment(body: Json, now: datetime) -> datetime:
    seconds = body.get("time")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < 10**11:
        raise Unintelligible("time")
    return min(datetime.fromtimestamp(seconds, UTC), now)


def _segments(body: Json) -> Sequence[Json]:
    found = body.get("message")
    if isinstance(found, str):
        return [{"type": "text", "data": {"text": found}}]
    if not isinstance(found, list):
        raise Unintelligible("message")
    return [one for one in found if isinstance(one, dict)]


def _text_of(segments: Sequence[Json]) -> str:
    texts = (object_at(one, "data").get("text") for one in segments if one.get("type") == "text")
    return "".join(text for text in texts if isinstance(text, str)).strip()


def _mentions(segments: Sequence[Json]) -> list[str]:
    return [optional(object_at(one, "data"), "user_id") for one in segments if one.get("type") == "mention"]


def _type_of(segments: Sequence[Json]) -> str:
    kinds = [str(one.get("type")) for one in segments if one.get("type") not in {"mention", "reply"}]
    return kinds[0][:32] if kinds else "text"
