"""What can be said: the content of a reply or a push, free of any platform's wire form."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Text:
    """Plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """One card of a news message."""

    title: str
    description: str = ""
    image_url: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """One or more article cards."""

    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture: the path of a file of ours, or a platform media id that is known already."""

    media: str


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice clip, by media."""

    media: str


@dataclass(frozen=True, slots=True)
class Video:
    """A video, by media."""

    media: str
    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Music:
    """A music card."""

    title: str
    description: str
    url: str
    thumb_media: str
    hq_url: str = ""


@dataclass(frozen=True, slots=True)
class MiniProgram:
    """A mini-program card."""

    title: str
    app_id: str
    page: str
    thumb_media: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A platform template filled in: a template message or a subscription notice.

    `template` is the platform's template id, `fields` its field names with rendered values.
    """

    template: str
    fields: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    mini_program: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """Hand the conversation to the platform's human service."""

    agent: str = ""


Content = Text | News | Image | Voice | Video | Music | MiniProgram | Notice | Transfer
