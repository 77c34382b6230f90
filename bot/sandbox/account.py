"""One official account: how its callbacks reach the bot, and everything the platform keeps for it."""

from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from bot.sandbox.chance import Chance
from bot.sandbox.crypto import Seal
from bot.sandbox.people import Member, People
from bot.sandbox.quotas import Quotas
from bot.sandbox.shapes import BadFieldError, Json, number, text

MODES = ("safe", "compatible", "plain")
RETRY_BYTES = ("fresh", "verbatim", "mixed")


@dataclass(slots=True)
class Media:
    """An uploaded file; ``ends`` is None for permanent material."""

    kind: str
    data: bytes
    name: str
    ends: datetime | None


@dataclass(slots=True)
class QrCode:
    """A parametric code; a permanent one never ends."""

    scene: str
    ticket: str
    url: str
    ends: datetime | None


@dataclass(slots=True)
class MassJob:
    """One accepted mass send."""

    msg_id: int
    at: datetime
    sent: int
    status: str = "SEND_SUCCESS"


@dataclass(slots=True)
class Template:
    """A template the account owns: ``fields`` are its field names, or None if they were not declared."""

    template_id: str
    fields: frozenset[str] | None
    kind: str


@dataclass(slots=True)
class Link:
    """Where callbacks go and in which form. Times are seconds of real time."""

    callback_url: str = ""
    token: str = ""
    seal: Seal | None = None
    mode: str = "safe"
    answer_within: float = 5.0
    retry_after: float = 5.0
    retry_bytes: str = "fresh"
    receipt_delay: float = 0.0
    latency: float = 0.0


@dataclass(slots=True)
class Account:
    """An official account and its state on the platform."""

    name: str
    app_id: str
    secret: str
    original_id: str
    people: People
    link: Link = field(default_factory=Link)
    templates: dict[str, Template] | None = None
    unionids: bool = False
    quotas: Quotas = field(default_factory=Quotas)
    media: dict[str, Media] = field(default_factory=dict)
    tags: dict[int, str] = field(default_factory=dict)
    codes: dict[str, QrCode] = field(default_factory=dict)
    menu: Json | None = None
    sent_once: dict[tuple[str, str], tuple[datetime, int]] = field(default_factory=dict)
    mass_keys: dict[str, MassJob] = field(default_factory=dict)
    mass_jobs: dict[int, MassJob] = field(default_factory=dict)
    desk: dict[str, str] = field(default_factory=dict)
    fetches: dict[str, int] = field(default_factory=dict)

    def template(self, template_id: str, kind: str) -> Template | None:
        """The template, or None if unknown; an account registered without ``templates`` owns every id."""
        if self.templates is None:
            return Template(template_id, None, kind) if template_id else None
        found = self.templates.get(template_id)
        return found if found is not None and found.kind in (kind, "any") else None

    def qr(self, scene: str, now: datetime) -> QrCode | None:
        """The youngest living code with this scene."""
        living = [c for c in self.codes.values() if c.scene == scene and (c.ends is None or now < c.ends)]
        return living[-1] if living else None

    def member(self, name_or_openid: str) -> Member | None:
        """A member by name or openid."""
        return self.people.find(name_or_openid)


def new_account(body: Json, chance: Chance) -> Account:
    """An account from its registration ``{name, app_id, secret, …}``."""
    app_id = text(body, "app_id")
    if not app_id:
        raise BadFieldError("app_id must not be empty")
    original_id = text(body, "original_id", "gh_" + chance.named(24, "gh", app_id).encode().hex()[:12])
    return Account(text(body, "name"), app_id, text(body, "secret"), original_id, People(chance, app_id))


def update(account: Account, body: Json) -> None:
    """Take over what a (repeated) registration says; people, tokens and counts stay."""
    account.app_id, account.secret = text(body, "app_id"), text(body, "secret")
    account.link = _link(body, account.app_id)
    account.unionids = bool(body.get("unionids", account.unionids))
    if "templates" in body:
        account.templates = {one.template_id: one for one in map(_template, body["templates"])}
    for path, limit in body.get("limits", {}).items():
        set_limit(account, path, limit)


def set_limit(account: Account, path: str, limit: Json) -> None:
    """Change an API's ``{daily?, minute?}`` limit."""
    for name, table in (("daily", account.quotas.daily), ("minute", account.quotas.per_minute)):
        if isinstance(limit.get(name), int):
            table[path] = limit[name]


def _template(row: object) -> Template:
    if isinstance(row, str):
        return Template(row, None, "any")
    if not isinstance(row, dict):
        raise BadFieldError("templates must be ids or {id, kind, fields} objects")
    fields = row.get("fields")
    kind = text(row, "kind", "any")
    if kind not in ("template", "subscription", "any"):
        raise BadFieldError("a template's kind is template, subscription or any")
    return Template(text(row, "id"), None if fields is None else frozenset(fields), kind)


def _link(body: Json, app_id: str) -> Link:
    key, mode = text(body, "encoding_aes_key", ""), text(body, "mode", "")
    mode = mode or ("safe" if key else "plain")
    if mode not in MODES:
        raise BadFieldError(f"mode must be one of {', '.join(MODES)}")
    if mode != "plain" and not key:
        raise BadFieldError(f"mode {mode} needs an encoding_aes_key")
    retry_bytes = text(body, "retry_bytes", "fresh")
    if retry_bytes not in RETRY_BYTES:
        raise BadFieldError(f"retry_bytes must be one of {', '.join(RETRY_BYTES)}")
    url = text(body, "callback_url", "")
    if url:
        require_loopback(url)
    return Link(
        callback_url=url,
        token=text(body, "token", ""),
        seal=Seal(key, app_id) if key else None,
        mode=mode,
        answer_within=number(body, "answer_within", 5.0),
        retry_after=number(body, "retry_after", 5.0),
        retry_bytes=retry_bytes,
        receipt_delay=number(body, "receipt_delay", 0.0),
        latency=number(body, "latency", 0.0),
    )


def require_loopback(url: str) -> None:
    """BadFieldError unless ``url`` is on this machine: a pretend platform must not call real servers."""
    host = urlsplit(url).hostname or ""
    try:
        ours = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        ours = False
    if not ours:
        raise BadFieldError(f"{url!r} is not on the loopback interface")
