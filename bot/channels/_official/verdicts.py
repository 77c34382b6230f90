"""What each of the platform's codes means for the caller: one leaf of SendError, a reason, a correction.

Codes: https://developers.weixin.qq.com/doc/oplatform/developers/errCode/errCode.html and the page of
each API. A code we don't know is a refusal: the platform did nothing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.domain.errors import AccountDisabled, OutcomeUnknown, SendError, TryLater, Undeliverable

PLATFORM_ZONE = ZoneInfo("Asia/Shanghai")
TOKEN_REFUSED = frozenset({40001, 40014, 42001, 41001})
ALREADY_SENT = 45065
BAD_ANSWER = "bad_answer"
_ADDRESS = re.compile(r"\bo[A-Za-z0-9_-]{27}\b")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_MAX_DETAIL = 200
Leaf = Literal["later", "never", "unknown", "disabled"]


def _after(**span: float) -> Callable[[datetime], datetime]:
    return lambda now: now + timedelta(**span)


def next_minute(now: datetime) -> datetime:
    """Return the beginning of the next minute, when the platform's minute quota is full again."""
    return now.replace(second=0, microsecond=0) + timedelta(minutes=1)


def next_day(now: datetime) -> datetime:
    """Return the next midnight in Shanghai, when daily quotas are full again."""
    local = now.astimezone(PLATFORM_ZONE)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return midnight.astimezone(now.tzinfo)


def next_month(now: datetime) -> datetime:
    """Return the first moment of the next month in Shanghai, when mass quotas are full again."""
    local = now.astimezone(PLATFORM_ZONE)
    first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)
    return first.replace(day=1).astimezone(now.tzinfo)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The leaf for one code. `until`, `scope`, `slower` belong to TryLater, `correction` to Undeliverable."""

    leaf: Leaf
    reason: str
    correction: str = ""
    scope: str = "message"
    until: Callable[[datetime], datetime] = next_minute
    slower: bool = False


def _never(reason: str, correction: str = "") -> Verdict:
    return Verdict("never", reason, correction)


def _disabled(reason: str) -> Verdict:
    return Verdict("disabled", reason)


_TOKEN = Verdict("later", "token_refused", scope="account", until=_after(minutes=5))
_INVALID = _never("invalid_address", "invalid_member")
_OPTED_OUT = _never("refused_by_member", "refused")
_TEMPLATE = "disable_template"
_LIST_SIZE = _never("address_list_size")
_TOO_LONG = _never("content_too_long")
_EMPTY = _never("content_empty")
_RISKY = _never("content_risky")
_MEDIA = _never("media_invalid", "reupload_media")
_IP = _disabled("ip_not_listed")
_SECRET = _disabled("secret_wrong")
_APP_ID = _disabled("app_id_wrong")
_RESTRICTED = _disabled("account_restricted")
_TAG = _never("tag_invalid")
VERDICTS: Mapping[int, Verdict] = {
    -1: Verdict("unknown", "platform_busy"),
    **dict.fromkeys(TOKEN_REFUSED, _TOKEN),
    40164: _IP,
    89503: _IP,
    89506: _IP,
    40125: _SECRET,
    41004: _SECRET,
    40243: _disabled("secret_frozen"),
    40013: _APP_ID,
    41002: _APP_ID,
    40003: _INVALID,
    49003: _INVALID,
    43004: _never("not_following", "unfollowed"),
    43101: _never("no_grant", "empty_grant"),
    43019: _OPTED_OUT,
    48002: _OPTED_OUT,
    40037: _never("template_invalid", _TEMPLATE),
    43116: _never("template_banned", _TEMPLATE),
    47003: _never("template_field", _TEMPLATE),
    43107: _never("subscription_banned", _TEMPLATE),
    43108: Verdict("later", "member_busy", scope="member", until=_after(seconds=1)),
    43117: Verdict("later", "member_too_often", scope="member", until=_after(hours=6)),
    45009: Verdict("later", "daily_quota", scope="api", until=next_day),
    45011: Verdict("later", "minute_quota", scope="api", until=next_minute, slower=True),
    45015: _never("window_closed", "close_window"),
    45047: _never("window_used_up", "empty_window"),
    45028: Verdict("later", "mass_quota", scope="api", until=next_month),
    45066: Verdict("later", "key_too_fast", until=_after(minutes=1)),
    45067: _never("key_too_long"),
    40032: _LIST_SIZE,
    40130: _LIST_SIZE,
    45002: _TOO_LONG,
    45003: _TOO_LONG,
    45004: _TOO_LONG,
    45008: _TOO_LONG,
    44002: _EMPTY,
    44003: _EMPTY,
    44004: _EMPTY,
    40007: _MEDIA,
    40004: _MEDIA,
    40005: _never("media_type"),
    40006: _never("media_size"),
    48001: _disabled("api_not_authorised"),
    48004: _disabled("api_banned"),
    50001: _RESTRICTED,
    50002: _RESTRICTED,
    87014: _RISKY,
    20002: _RISKY,
    20013: _RISKY,
    **dict.fromkeys((45056, 45057, 45058, 45059, 45157, 45158, 45159), _TAG),
}
# What 企业微信 has besides: https://developer.work.weixin.qq.com/document/path/90313
VERDICTS = {
    **VERDICTS,
    60020: _IP,
    60011: _disabled("api_not_authorised"),
    84061: _INVALID,
    95001: _never("window_used_up", "empty_window"),
    95002: _never("window_closed", "close_window"),
    95018: _never("window_closed", "close_window"),
    45033: Verdict("later", "minute_quota", scope="api", until=next_minute, slower=True),
}
_OTHER = _never("refused_by_platform")


def verdict_error(code: int, words: str, now: datetime) -> SendError:
    """Return the error for one of the platform's codes; `words` are its errmsg, free of secrets."""
    verdict = VERDICTS.get(code, _OTHER)
    detail = plain_words(words)
    if verdict.leaf == "unknown":
        return OutcomeUnknown(verdict.reason, code=code, detail=detail)
    if verdict.leaf == "disabled":
        return AccountDisabled(verdict.reason, code=code, detail=detail)
    if verdict.leaf == "never":
        return Undeliverable(verdict.reason, correction=verdict.correction, code=code, detail=detail)
    return TryLater(
        verdict.reason,
        verdict.until(now),
        scope=verdict.scope,
        slower=verdict.slower,
        code=code,
        detail=detail,
    )


def plain_words(words: str) -> str:
    """Return the platform's words on one line, short, and without a member's address."""
    return _ADDRESS.sub("o…", _CONTROL.sub(" ", words))[:_MAX_DETAIL].strip()
