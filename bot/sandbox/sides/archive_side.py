"""The archive as an account of its own: of the corp beside it, or of people it makes up itself."""

from typing import TYPE_CHECKING

from bot.sandbox.shapes import Json, flag, text
from bot.sandbox.sides.archive import Archive
from bot.sandbox.sides.corp import CorpSide
from bot.sandbox.sides.side import Acts, Crowd, act_of

if TYPE_CHECKING:
    from bot.sandbox.world import World


class ArchiveSide:
    """One archive; where a corp is pretended too, its groups and people are meant."""

    def __init__(self, world: "World", body: Json) -> None:
        self.name = text(body, "name")
        self._world = world
        self._crowd = Crowd(world.chance, self.name)
        self._own = Archive(world, self.name)
        self._acts: Acts = {"say": self._say, "recall": self._recall, "consent": self._consent}

    @property
    def archive(self) -> Archive:
        """The records that are served."""
        corp = self._corp()
        return corp.archive if corp is not None else self._own

    async def play(self, act: str, body: Json) -> Json:
        """Let somebody act."""
        corp = self._corp()
        return await (corp.play(act, body) if corp is not None else act_of(self._acts, act, body))

    def close(self) -> None:
        """Nothing stays open."""

    def shown(self) -> Json:
        """The archive as the control API lists it."""
        return {"name": self.name, "kind": "wecom_archive", "records": len(self.archive.rows)}

    def _corp(self) -> CorpSide | None:
        return next((one for one in self._world.sides.values() if isinstance(one, CorpSide)), None)

    async def _say(self, body: Json) -> Json:
        person, room = self._crowd.person(body), self._crowd.room(body)
        row = self._own.said(person.openid, room.chat_id, text(body, "text"), agreed=person.name)
        return {"delivered": True, "status": "kept" if row else "not agreed", "reply": None,
                "message_id": row["msgid"] if row else ""}  # fmt: skip

    async def _recall(self, body: Json) -> Json:
        person, room = self._crowd.person(body), self._crowd.room(body)
        self._own.recalled(person.openid, room.chat_id, text(body, "message_id"))
        return {"delivered": True, "status": "kept", "reply": None}

    async def _consent(self, body: Json) -> Json:
        person = self._crowd.person(body)
        self._own.consent(person.openid, person.name, agree=flag(body, "agree", default=True))
        return {"delivered": True, "status": "kept", "reply": None}
