"""What every side can do, and the groups and people it has."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from bot.sandbox.chance import Chance
from bot.sandbox.shapes import BadFieldError, Json, text

# Acts that need an account of another kind: with groups, or a merchant.
IN_GROUPS = ("join", "leave", "recall", "consent", "rename", "dismiss", "use", "stock")


class Side(Protocol):
    """One account of another kind."""

    name: str

    async def play(self, act: str, body: Json) -> Json:
        """Let somebody act: say, join, leave, recall, consent; what came of it."""
        ...

    def close(self) -> None:
        """End every connection."""
        ...

    def shown(self) -> Json:
        """The account as the control API lists it."""
        ...


@dataclass(slots=True)
class Person:
    """Somebody on this side; ``openid`` is what the platform calls them there."""

    name: str
    openid: str
    unionid: str = ""
    is_bot: bool = False


@dataclass(slots=True)
class Room:
    """A group: who is in it by name, how each came, and which messages it has seen."""

    name: str
    chat_id: str
    people: dict[str, Json] = field(default_factory=dict)
    owner: str = ""
    version: int = 0
    dismissed: bool = False


@dataclass(slots=True)
class Crowd:
    """The people and groups of one side, made when they are first spoken of."""

    chance: Chance
    realm: str
    id_prefix: str = "wm"
    chat_prefix: str = "wr"
    people: dict[str, Person] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)

    def person(self, body: Json, name: str = "from") -> Person:
        """The person of a control request, by name."""
        who = text(body, name)
        found = self.people.get(who) or next((p for p in self.people.values() if p.openid == who), None)
        if found is None:
            unionid = text(body, "unionid", "") or ""
            found = Person(who, self.id_prefix + self.chance.named(22, self.realm, who), unionid)
            found.is_bot = bool(body.get("bot", False))
            self.people[who] = found
        return found

    def room(self, body: Json) -> Room:
        """The group of a control request, by name or chat id."""
        name = text(body, "group")
        found = self.rooms.get(name) or self.by_chat(name)
        if found is None:
            found = Room(name, self.chat_prefix + self.chance.named(24, self.realm, "group", name))
            self.rooms[name] = found
        return found

    def by_chat(self, chat_id: str) -> Room | None:
        """The group with this chat id."""
        return next((one for one in self.rooms.values() if one.chat_id == chat_id), None)

    def by_id(self, openid: str) -> Person | None:
        """The person the platform calls so."""
        return next((one for one in self.people.values() if one.openid == openid), None)


Acts = dict[str, Callable[[Json], Awaitable[Json]]]


async def act_of(acts: Acts, name: str, body: Json) -> Json:
    """Run the act of this name; BadFieldError when this side knows none."""
    act = acts.get(name)
    if act is None:
        raise BadFieldError(f"this account knows {', '.join(acts)}, not {name!r}")
    return await act(body)
