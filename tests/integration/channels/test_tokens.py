"""One token an account: fetched once for everybody, kept, never overused, renewed when refused."""

import asyncio
import json
from datetime import timedelta

import aiohttp
import pytest

from bot.domain.errors import AccountDisabled, SendError, TryLater
from tests.fakes import ManualClock
from tests.integration.channels.rig import Platform, RememberedTokens, channel_at, outcome, text_to
from tests.payloads.correspondent import SETTINGS


async def test_two_hundred_first_sends_fetch_one_token(
    platform: Platform, session: aiohttp.ClientSession
) -> None:
    channel = channel_at(platform.url, session, ManualClock())
    await asyncio.gather(*(channel.send(text_to()) for _ in range(200)))
    assert platform.tokens == 1
    assert len(platform.calls) == 200


async def test_after_a_revoked_token_everybody_succeeds_with_one_more_fetch(
    platform: Platform, session: aiohttp.ClientSession
) -> None:
    channel = channel_at(platform.url, session, ManualClock())
    await channel.send(text_to())
    platform.good_token = "TOKEN-2"
    await asyncio.gather(*(channel.send(text_to()) for _ in range(50)))
    assert platform.tokens == 2


async def test_a_platform_that_refuses_every_token_is_asked_twice_a_minute_at_most(
    platform: Platform, session: aiohttp.ClientSession
) -> None:
    clock = ManualClock()
    channel = channel_at(platform.url, session, clock)
    numbers = iter(range(1000))
    platform.token_answer = lambda: (
        200,
        json.dumps({"access_token": f"USELESS-{next(numbers)}", "expires_in": 7200}).encode(),
    )
    for _ in range(60):
        error = await outcome(channel)
        assert isinstance(error, TryLater)
        assert (error.reason, error.scope) == ("token_refused", "account")
        clock.advance(seconds=1)
    assert platform.tokens <= 2
    assert len(platform.calls) <= 4


async def test_a_platform_that_gives_the_refused_token_again_is_not_believed(
    platform: Platform, session: aiohttp.ClientSession
) -> None:
    channel = channel_at(platform.url, session, ManualClock())
    platform.good_token = "OTHER"
    platform.token_answer = lambda: (200, b'{"access_token": "STUCK", "expires_in": 7200}')
    assert (await outcome(channel)).reason == "token_refused"
    assert (platform.tokens, len(platform.calls)) == (2, 1)


async def test_a_token_is_never_used_beyond_its_life(
    platform: Platform, session: aiohttp.ClientSession
) -> None:
    clock = ManualClock()
    channel = channel_at(platform.url, session, clock)
    await channel.send(text_to())
    clock.advance(seconds=7139)
    await channel.send(text_to())
    assert platform.tokens == 1
    clock.advance(seconds=2)
    await channel.send(text_to())
    assert platform.tokens == 2


async def test_a_restart_uses_the_kept_token(platform: Platform, session: aiohttp.ClientSession) -> None:
    clock, tokens = ManualClock(), RememberedTokens()
    await channel_at(platform.url, session, clock, tokens).send(text_to())
    await channel_at(platform.url, session, clock, tokens).send(text_to())
    assert platform.tokens == 1
    clock.advance(hours=3)
    await channel_at(platform.url, session, clock, tokens).send(text_to())
    assert platform.tokens == 2


async def test_a_replica_takes_the_newer_token_another_one_kept(
    platform: Platform, session: aiohttp.ClientSession
) -> None:
    clock, tokens = ManualClock(), RememberedTokens()
    first = channel_at(platform.url, session, clock, tokens)
    second = channel_at(platform.url, session, clock, tokens)
    await first.send(text_to())
    await second.send(text_to())
    platform.good_token = "TOKEN-2"
    await first.send(text_to())
    await second.send(text_to())
    assert platform.tokens == 2


@pytest.mark.parametrize(
    ("code", "reason"), [(40164, "ip_not_listed"), (40125, "secret_wrong"), (40013, "app_id_wrong")]
)
async def test_a_wrong_setting_stops_the_account_and_rests(
    platform: Platform, session: aiohttp.ClientSession, code: int, reason: str
) -> None:
    channel = channel_at(platform.url, session, ManualClock())
    words = f"invalid ip 203.0.113.9, secret {SETTINGS.app_secret}"
    platform.token_answer = lambda: (200, json.dumps({"errcode": code, "errmsg": words}).encode())
    for _ in range(5):
        error = await outcome(channel)
        assert type(error) is AccountDisabled
        assert (error.reason, error.code) == (reason, code)
        assert "203.0.113.9" in error.detail
        assert SETTINGS.app_secret not in str(error)
    assert platform.tokens == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"null",
        b"{}",
        b'{"access_token": ""}',
        b'{"access_token": 5, "expires_in": 7200}',
        b'{"access_token": "a b", "expires_in": 7200}',
        b'{"access_token": "a", "expires_in": "7200"}',
        b'{"access_token": "a", "expires_in": -1}',
        b'{"access_token": "a", "expires_in": 99999999}',
        b'{"errcode": -1, "errmsg": "system error"}',
    ],
)
async def test_a_token_answer_of_another_shape_means_later(
    platform: Platform, session: aiohttp.ClientSession, body: bytes
) -> None:
    channel = channel_at(platform.url, session, ManualClock())
    platform.token_answer = lambda: (200, body)
    error = await outcome(channel)
    assert isinstance(error, TryLater)
    assert (error.reason, error.scope) == ("token_unavailable", "account")
    assert platform.calls == []


async def test_a_platform_in_trouble_for_half_an_hour_is_asked_for_ten_tokens_at_most(
    platform: Platform, session: aiohttp.ClientSession
) -> None:
    clock = ManualClock()
    channel = channel_at(platform.url, session, clock)
    platform.token_answer = lambda: (502, b"bad gateway")
    for _ in range(1800):
        await outcome(channel)
        clock.advance(seconds=1)
    assert platform.tokens <= 10
    platform.token_answer = None
    clock.advance(minutes=5)
    await channel.send(text_to())


async def test_one_caller_giving_up_does_not_take_the_token_from_the_others(
    platform: Platform, session: aiohttp.ClientSession
) -> None:
    channel = channel_at(platform.url, session, ManualClock())
    hasty = asyncio.create_task(channel.send(text_to()))
    patient = [asyncio.create_task(channel.send(text_to())) for _ in range(5)]
    await asyncio.sleep(0.01)
    hasty.cancel()
    await asyncio.gather(*patient)
    assert platform.tokens <= 2
    with pytest.raises(asyncio.CancelledError):
        await hasty


async def test_rest_after_a_failure_names_the_moment_to_try_again(
    platform: Platform, session: aiohttp.ClientSession
) -> None:
    clock = ManualClock()
    channel = channel_at(platform.url, session, clock)
    platform.token_answer = lambda: (502, b"")
    error: SendError = await outcome(channel)
    assert isinstance(error, TryLater)
    assert error.retry_at - clock.now() == timedelta(seconds=30)
