"""From a decrypted message of a self-built app to events: contacts, customer groups, customer service.

https://developer.work.weixin.qq.com/document/path/92130 (contacts and groups),
https://developer.work.weixin.qq.com/document/path/94670 (customer service). Changes made by API come back as
no event at all.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.channels._shared.json_bodies import Unintelligible, key_of
from bot.channels._wechat.xml import Tree
from bot.domain import events
from bot.domain.events import InboundEvent, Scalar
from bot.domain.identity import identity

_SECONDS = re.compile(r"[1-9][0-9]{0,9}")
_ID = re.compile(r"[A-Za-z0-9_.@-]{1,64}")
_CONTACT = {
    "add_external_contact": "custom.contact_added",
    "add_half_external_contact": "custom.contact_added",
    "edit_external_contact": "custom.contact_edited",
    "del_external_contact": "custom.contact_removed",
    "del_follow_user": "custom.contact_removed",
    "transfer_fail": "custom.contact_not_transferred",
    "msg_audit_approved": events.ARCHIVE_AGREED,
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a callback tells, and what is to be fetched because of it.

    `chat` is a group to look at again, whose comers and leavers were `listed`; `service` (token, account) a
    service account with news, `welcome` (code, address) a newcomer to be greeted, `archive` whether the
    archive has something, `contact` a new one whose other self is not known yet.
    """

    events: tuple[InboundEvent, ...] = ()
    chat: str = ""
    listed: bool = True
    service: tuple[str, str] | None = None
    welcome: tuple[str, str] | None = None
    archive: bool = False
    contact: str = ""


@dataclass(slots=True)
class _Reading:
    account: str
    tree: Tree
    plain: bytes
    at: datetime
    found: list[InboundEvent] = field(default_factory=list)

    def add(self, kind: str, who: str, properties: dict[str, Scalar], group: str = "") -> None:
        self.found.append(
            InboundEvent(
                # A retry carries the same plaintext, sealed anew.
                key=key_of(self.account, kind, who, self.plain.hex()),
                account=self.account,
                kind=kind,
                at=self.at,
                known_as=identity(self.account, who) if who else "",
                properties=properties,
                platform_kind=str(self.tree.get("ChangeType") or self.tree.get("Event") or ""),
                group=identity(self.account, group) if group else "",
            )
        )


def told(account: str, tree: Tree, plain: bytes, now: datetime) -> Told:
    """Return what the message tells; raise Unintelligible when it makes no sense."""
    seconds = _text(tree, "CreateTime")
    if _SECONDS.fullmatch(seconds) is None:
        raise Unintelligible("CreateTime")
    at = min(datetime.fromtimestamp(int(seconds), UTC), now)
    reading = _Reading(account, tree, plain, at)
    if _text(tree, "MsgType").lower() != "event":
        return Told(_spoken(reading))
    reader = _READERS.get(_text(tree, "Event").lower())
    return reader(reading) if reader is not None else _other(reading)


def _spoken(reading: _Reading) -> tuple[InboundEvent, ...]:
    """An employee wrote to the app itself."""
    who = _id(reading.tree, "FromUserName")
    reading.add(f"custom.app_{_text(reading.tree, 'MsgType').lower()}", who, {})
    return tuple(reading.found)


def _other(reading: _Reading) -> Told:
    reading.add(f"custom.platform_{_text(reading.tree, 'Event').lower()[:64]}", "", {})
    return Told(tuple(reading.found))


def _contact(reading: _Reading) -> Told:
    tree = reading.tree
    change, who = _text(tree, "ChangeType"), _id(tree, "ExternalUserID")
    kind = _CONTACT.get(change, "custom.contact_changed")
    properties: dict[str, Scalar] = {"change": change, "employee": _text(tree, "UserID")}
    for name, element in (("state", "State"), ("source", "Source"), ("reason", "FailReason")):
        if _text(tree, element):
            properties[name] = _text(tree, element)[:128]
    reading.add(kind, who, properties)
    code = _text(tree, "WelcomeCode")
    new = who if kind == "custom.contact_added" else ""
    return Told(tuple(reading.found), welcome=(code[:512], who) if code else None, contact=new)


def _chat(reading: _Reading) -> Told:
    tree = reading.tree
    chat, change, detail = _id(tree, "ChatId"), _text(tree, "ChangeType"), _text(tree, "UpdateDetail")
    kinds = {"add_member": events.JOINED_GROUP, "del_member": events.LEFT_GROUP}
    if change == "dismiss":
        reading.add(events.GROUP_CHANGED, "", {"dismissed": True}, chat)
        return Told(tuple(reading.found))
    listed = detail not in kinds
    if change == "update" and detail in kinds:
        joined = detail == "add_member"
        scene = _text(tree, "JoinScene" if joined else "QuitScene")
        for who in _members(tree):
            reading.add(kinds[detail], who, {"scene": scene}, chat)
            listed = True
    # Names, owners, people's unionids, and what older events leave out are asked for.
    return Told(tuple(reading.found), chat=chat, listed=listed)


def _members(tree: Tree) -> list[str]:
    """Return who came or left: the platform writes one, many, or none at all."""
    listed = tree.get("MemChangeList")
    items = listed.get("Item", []) if isinstance(listed, dict) else listed or []
    found = items if isinstance(items, list) else [items]
    return [one.strip() for one in found if isinstance(one, str) and _ID.fullmatch(one.strip())]


def _service(reading: _Reading) -> Told:
    return Told(service=(_text(reading.tree, "Token")[:512], _id(reading.tree, "OpenKfId")))


def _archive(_reading: _Reading) -> Told:
    return Told(archive=True)


def _tag(reading: _Reading) -> Told:
    tree = reading.tree
    reading.add(
        "custom.corp_tag_changed",
        "",
        {"id": _text(tree, "Id")[:64], "type": _text(tree, "TagType"), "change": _text(tree, "ChangeType")},
    )
    return Told(tuple(reading.found))


_READERS = {
    "change_external_contact": _contact,
    "change_external_chat": _chat,
    "change_external_tag": _tag,
    "kf_msg_or_event": _service,
    "msgaudit_notify": _archive,
}


def _text(tree: Tree, name: str) -> str:
    found = tree.get(name, "")
    if not isinstance(found, str):
        raise Unintelligible(name)
    return found.strip()


def _id(tree: Tree, name: str) -> str:
    found = _text(tree, name)
    if _ID.fullmatch(found) is None:
        raise Unintelligible(name)
    return found
