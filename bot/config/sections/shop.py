"""Who we are and where we run: app, server, storage, templates, webhooks."""

import re
from typing import Annotated, Literal

from pydantic import Field, PlainValidator

from bot.config.model import App, Server
from bot.config.sections.base import Section
from bot.config.sections.fields import PublicUrl, Text, WebhookSecret, Zone


class AppSection(Section):
    """`app:`."""

    name: Text
    timezone: Zone
    locale: Literal["zh-CN", "en"] = "zh-CN"
    contact: Text

    def built(self) -> App:
        """Return it frozen."""
        return App(self.name, self.timezone, self.locale, self.contact)


class ServerSection(Section):
    """`server:`; port 0 takes any free one."""

    host: Text = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    public_url: PublicUrl

    def built(self) -> Server:
        """Return it frozen."""
        return Server(self.host, self.port, self.public_url)


def _database(value: object) -> str:
    """Return the address of a database we can use."""
    schemes = r"(sqlite(\+(aiosqlite|pysqlite))?:///\S+|postgresql(\+psycopg)?://\S+)"
    if not isinstance(value, str) or not re.fullmatch(schemes, value):
        raise ValueError("write sqlite+aiosqlite:///FILE or postgresql+psycopg://USER:${PASSWORD}@HOST/NAME")
    return value


class StorageSection(Section):
    """`storage:`."""

    url: Annotated[str, PlainValidator(_database)]


class TemplatesSection(Section):
    """`templates:`; searched in order."""

    path: Annotated[list[Text], Field(min_length=1, max_length=20)]


class WebhooksSection(Section):
    """`webhooks:`; two secrets during rotation."""

    secrets: Annotated[list[WebhookSecret], Field(min_length=1, max_length=5)]
