"""A connected platform account: how it is set up, and what its channel keeps between runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

ENCRYPTED = "encrypted"


@dataclass(frozen=True, slots=True)
class MenuButton:
    """One entry of the account's menu: a click with a key, a link, a mini-program page, or a submenu."""

    label: str
    click: str = ""
    url: str = ""
    mini_program: tuple[str, str] | None = None
    children: tuple["MenuButton", ...] = ()


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """One entry of `accounts`. Secrets never show in a repr; `rate` is calls a second at most.

    The two template maps go from our name to the platform's template id.
    """

    name: str
    kind: str
    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    encoding_aes_key: str = field(repr=False)
    mode: str = ENCRYPTED
    api_base: str = "https://api.weixin.qq.com"
    rate: float = 50.0
    subscription_templates: Mapping[str, str] = field(default_factory=dict)
    message_templates: Mapping[str, str] = field(default_factory=dict)
    menu: tuple[MenuButton, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and the moment after which it must not be used."""

    value: str = field(repr=False)
    fetched_at: datetime
    expires_at: datetime


class TokenStore(Protocol):
    """Remembers access tokens across restarts: a test account may fetch 200 a day."""

    async def load(self, account: str) -> Token | None:
        """Return the last token kept for the account, whatever its age."""
        ...

    async def save(self, account: str, token: Token) -> None:
        """Keep this token in the place of the last one."""
        ...

    async def forget(self, account: str, value: str) -> None:
        """Drop the kept token if it still has this value."""
        ...


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """A file of ours as the platform knows it; without `expires_at` it stays for ever."""

    media_id: str
    kind: str
    uploaded_at: datetime
    expires_at: datetime | None


class MediaStore(Protocol):
    """Remembers which files the platform already has."""

    async def find(self, account: str, digest: str) -> StoredMedia | None:
        """Return the platform's copy of the file with this digest, expired or not."""
        ...

    async def keep(self, account: str, digest: str, media: StoredMedia) -> None:
        """Remember the copy in the place of an older one."""
        ...

    async def forget(self, account: str, media_id: str) -> None:
        """Drop a copy the platform no longer has."""
        ...


@dataclass(frozen=True, slots=True)
class SourceCode:
    """A QR code that names a source: `url` is what the picture says, `ticket` what the platform calls it."""

    source: str
    ticket: str
    url: str


@dataclass(frozen=True, slots=True)
class FollowerPage:
    """One page of the account's followers by platform address; an empty `next` is the last page."""

    total: int
    addresses: tuple[str, ...]
    next: str


@dataclass(frozen=True, slots=True)
class FollowerDetails:
    """What the platform tells about one address; it tells no names since 2021-12-27."""

    address: str
    following: bool
    unionid: str = ""
    remark: str = ""
    followed_at: datetime | None = None
    scene: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check of the account saw: whether it is well, and what to do if not."""

    subject: str
    well: bool
    reason: str = ""
    detail: str = ""
