"""From what 微信客服 tells of a customer to the event everybody understands.

https://developer.work.weixin.qq.com/document/path/94670: origin 3 is the customer, 4 the system, 5 a person
of ours.
"""

from datetime import UTC, datetime

from bot.channels._shared.json_bodies import Json, Unintelligible, key_of, object_at, optional, said, text_at
from bot.domain import events
from bot.domain.channel import Callback, ReplyHandle
from bot.domain.events import InboundEvent, Scalar
from bot.domain.identity import identity

CUSTOMER, SYSTEM = 3, 4
_SERVED_BY_A_PERSON = {1: events.HUMAN_BEGAN, 2: events.HUMAN_BEGAN, 3: events.HUMAN_ENDED}


def callback_of(account: str, row: Json, now: datetime) -> Callback:
    """Return what a row means, nothing for what we said ourselves; raise Unintelligible."""
    origin = row.get("origin")
    if origin == CUSTOMER:
        return _message(account, row, now)
    if origin == SYSTEM:
        return _event(account, row, now)
    return Callback()


def _message(account: str, row: Json, now: datetime) -> Callback:
    who, kind = text_at(row, "external_userid"), text_at(row, "msgtype")
    properties: dict[str, Scalar] = {"type": kind, "service": optional(row, "open_kfid")}
    event = InboundEvent(
        key=key_of(account, text_at(row, "msgid")),
        account=account,
        kind=events.MESSAGE,
        at=_moment(row, now),
        known_as=identity(account, who),
        text=said(object_at(row, "text").get("content", "")),
        properties=properties,
        platform_kind=kind,
        can_reply=True,
    )
    return Callback(event, handle=ReplyHandle(to=who, sender=optional(row, "open_kfid")))


def _event(account: str, row: Json, now: datetime) -> Callback:
    told = object_at(row, "event")
    name = text_at(told, "event_type")
    who = optional(told, "external_userid")
    kind = f"custom.service_{name[:64]}"
    if name == "session_status_change":
        change = told.get("change_type")
        kind = _SERVED_BY_A_PERSON.get(change if isinstance(change, int) else 0, kind)
    if not who:
        return Callback()
    properties: dict[str, Scalar] = {"service": optional(told, "open_kfid")}
    for field in ("scene", "scene_param", "fail_msgid"):
        if optional(told, field):
            properties[field] = optional(told, field)
    return Callback(
        InboundEvent(
            key=key_of(account, text_at(row, "msgid")),
            account=account,
            kind=kind,
            at=_moment(row, now),
            known_as=identity(account, who),
            properties=properties,
            platform_kind=name,
        )
    )


def _moment(row: Json, now: datetime) -> datetime:
    seconds = row.get("send_time")
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds < 10**11:
        raise Unintelligible("send_time")
    return min(datetime.fromtimestamp(seconds, UTC), now)
