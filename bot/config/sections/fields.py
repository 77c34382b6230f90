"""Field types of the sections: each reads one way of writing a value."""

import base64
import binascii
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, PlainValidator

from bot.config import values
from bot.domain.delivery.routes import Rate

Text = Annotated[str, Field(min_length=1, max_length=500)]
Words = list[Text]
Count = Annotated[int, Field(ge=1, le=10**9)]
Natural = Annotated[int, Field(ge=0, le=10**9)]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,47}", re.ASCII)
_TEMPLATE = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+){0,3}", re.ASCII)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def _name(value: object) -> str:
    """Return a name that can stand in keys, paths and addresses."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError("a name has up to 48 letters, digits and _, and starts with a letter")
    return value


def _template(value: object) -> str:
    """Return the name of a message family."""
    if not isinstance(value, str) or not _TEMPLATE.fullmatch(value):
        raise ValueError("write the name of a message such as welcome/hello")
    return value


def _url(schemes: frozenset[str], plain: frozenset[str]) -> Callable[[object], str]:
    """Return a reader of addresses; those of `plain` schemes are for this machine only."""
    begins = " or ".join(f"{scheme}://" for scheme in sorted(schemes))

    def read(value: object) -> str:
        try:
            parts = urlsplit(value) if isinstance(value, str) else None
            host = parts.hostname if parts is not None else None
            good = parts is not None and parts.scheme in schemes and bool(host) and parts.port != 0
        except ValueError:
            good = False
        if not good or parts is None or re.search(r"\s", str(value)):
            raise ValueError(f"write an address that begins with {begins}")
        if parts.scheme in plain and host not in _LOOPBACK:
            raise ValueError("only an address of this machine may be unencrypted")
        return str(value).rstrip("/")

    return read


def _aes_key(value: object) -> str:
    """Return an EncodingAESKey: 43 characters that decode to 32 bytes.

    https://developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.md
    """
    try:
        key = base64.b64decode(f"{value}=", validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        key = b""
    if len(str(value)) != 43 or len(key) != 32:
        raise ValueError("an EncodingAESKey has 43 letters and digits and decodes to 32 bytes")
    return str(value)


def _token(value: object) -> str:
    """Return a callback token; an empty one would let anybody sign."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_-]{3,64}", value, re.ASCII):
        raise ValueError("a token has 3 to 32 letters and digits; an empty one would let anybody in")
    return value


def _platform_id(value: object) -> str:
    """Return an id the platform gave us; an empty one would accept anybody's messages."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", value, re.ASCII):
        raise ValueError("write the id the platform shows; an empty one would accept foreign messages")
    return value


def _secret(value: object) -> str:
    """Return a secret of any alphabet."""
    if not isinstance(value, str) or not value.strip() or len(value) > 4096:
        raise ValueError("a secret must not be empty")
    return value


def _webhook_secret(value: object) -> str:
    """Return a Standard Webhooks secret: ``whsec_`` and the base64 of at least 16 bytes.

    https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    """
    try:
        key = base64.b64decode(str(value).removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not isinstance(value, str) or len(key) < 16:
        raise ValueError("a webhook secret is whsec_ and the base64 of 24 to 64 random bytes")
    return value


Name = Annotated[str, PlainValidator(_name)]
Template = Annotated[str, PlainValidator(_template)]
Secret = Annotated[str, PlainValidator(_secret)]
WebhookSecret = Annotated[str, PlainValidator(_webhook_secret)]
Token = Annotated[str, PlainValidator(_token)]
AesKey = Annotated[str, PlainValidator(_aes_key)]
PlatformId = Annotated[str, PlainValidator(_platform_id)]
PublicUrl = Annotated[str, PlainValidator(_url(frozenset({"http", "https"}), frozenset()))]
ApiUrl = Annotated[str, PlainValidator(_url(frozenset({"http", "https"}), frozenset({"http"})))]
SocketUrl = Annotated[str, PlainValidator(_url(frozenset({"ws", "wss"}), frozenset({"ws"})))]
Duration = Annotated[timedelta, PlainValidator(values.duration)]
Offset = Annotated[timedelta, PlainValidator(values.offset)]
RateOf = Annotated[Rate, PlainValidator(values.rate)]
PerMember = Annotated[tuple[int, timedelta | None], PlainValidator(values.quota)]
Money = Annotated[int, PlainValidator(values.money)]
Share = Annotated[float, PlainValidator(values.share)]
TimeOfDay = Annotated[time, PlainValidator(values.time_of_day)]
Hours = Annotated[tuple[time, time], PlainValidator(values.hours)]
Zone = Annotated[ZoneInfo, PlainValidator(values.zone)]
Day = Annotated[date, PlainValidator(values.day)]
Moment = Annotated[datetime | date, PlainValidator(values.moment)]
