"""No secret, token or address in any log line or error, whatever goes wrong, at the most talkative level."""

import logging
import traceback
from collections.abc import AsyncIterator

import aiohttp
import pytest
import structlog
from aiohttp import web
from wechatpy.client import WeChatClient

from bot.channels._official import wire
from bot.domain.channel import RawCallback
from bot.domain.errors import SendError
from tests.fakes import ManualClock
from tests.integration.channels.raw_platform import UNKNOWN, raw_platform
from tests.integration.channels.rig import Desk, Platform, channel_at, open_door, outcome, text_to
from tests.payloads.correspondent import MEMBER, SETTINGS, Correspondent, text_xml

TOKENS = ("T0KEN", "TOKEN-1")
CANARIES = (SETTINGS.app_secret, SETTINGS.token, SETTINGS.encoding_aes_key, MEMBER, *TOKENS)


def leaks(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


def shown(error: BaseException) -> str:
    """Everything a log could print of an error, causes and contexts included."""
    parts = []
    seen: BaseException | None = error
    while seen is not None:
        parts += [repr(seen), str(seen), repr(vars(seen))]
        seen = seen.__cause__ or seen.__context__
    return "\n".join([*parts, *traceback.format_exception(error)])


@pytest.fixture(autouse=True)
async def _talkative(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> AsyncIterator[None]:
    # Tracebacks as the program writes them: structlog's own default would print every local variable.
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)],
        logger_factory=structlog.PrintLoggerFactory(),
    )
    caplog.set_level(logging.DEBUG)
    logging.getLogger("asyncio").setLevel(logging.DEBUG)
    yield
    structlog.reset_defaults()
    printed = capfd.readouterr()
    assert leaks(caplog.text + printed.out + printed.err) == []


@pytest.mark.parametrize("name", UNKNOWN)
async def test_an_ailing_platform_brings_nothing_to_light(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "TIMEOUT", aiohttp.ClientTimeout(total=0.5, sock_connect=0.5))
    async with raw_platform(UNKNOWN[name][0]) as url, aiohttp.ClientSession() as session:
        error = await outcome(channel_at(url, session, ManualClock()))
    assert leaks(shown(error)) == []


async def test_a_connection_that_cannot_be_made_brings_nothing_to_light(
    platform: Platform, session: aiohttp.ClientSession
) -> None:
    channel = channel_at(platform.url, session, ManualClock())
    await channel.send(text_to())
    channel._wire._base = "http://127.0.0.1:1"
    channel._wire._urls.clear()
    assert leaks(shown(await outcome(channel))) == []


async def test_a_platform_that_repeats_what_it_was_sent_is_not_quoted(
    platform: Platform, session: aiohttp.ClientSession
) -> None:
    async def repeat(request: web.Request, body: bytes) -> web.Response:
        words = f"{request.query['access_token']} {SETTINGS.app_secret} {SETTINGS.token} {body.decode()}"
        return web.json_response({"errcode": 45015, "errmsg": words})

    platform.answer = repeat
    assert leaks(shown(await outcome(channel_at(platform.url, session, ManualClock())))) == []


async def test_chores_that_fail_bring_nothing_to_light(
    platform: Platform, session: aiohttp.ClientSession
) -> None:
    platform.answer = _html
    channel = channel_at(platform.url, session, ManualClock())
    for chore in (channel.chores.followers, channel.client.menu.get, channel.client.tag.get):
        with pytest.raises(SendError) as caught:
            await chore()
        assert leaks(shown(caught.value)) == []
    findings = await channel.chores.check()
    assert leaks(repr(findings)) == []


async def _html(_request: web.Request, _body: bytes) -> web.Response:
    return web.Response(text="<html>", status=502)


async def test_callbacks_good_and_bad_bring_nothing_to_light(session: aiohttp.ClientSession) -> None:
    clock, desk, correspondent = ManualClock(), Desk(), Correspondent()
    channel = channel_at("http://127.0.0.1:1", session, clock)
    async with open_door(channel, desk, clock) as (url, _):
        good = correspondent.post(text_xml())
        for request in (good, RawCallback("POST", good.query, b"{}"), correspondent.post(b"broken")):
            query = [(name, value) for name, values in request.query.items() for value in values]
            async with session.post(f"{url}/callback/shop", params=query, data=request.body):
                pass
        desk.failure = ZeroDivisionError()
        query = [(name, value) for name, values in good.query.items() for value in values]
        async with session.post(f"{url}/callback/shop", params=query, data=good.body) as response:
            assert response.status == 200


def test_settings_and_tokens_do_not_show_their_secrets() -> None:
    assert leaks(repr(SETTINGS)) == []


def test_the_usual_client_puts_the_token_into_its_error() -> None:
    # The sabotage twin: why foreign errors must not leave the wire.
    client = WeChatClient("wx", "secret", access_token="T0KEN", timeout=1)
    client.API_BASE_URL = "http://127.0.0.1:1/"
    with pytest.raises(Exception, match="T0KEN"):
        client.message.send_text("oA", "a")
