"""One authenticated call as an endpoint sees it, and what an endpoint is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.sandbox.account import Account
from bot.sandbox.people import Member
from bot.sandbox.refusal import Refusal
from bot.sandbox.shapes import BadFieldError, Json, text
from bot.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart form."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Blob:
    """An answer that is not JSON."""

    data: bytes
    content_type: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that has passed the door: who calls, with what, at which virtual time."""

    world: World
    account: Account
    path: str
    query: Mapping[str, str]
    body: Json
    upload: Upload | None
    now: datetime

    def text(self, name: str, default: str | None = None) -> str:
        """A text field of the body; 47001 if it is missing or something else."""
        try:
            return text(self.body, name, default)
        except BadFieldError as exc:
            raise Refusal(47001, str(exc)) from exc

    def openids(self, name: str) -> list[str]:
        """A list of openids in the body; 40032 if it is none."""
        value = self.body.get(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise Refusal(40032)
        return value

    def member(self, openid: str) -> Member:
        """The member behind ``openid``; 40003 if the account never had one."""
        found = self.account.people.by_openid(openid)
        if found is None:
            raise Refusal(40003)
        return found

    def living_media(self, media_id: object) -> str:
        """``media_id`` if it names media that still live; 41006 without one, 40007 otherwise."""
        if not media_id or not isinstance(media_id, str):
            raise Refusal(41006)
        media = self.account.media.get(media_id)
        if media is None or (media.ends is not None and self.now >= media.ends):
            raise Refusal(40007)
        return media_id

    def broke(self, rule: str, detail: str, **more: object) -> None:
        """Record a violation of the calling account that does not refuse the call."""
        self.world.record.violation(self.account.name, rule, detail, path=self.path, **more)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """``act`` answers; ``entry`` is how the caller proves itself; ``to_one`` marks sends to one openid."""

    method: Literal["GET", "POST"]
    act: Callable[[Call], Json | Blob]
    entry: Literal["token", "secret"] = "token"
    to_one: bool = False
    takes_file: bool = False


OK: Json = {"errcode": 0, "errmsg": "ok"}
