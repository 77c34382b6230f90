"""The calls of a self-built app that the channel makes, as plain values.

https://developer.work.weixin.qq.com/document/path/92122 (groups), …/92114 (contacts), …/92117 and …/92118
(tags), …/92135 (mass messages), …/92137 (welcome), …/94670 (customer service).
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.channels._official.answers import Answer
from bot.channels._wecom.app_wire import AppWire

PAGE = 1000
EXTERNAL = 2


@dataclass(frozen=True, slots=True)
class Inside:
    """Somebody in a group who is no employee."""

    address: str
    unionid: str
    joined_at: datetime | None
    scene: str
    state: str
    name: str


@dataclass(frozen=True, slots=True)
class ChatGroup:
    """A customer group as the platform has it now."""

    chat_id: str
    name: str
    owner: str
    version: str
    people: tuple[Inside, ...]


class AppApi:
    """Groups, contacts, tags, mass messages and customer service of one corp."""

    def __init__(self, wire: AppWire) -> None:
        """Call through this wire."""
        self._wire = wire

    async def chats(self) -> AsyncIterator[str]:
        """Yield the chat id of every customer group."""
        cursor = ""
        while True:
            body: dict[str, Any] = {"status_filter": 0, "limit": PAGE}
            page = await self._wire.ask(
                "externalcontact/groupchat/list", body | ({"cursor": cursor} if cursor else {})
            )
            for one in _rows(page, "group_chat_list"):
                yield str(one.get("chat_id", ""))
            cursor = str(page.get("next_cursor") or "")
            if not cursor:
                return

    async def chat(self, chat_id: str) -> ChatGroup:
        """Return a group with the people in it; raises Undeliverable for one that is no customer group."""
        body = {"chat_id": chat_id, "need_name": 1}
        found = await self._wire.ask("externalcontact/groupchat/get", body)
        group = found.get("group_chat")
        group = group if isinstance(group, dict) else {}
        people = [_inside(one) for one in _rows(group, "member_list") if one.get("type") == EXTERNAL]
        return ChatGroup(
            chat_id,
            _word(group, "name"),
            _word(group, "owner"),
            _word(group, "member_version"),
            tuple(people),
        )

    async def unionid(self, address: str) -> str:
        """Return a contact's unionid, empty when the platform tells none."""
        found = await self._wire.look("externalcontact/get", external_userid=address)
        contact = found.get("external_contact")
        return _word(contact, "unionid") if isinstance(contact, dict) else ""

    async def customers(self, addresses: Sequence[str]) -> dict[str, str]:
        """Return the unionids of customers of a service account, by address, at most 100 at once.

        https://developer.work.weixin.qq.com/document/path/95149
        """
        found = await self._wire.ask("kf/customer/batchget", {"external_userid_list": list(addresses)})
        rows = _rows(found, "customer_list")
        told = {_word(one, "external_userid"): _word(one, "unionid") for one in rows}
        return {address: unionid for address, unionid in told.items() if unionid}

    async def corp_tags(self) -> dict[str, str]:
        """Return the corp's tags, name to id."""
        found = await self._wire.ask("externalcontact/get_corp_tag_list", {})
        groups = _rows(found, "tag_group")
        return {_word(tag, "name"): _word(tag, "id") for group in groups for tag in _rows(group, "tag")}

    async def add_tag(self, group: str, name: str) -> str:
        """Make a tag of the corp; return its id."""
        body = {"group_name": group, "tag": [{"name": name}]}
        found = await self._wire.ask("externalcontact/add_corp_tag", body)
        made = found.get("tag_group")
        tags = _rows(made, "tag") if isinstance(made, dict) else []
        return next((_word(tag, "id") for tag in tags if tag.get("name") == name), "")

    async def mark(self, employee: str, address: str, add: Sequence[str], remove: Sequence[str] = ()) -> None:
        """Put tags on, or take them off, a contact of this employee; a stranger cannot be tagged (84061)."""
        body: dict[str, Any] = {"userid": employee, "external_userid": address}
        body |= {"add_tag": list(add)} if add else {}
        body |= {"remove_tag": list(remove)} if remove else {}
        await self._wire.ask("externalcontact/mark_tag", body)

    async def welcome(self, code: str, text: str) -> None:
        """Greet a new contact: once, within 20 s of the event."""
        body = {"welcome_code": code, "text": {"content": text}}
        await self._wire.ask("externalcontact/send_welcome_msg", body)

    async def mass(self, body: dict[str, Any]) -> tuple[str, list[str]]:
        """Order a mass message, which an employee must confirm; return its id and who cannot get it."""
        found = await self._wire.ask("externalcontact/add_msg_template", body)
        failed = found.get("fail_list")
        return _word(found, "msgid"), [str(one) for one in failed] if isinstance(failed, list) else []

    async def results(self, msgid: str, employee: str) -> list[dict[str, Any]]:
        """Return what became of a mass message, a row an addressee."""
        body = {"msgid": msgid, "userid": employee, "limit": PAGE}
        return _rows(await self._wire.ask("externalcontact/get_groupmsg_send_result", body), "send_list")

    async def tasks(self, msgid: str) -> list[dict[str, Any]]:
        """Return the employees who have to confirm a mass message."""
        body = {"msgid": msgid, "limit": PAGE}
        return _rows(await self._wire.ask("externalcontact/get_groupmsg_task", body), "task_list")

    async def news(self, account: str, token: str, cursor: str) -> Answer:
        """Return a page of what customers said to a service account since `cursor`."""
        body: dict[str, Any] = {"open_kfid": account, "limit": PAGE}
        body |= {"token": token} if token else {}
        body |= {"cursor": cursor} if cursor else {}
        return await self._wire.ask("kf/sync_msg", body)

    async def say(self, account: str, address: str, key: str, text: str) -> str:
        """Say something to a customer of a service account; the same key again says it once."""
        body = {"touser": address, "open_kfid": account, "msgtype": "text", "text": {"content": text}}
        return _word(await self._wire.ask("kf/send_msg", body | ({"msgid": key} if key else {})), "msgid")


def _rows(found: Any, name: str) -> list[dict[str, Any]]:  # noqa: ANN401  an answer's part, of any shape
    rows = found.get(name) if isinstance(found, dict) else None
    return [one for one in rows if isinstance(one, dict)] if isinstance(rows, list) else []


def _word(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    return str(value)[:256] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _inside(one: dict[str, Any]) -> Inside:
    seconds = one.get("join_time")
    known = isinstance(seconds, int) and 0 < seconds < 10**11
    return Inside(
        _word(one, "userid"),
        _word(one, "unionid"),
        datetime.fromtimestamp(int(seconds or 0), UTC) if known else None,
        _word(one, "join_scene"),
        _word(one, "state"),
        _word(one, "name"),
    )
