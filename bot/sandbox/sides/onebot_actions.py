"""What a OneBot 12 gateway does for the bot, and how it refuses.

https://12.onebot.dev/connect/data-protocol/action-response/: return codes.
"""

from typing import TYPE_CHECKING

from bot.sandbox.shapes import BadFieldError, Json, text
from bot.sandbox.sides.side import Crowd, Person

if TYPE_CHECKING:
    from bot.sandbox.world import World


class Actions:
    """The actions of one gateway."""

    def __init__(self, world: "World", name: str, me: str, crowd: Crowd) -> None:
        self._world = world
        self.name = name
        self._me = me
        self._crowd = crowd

    def do(self, action: object) -> Json:
        """Do an action, or say by its return code why not."""
        return self._answer(action) if isinstance(action, dict) else _failed(10001, "not an object", {})

    def _answer(self, action: Json) -> Json:
        fault = self._world.faults.strike(f"onebot/{action.get('action')}", frozenset({"errcode"}))
        self._world.record.call("ACTION", f"onebot/{action.get('action')}", account=self.name, body=action)
        if fault is not None:
            return _failed(int(fault.value or 34001), "injected", action)
        if not action.get("echo"):
            self.broke("echo", "an action without echo")
        if not isinstance(action.get("self"), dict) or not action["self"].get("user_id"):
            self.broke("self", "an action that does not say whose it is")
            return _failed(10101, "who am I", action)
        if action["self"]["user_id"] != self._me:
            return _failed(10102, "unknown self", action)
        if action.get("action") != "send_message":
            return _failed(10002, "unsupported action", action)
        params = action.get("params")
        try:
            return self._sent(params if isinstance(params, dict) else {}, action)
        except (BadFieldError, KeyError, TypeError) as error:
            self.broke("params", str(error))
            return _failed(10003, str(error), action)

    def _sent(self, params: Json, action: Json) -> Json:
        words = "".join(one["data"]["text"] for one in params["message"] if one["type"] == "text")
        message_id = str(self._world.serial())
        if params["detail_type"] == "group":
            room = self._crowd.by_chat(text(params, "group_id"))
            if room is None:
                return _failed(35001, "no such group", action)
            to = Person(room.name, room.chat_id)
            self._world.record.message(
                self.name, to, "group", "text", text=words, group=room.name, message_id=message_id
            )
        else:
            person = self._crowd.by_id(text(params, "user_id"))
            if person is None:
                return _failed(35001, "no such user", action)
            self._world.record.message(self.name, person, "direct", "text", text=words, message_id=message_id)
        now = self._world.clock.now().timestamp()
        return {"status": "ok", "retcode": 0, "data": {"message_id": message_id, "time": now}, "message": "",
                "echo": action.get("echo", "")}  # fmt: skip

    def broke(self, rule: str, detail: str) -> None:
        """Note a rule that the bot broke."""
        self._world.record.violation(self.name, f"onebot12_{rule}", detail)


def _failed(code: int, words: str, action: Json) -> Json:
    return {
        "status": "failed",
        "retcode": code,
        "data": None,
        "message": words,
        "echo": action.get("echo", ""),
    }
