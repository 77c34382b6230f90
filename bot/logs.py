"""Logs: one JSON object a line on standard error, with nothing secret or personal in them."""

import json
import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
SECRET = re.compile(
    r"((?:access_token|secret|token|signature|aes_?key|password)[\"']?\s*[=:]\s*[\"']?)[^\s&\"',}]+",
    re.IGNORECASE,
)
SECRET_KEYS = frozenset(
    {"token", "access_token", "secret", "app_secret", "password", "authorization", "cookie"}
)
# These libraries write whole addresses, with tokens and secrets, at DEBUG.
CHATTY = ("urllib3", "requests", "aiohttp", "asyncio", "apscheduler", "wechatpy")


def without_secrets(text: str) -> str:
    """Return the text with tokens and secrets blanked and phone numbers masked."""
    return PHONE.sub(r"\1****\2", SECRET.sub(r"\1***", text))


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, list | tuple):
        return [_cleaned(one) for one in value]
    if isinstance(value, dict):
        return {key: _cleaned_field(str(key), one) for key, one in value.items()}
    return value


def _cleaned_field(key: str, value: object) -> object:
    return "***" if key.lower() in SECRET_KEYS else _cleaned(value)


def clean(_logger: object, _method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank every secret of a log line, whatever field it hides in; the last step before it is written."""
    return {key: _cleaned_field(key, value) for key, value in fields.items()}


def configure(level: str = "INFO") -> None:
    """Set up logging for the whole program."""
    numeric = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            clean,
            structlog.processors.JSONRenderer(
                serializer=lambda fields, **_: json.dumps(fields, ensure_ascii=False, default=str)
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s", force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # That a tick was passed over because the one before still works is no news.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger().addFilter(_clean_record)
    for handler in logging.getLogger().handlers:
        handler.addFilter(_clean_record)


def _clean_record(record: logging.LogRecord) -> bool:
    record.msg, record.args = without_secrets(record.getMessage()), ()
    return True
