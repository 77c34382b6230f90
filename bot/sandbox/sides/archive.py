"""会话内容存档: a log of decrypted records, of those customers alone who agreed.

https://developer.work.weixin.qq.com/document/path/91774
"""

from typing import TYPE_CHECKING

from bot.sandbox.shapes import Json

if TYPE_CHECKING:
    from bot.sandbox.world import World


class Archive:
    """The archive of one corp, as a puller serves it."""

    def __init__(self, world: "World", name: str) -> None:
        self._world = world
        self._name = name
        self._seq = 0
        self.rows: list[Json] = []
        self._agreed: set[str] = set()

    def said(self, who: str, room: str, words: str, *, agreed: str) -> Json | None:
        """Words in a group, or nothing when their speaker never agreed."""
        if agreed not in self._agreed:
            return None
        return self.add(who, room, "text", {"content": words})

    def recalled(self, who: str, room: str, message_id: str) -> None:
        """Somebody took their words back."""
        self.add(who, room, "revoke", {"pre_msgid": message_id}, action="recall")

    def consent(self, who: str, name: str, *, agree: bool) -> None:
        """Somebody agreed to be kept, or no longer does; ``keeps`` rows of before stay as they are."""
        kind = "agree" if agree else "disagree"
        (self._agreed.add if agree else self._agreed.discard)(name)
        moment = self._world.clock.epoch() * 1000
        self.add(who, "", kind, {"userid": who, f"{kind}_time": moment})

    def page(self, seq: int, limit: int) -> list[Json]:
        """The records after ``seq``; a fault may skip one or make one unreadable."""
        rows = [row for row in self.rows if row["seq"] > seq][:limit]
        if rows and self._world.faults.strike(f"{self._name}/archive", frozenset({"http"})) is not None:
            rows = [{"seq": rows[0]["seq"], "error": "unknown publickey_ver"}, *rows[1:]]
        return rows

    def skip(self, count: int) -> None:
        """Leave a gap: so many records are never served."""
        self._seq += count

    def add(self, who: str, room: str, kind: str, content: Json, *, action: str = "send") -> Json:
        """Add a record, whether or not its speaker agreed."""
        record: Json = {
            "msgid": self._world.chance.text(24), "action": action, "from": who, "tolist": [], "roomid": room,
            "msgtime": self._world.clock.epoch() * 1000, "msgtype": kind, kind: content,
        }  # fmt: skip
        self._seq += 1
        self.rows.append({"seq": self._seq, "record": record})
        return record
