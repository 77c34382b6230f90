"""Every answer of the platform becomes a success or exactly one leaf of SendError."""

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels._official.answers import decoded, understand
from bot.channels._official.verdicts import VERDICTS, next_day, next_minute, next_month, verdict_error
from bot.domain.errors import AccountDisabled, OutcomeUnknown, SendError, TryLater, Undeliverable

NOW = datetime(2026, 11, 14, 2, 0, 30, tzinfo=UTC)
LEAVES = {TryLater, Undeliverable, OutcomeUnknown, AccountDisabled}


def judged(body: object, status: int = 200, *, bare: bool = False) -> dict[str, object] | SendError:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return understand(status, raw, NOW, bare=bare)


# The table of the reference, code by code: leaf, reason, and what the ledger or the sender must do.
TABLE: list[tuple[int, type[SendError], str, str]] = [
    (-1, OutcomeUnknown, "platform_busy", ""),
    (40001, TryLater, "token_refused", "account"),
    (40014, TryLater, "token_refused", "account"),
    (42001, TryLater, "token_refused", "account"),
    (41001, TryLater, "token_refused", "account"),
    (40164, AccountDisabled, "ip_not_listed", ""),
    (40125, AccountDisabled, "secret_wrong", ""),
    (40243, AccountDisabled, "secret_frozen", ""),
    (40013, AccountDisabled, "app_id_wrong", ""),
    (40003, Undeliverable, "invalid_address", "invalid_member"),
    (49003, Undeliverable, "invalid_address", "invalid_member"),
    (43004, Undeliverable, "not_following", "unfollowed"),
    (43101, Undeliverable, "no_grant", "empty_grant"),
    (43019, Undeliverable, "refused_by_member", "refused"),
    (48002, Undeliverable, "refused_by_member", "refused"),
    (40037, Undeliverable, "template_invalid", "disable_template"),
    (43116, Undeliverable, "template_banned", "disable_template"),
    (47003, Undeliverable, "template_field", "disable_template"),
    (43107, Undeliverable, "subscription_banned", "disable_template"),
    (43108, TryLater, "member_busy", "member"),
    (43117, TryLater, "member_too_often", "member"),
    (45009, TryLater, "daily_quota", "api"),
    (45011, TryLater, "minute_quota", "api"),
    (45015, Undeliverable, "window_closed", "close_window"),
    (45047, Undeliverable, "window_used_up", "empty_window"),
    (45028, TryLater, "mass_quota", "api"),
    (45066, TryLater, "key_too_fast", "message"),
    (45067, Undeliverable, "key_too_long", ""),
    (45056, Undeliverable, "tag_invalid", ""),
    (45159, Undeliverable, "tag_invalid", ""),
    (40032, Undeliverable, "address_list_size", ""),
    (45002, Undeliverable, "content_too_long", ""),
    (44004, Undeliverable, "content_empty", ""),
    (40007, Undeliverable, "media_invalid", "reupload_media"),
    (48001, AccountDisabled, "api_not_authorised", ""),
    (48004, AccountDisabled, "api_banned", ""),
    (50002, AccountDisabled, "account_restricted", ""),
    (87014, Undeliverable, "content_risky", ""),
    (20013, Undeliverable, "content_risky", ""),
    (99999, Undeliverable, "refused_by_platform", ""),
]


@pytest.mark.parametrize(("code", "leaf", "reason", "consequence"), TABLE, ids=[str(row[0]) for row in TABLE])
def test_a_code_has_its_leaf(code: int, leaf: type[SendError], reason: str, consequence: str) -> None:
    error = judged({"errcode": code, "errmsg": "words rid: 5f-1"})
    assert type(error) is leaf
    assert (error.reason, error.code, error.detail) == (reason, code, "words rid: 5f-1")
    if isinstance(error, TryLater):
        assert error.scope == consequence
        assert error.retry_at > NOW
    if isinstance(error, Undeliverable):
        assert error.correction == consequence


def test_every_code_in_our_table_has_one_of_the_four_leaves() -> None:
    assert {type(verdict_error(code, "", NOW)) for code in VERDICTS} == LEAVES


def test_success_is_the_exact_shape() -> None:
    assert judged({"errcode": 0, "errmsg": "ok", "msgid": 5}) == {"errcode": 0, "errmsg": "ok", "msgid": 5}


def test_a_key_the_platform_has_seen_is_a_success() -> None:
    answer = judged({"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": 123})
    assert isinstance(answer, dict)
    assert answer["msg_id"] == 123


BAD_BODIES: dict[str, bytes] = {
    "html": b"<html><body>502 Bad Gateway</body></html>",
    "empty": b"",
    "truncated": b'{"errcode":0,"errm',
    "null": b"null",
    "list": b"[]",
    "text": b'"ok"',
    "number": b"0",
    "true": b"true",
    "empty object": b"{}",
    "no errcode": b'{"msgid": 5}',
    "errcode null": b'{"errcode": null}',
    "errcode text": b'{"errcode": "0"}',
    "errcode word": b'{"errcode": "abc"}',
    "errcode true": b'{"errcode": false}',
    "errcode real": b'{"errcode": 0.0}',
    "errcode list": b'{"errcode": [0]}',
    "huge number": b'{"errcode": ' + b"9" * 5000 + b"}",
    "long number": b'{"errcode": ' + b"9" * 300 + b"}",
    "deep": b"[" * 200_000,
    "deep object": b'{"a":' * 100_000,
    "not a number": b'{"errcode": NaN}',
    "bad utf-8": b'\xff\xfe{"errcode": 0}',
    "compressed": gzip.compress(b'{"errcode": 0}'),
    "two objects": b'{"errcode": 0}{"errcode": 0}',
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_body_of_another_shape_is_an_unknown_outcome(name: str) -> None:
    error = judged(BAD_BODIES[name])
    assert type(error) is OutcomeUnknown
    assert error.reason == "bad_answer"


@pytest.mark.parametrize(
    ("status", "leaf"),
    [
        (500, OutcomeUnknown),
        (502, OutcomeUnknown),
        (504, OutcomeUnknown),
        (204, OutcomeUnknown),
        (302, TryLater),
        (403, TryLater),
        (404, TryLater),
        (429, TryLater),
    ],
)
def test_another_http_status_is_never_a_success(status: int, leaf: type[SendError]) -> None:
    assert type(judged({"errcode": 0}, status)) is leaf


def test_reading_calls_may_answer_without_an_errcode_but_not_with_nothing() -> None:
    assert judged({"total": 3}, bare=True) == {"total": 3}
    assert isinstance(judged({}, bare=True), OutcomeUnknown)
    assert isinstance(judged({"errcode": "x", "total": 3}, bare=True), OutcomeUnknown)
    assert isinstance(judged({"errcode": 48001}, bare=True), AccountDisabled)


def test_raw_control_characters_in_an_answer_are_no_fault() -> None:
    assert decoded(b'{"remark": "a\x01b"}') == {"remark": "a\x01b"}


def test_quotas_rest_until_the_platform_refills_them() -> None:
    assert next_minute(NOW) == datetime(2026, 11, 14, 2, 1, tzinfo=UTC)
    # Midnight in Shanghai is 16:00 UTC.
    assert next_day(NOW) == datetime(2026, 11, 14, 16, 0, tzinfo=UTC)
    assert next_day(datetime(2026, 11, 14, 16, 0, tzinfo=UTC)) == datetime(2026, 11, 15, 16, 0, tzinfo=UTC)
    assert next_month(datetime(2026, 12, 31, 15, 59, tzinfo=UTC)) == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert next_month(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == datetime(2027, 1, 31, 16, tzinfo=UTC)
    slower = verdict_error(45011, "", NOW)
    assert isinstance(slower, TryLater)
    assert slower.slower


def test_a_busy_member_rests_a_second_and_a_tired_one_for_hours() -> None:
    busy, tired = verdict_error(43108, "", NOW), verdict_error(43117, "", NOW)
    assert isinstance(busy, TryLater)
    assert isinstance(tired, TryLater)
    assert busy.retry_at - NOW == timedelta(seconds=1)
    assert tired.retry_at - NOW >= timedelta(hours=1)


def test_the_platforms_words_are_shown_on_one_line_without_addresses_or_secrets() -> None:
    words = "bad\n\x00touser oABCDEFGHIJKLMNOPQRSTUVWXYZ0 token T0K " + "x" * 900
    error = understand(
        200,
        json.dumps({"errcode": 40003, "errmsg": words}).encode(),
        NOW,
        clean=lambda text: text.replace("T0K", "***"),
    )
    assert isinstance(error, Undeliverable)
    assert error.detail.startswith("bad touser o… token *** x")
    assert len(error.detail) <= 200
