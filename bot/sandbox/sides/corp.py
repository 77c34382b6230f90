"""A corp of 企业微信 with a self-built app: contacts, customer groups, customer service and the archive.

https://developer.work.weixin.qq.com/document/path/92130: what is done by API comes back as no event.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.shapes import BadFieldError, Json, flag, text
from bot.sandbox.sides.archive import Archive
from bot.sandbox.sides.corp_post import Post
from bot.sandbox.sides.side import Acts, Crowd, Person, Room, act_of
from bot.sandbox.windows import Window

if TYPE_CHECKING:
    from bot.sandbox.world import World


@dataclass(slots=True)
class Task:
    """A mass message that waits for employees: to whom, by whom, and what became of each."""

    msgid: str
    kind: str
    sender: str
    to: list[str]
    text: str
    status: dict[str, int] = field(default_factory=dict)


class CorpSide:
    """One corp and its app."""

    def __init__(self, world: "World", body: Json) -> None:
        self.name = text(body, "name")
        self.world = world
        self.corp_id = text(body, "corp_id", text(body, "app_id", "ww0000000000000000"))
        self.secret = text(body, "secret", "")
        self.agent_id = str(body.get("agent_id", 1000002))
        self.employee = text(body, "employee", "zhangsan")
        self.service = text(body, "open_kfid", "wk" + world.chance.named(20, self.name, "kf"))
        self._post = Post(world, self.name, self.corp_id, self.agent_id, body)
        self.crowd = Crowd(world.chance, self.name)
        self.friends: set[str] = set()
        self.tags: dict[str, str] = {}
        self.tagged: dict[str, set[str]] = {}
        self.welcomes: dict[str, float] = {}
        self.tokens: dict[str, float] = {}
        self.tasks: dict[str, Task] = {}
        self.words: list[Json] = []
        self.windows: dict[str, Window] = {}
        self.archive = Archive(world, self.name)
        self._acts: Acts = {
            "say": self._say, "join": self._join, "leave": self._leave, "recall": self._recall,
            "consent": self._consent, "rename": self._rename, "dismiss": self._dismiss,
            "follow": self._befriend, "unfollow": self._leave_employee, "event": self._session,
        }  # fmt: skip

    async def play(self, act: str, body: Json) -> Json:
        """Let somebody act."""
        return await act_of(self._acts, act, body)

    def close(self) -> None:
        """Nothing stays open."""

    def shown(self) -> Json:
        """The corp as the control API lists it."""
        rooms = {one.name: one.chat_id for one in self.crowd.rooms.values()}
        return {"name": self.name, "kind": "wecom_app", "groups": rooms, "open_kfid": self.service}

    def broke(self, rule: str, detail: str) -> None:
        """Note a rule that the bot broke."""
        self.world.record.violation(self.name, f"wecom_{rule}", detail)

    async def _say(self, body: Json) -> Json:
        person = self.crowd.person(body)
        if "group" in body:
            room = self.crowd.room(body)
            room.people.setdefault(person.name, {"join_time": self.world.clock.epoch(), "join_scene": 3})
            row = self.archive.said(person.openid, room.chat_id, text(body, "text"), agreed=person.name)
            told = await self._post.event("msgaudit_notify", {"AgentID": self.agent_id})
            return told | {"message_id": row["msgid"] if row else ""}
        row = {
            "msgid": self.world.chance.text(22), "open_kfid": self.service, "external_userid": person.openid,
            "send_time": self.world.clock.epoch(), "origin": 3, "msgtype": "text",
            "text": {"content": text(body, "text")},
        }  # fmt: skip
        self.windows.setdefault(person.openid, Window()).after_message(self.world.clock.now())
        self.words.append(row)
        return await self._news()

    async def _news(self) -> Json:
        token = self.world.chance.text(24)
        return await self._post.event("kf_msg_or_event", {"Token": token, "OpenKfId": self.service})

    async def _session(self, body: Json) -> Json:
        """``{from, change_type}``: a servicer takes (1), gets (2) or ends (3) the talk with a customer."""
        person = self.crowd.person(body)
        told = {"event_type": "session_status_change", "open_kfid": self.service,
                "external_userid": person.openid, "change_type": int(body.get("change_type", 1))}  # fmt: skip
        self.words.append({"msgid": self.world.chance.text(22), "send_time": self.world.clock.epoch(),
                           "origin": 4, "msgtype": "event", "event": told})  # fmt: skip
        return await self._news()

    async def _join(self, body: Json) -> Json:
        person, room = self.crowd.person(body), self._room(body)
        room.people[person.name] = {
            "join_time": self.world.clock.epoch(), "join_scene": int(body.get("scene", 3)),
            "state": text(body, "state", ""),
        }  # fmt: skip
        return await self._moved(room, "add_member", [person], body)

    async def _leave(self, body: Json) -> Json:
        person, room = self.crowd.person(body), self._room(body)
        room.people.pop(person.name, None)
        return await self._moved(room, "del_member", [person], body)

    async def _moved(self, room: Room, detail: str, people: list[Person], body: Json) -> Json:
        """``list: none`` leaves out who it was, as the platform did before 2024."""
        room.version += 1
        fields: Json = {
            "ChatId": room.chat_id, "ChangeType": "update", "UpdateDetail": detail,
            "JoinScene": int(body.get("scene", 3)) if detail == "add_member" else 0, "QuitScene": 0,
            "MemChangeCnt": len(people), "CurMemVer": f"v{room.version}",
        }  # fmt: skip
        if body.get("list") != "none":
            fields["MemChangeList"] = [one.openid for one in people]
        return await self._post.event("change_external_chat", fields)

    async def _rename(self, body: Json) -> Json:
        room = self._room(body)
        self.crowd.rooms[text(body, "name")] = self.crowd.rooms.pop(room.name)
        room.name = text(body, "name")
        fields = {"ChatId": room.chat_id, "ChangeType": "update", "UpdateDetail": "change_name"}
        return await self._post.event("change_external_chat", fields)

    async def _dismiss(self, body: Json) -> Json:
        room = self._room(body)
        room.dismissed = True
        return await self._post.event(
            "change_external_chat", {"ChatId": room.chat_id, "ChangeType": "dismiss"}
        )

    async def _recall(self, body: Json) -> Json:
        person = self.crowd.person(body)
        self.archive.recalled(person.openid, self._room(body).chat_id, text(body, "message_id"))
        return await self._post.event("msgaudit_notify", {"AgentID": self.agent_id})

    async def _consent(self, body: Json) -> Json:
        person = self.crowd.person(body)
        self.archive.consent(person.openid, person.name, agree=flag(body, "agree", default=True))
        return await self._post.event("msgaudit_notify", {"AgentID": self.agent_id})

    async def _befriend(self, body: Json) -> Json:
        person = self.crowd.person(body)
        self.friends.add(person.openid)
        code = self.world.chance.text(32)
        self.welcomes[code] = self.world.clock.now().timestamp()
        fields = {
            "ChangeType": "add_external_contact", "UserID": self.employee, "WelcomeCode": code,
            "ExternalUserID": person.openid, "State": text(body, "state", ""),
        }  # fmt: skip
        return await self._post.event("change_external_contact", fields)

    async def _leave_employee(self, body: Json) -> Json:
        person = self.crowd.person(body)
        self.friends.discard(person.openid)
        fields = {"ChangeType": "del_follow_user", "UserID": self.employee, "ExternalUserID": person.openid}
        return await self._post.event("change_external_contact", fields)

    def confirm(self, body: Json) -> Json:
        """An employee presses the button: only now a mass message reaches anybody."""
        task = self.tasks.get(text(body, "msgid"))
        if task is None:
            raise BadFieldError("no such msgid")
        chosen = body.get("chats") or task.to
        for to in task.to:
            if task.status[to] == 0:
                task.status[to] = 1 if to in chosen else 0
                if to in chosen:
                    self._deliver(task, to)
        return {"msgid": task.msgid, "status": task.status}

    def _deliver(self, task: Task, to: str) -> None:
        room = self.crowd.by_chat(to)
        who = self.crowd.by_id(to) or Person(room.name if room else to, to)
        route = "group" if task.kind == "group" else "wecom_mass"
        self.world.record.message(self.name, who, route, "text", text=task.text, msgid=task.msgid)

    def _room(self, body: Json) -> Room:
        room = self.crowd.room(body)
        room.owner = room.owner or self.employee
        return room
