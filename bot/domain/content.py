"""What can be said: the content of a reply or a push, free of any platform's wire form."""

from collections.abc import Mapping
from dataclasses import field

from bot.domain.value import value


@value
class Text:
    """Plain text."""

    text: str


@value
class Article:
    """One card of a news message."""

    title: str
    description: str = ""
    image_url: str = ""
    url: str = ""


@value
class News:
    """One or more article cards."""

    articles: tuple[Article, ...]


@value
class Image:
    """A picture: the path of a file of ours, or a platform media id that is known already."""

    media: str


@value
class Voice:
    """A voice clip, by media."""

    media: str


@value
class Video:
    """A video, by media."""

    media: str
    title: str = ""
    description: str = ""


@value
class Music:
    """A music card."""

    title: str
    description: str
    url: str
    thumb_media: str
    hq_url: str = ""


@value
class MiniProgram:
    """A mini-program card."""

    title: str
    app_id: str
    page: str
    thumb_media: str


@value
class Notice:
    """A platform template filled in: a template message or a subscription notice.

    `template` is the platform's template id, `fields` its field names with rendered values.
    """

    template: str
    fields: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    mini_program: tuple[str, str] | None = None


@value
class Transfer:
    """Hand the conversation to the platform's human service."""

    agent: str = ""


Content = Text | News | Image | Voice | Video | Music | MiniProgram | Notice | Transfer
