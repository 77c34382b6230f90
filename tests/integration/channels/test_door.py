"""The callback door over real HTTP: the status of every kind of caller, and never a 500."""

import gzip
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.channels.official_account import OfficialAccount
from bot.domain.channel import RawCallback
from bot.domain.content import Text
from bot.domain.errors import StorageUnavailable
from bot.web import callback
from bot.web.reading import query_fields
from tests.fakes import ManualClock
from tests.integration.channels.rig import Desk, channel_at, open_door, post, query_of
from tests.payloads.correspondent import Correspondent, message_xml, text_xml

PLATFORM = Correspondent()
CLOCK = ManualClock()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def channel(session: aiohttp.ClientSession) -> OfficialAccount:
    return channel_at("http://127.0.0.1:1", session, CLOCK)


@pytest.fixture
async def door(channel: OfficialAccount, desk: Desk) -> AsyncIterator[str]:
    async def broken(_request: web.Request) -> web.Response:
        raise LookupError("s3cr3t")

    async with open_door(channel, desk, CLOCK, broken=broken) as (url, _):
        yield url


async def test_a_callback_is_heard_and_acknowledged(
    session: aiohttp.ClientSession, door: str, desk: Desk
) -> None:
    assert await post(session, door, PLATFORM.post(text_xml("你好"))) == (200, b"success")
    (heard,) = desk.heard
    assert heard.event is not None
    assert heard.event.text == "你好"


async def test_a_reply_comes_back_sealed(session: aiohttp.ClientSession, door: str, desk: Desk) -> None:
    desk.reply = Text("欢迎")
    status, body = await post(session, door, PLATFORM.post(text_xml()))
    assert status == 200
    assert body.startswith(b"<xml><Encrypt>")
    assert "欢迎" not in body.decode()


async def test_the_address_is_verified_by_its_echo(session: aiohttp.ClientSession, door: str) -> None:
    stamp = str(int(CLOCK.now().timestamp()))
    query = {"signature": PLATFORM.sign(stamp, "9"), "timestamp": stamp, "nonce": "9", "echostr": "77"}
    async with session.get(f"{door}/callback/shop", params=query) as response:
        assert (response.status, await response.read()) == (200, b"77")
        assert response.content_type == "text/plain"


async def test_every_refusal_has_the_same_body(
    session: aiohttp.ClientSession, door: str, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    good = PLATFORM.post(text_xml())
    sealed = PLATFORM.encrypt(b"\x20" * 32)
    refusals = [
        await post(session, door, RawCallback("POST", {}, good.body)),
        await post(session, door, RawCallback("POST", good.query, b"<xml><Encrypt>x</Encrypt></xml>")),
        await post(session, door, RawCallback("POST", good.query, text_xml())),
        await post(session, door, PLATFORM.post_sealed(sealed)),
        await post(session, door, Correspondent(token="other").post(text_xml())),
        await post(session, door, good, "nobody"),
    ]
    assert refusals == [(403, b"refused")] * 6
    malformed = [
        await post(session, door, RawCallback("POST", good.query, b"{}")),
        await post(session, door, RawCallback("POST", good.query, b"<!DOCTYPE xml><xml/>")),
        await post(session, door, good, **{"Content-Encoding": "gzip"}),
        await post(session, door, RawCallback("POST", good.query, gzip.compress(b"x"))),
    ]
    assert malformed == [(400, b"refused")] * 4
    assert (desk.heard, desk.set_aside) == ([], [])


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_another_method_is_malformed(session: aiohttp.ClientSession, door: str, method: str) -> None:
    request = PLATFORM.post(text_xml())
    async with session.request(method, f"{door}/callback/shop?{query_of(request)}", data=b"x") as response:
        assert response.status == 400


async def test_what_nobody_understands_is_acknowledged_and_set_aside(
    session: aiohttp.ClientSession, door: str, desk: Desk
) -> None:
    for plain in (b"", b"nonsense", message_xml("", "event"), text_xml().replace(b"CreateTime", b"x")):
        assert await post(session, door, PLATFORM.post(plain)) == (200, b"success")
    assert [error.body for error in desk.set_aside][:2] == [b"", b"nonsense"]
    assert len({error.key for error in desk.set_aside}) == 4


async def test_what_was_not_stored_is_not_acknowledged(
    session: aiohttp.ClientSession, door: str, desk: Desk
) -> None:
    desk.failure = StorageUnavailable("disk full")
    assert (await post(session, door, PLATFORM.post(text_xml())))[0] == 503


async def test_a_failure_of_ours_is_set_aside_and_acknowledged(
    session: aiohttp.ClientSession, door: str, desk: Desk
) -> None:
    desk.failure = ZeroDivisionError()
    assert await post(session, door, PLATFORM.post(text_xml())) == (200, b"success")
    (error,) = desk.set_aside
    assert error.reason == "failed:ZeroDivisionError"


async def test_a_channel_that_breaks_before_authentication_is_a_refusal(
    session: aiohttp.ClientSession, door: str, channel: OfficialAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(channel, "parse", broken)
    assert await post(session, door, PLATFORM.post(text_xml())) == (400, b"refused")


async def test_a_failing_page_shows_neither_500_nor_traceback(
    session: aiohttp.ClientSession, door: str
) -> None:
    async with session.get(f"{door}/broken") as response:
        assert (response.status, await response.text()) == (503, "unavailable")


def test_query_fields_keep_repeats_and_decode() -> None:
    assert query_fields("a=1&a=2&b=%E4%BD%A0+x&c") == {"a": ["1", "2"], "b": ["你 x"], "c": [""]}
    assert query_fields("") == {}


async def test_every_outcome_is_counted_by_account(channel: OfficialAccount, desk: Desk) -> None:
    counted: list[tuple[str, str]] = []
    door = callback.CallbackDoor({"shop": channel}, desk, CLOCK, lambda *one: counted.append(one))
    app = web.Application()
    app.router.add_post("/callback/{account}", door.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession() as session:
        await post(session, url, PLATFORM.post(text_xml()))
        await post(session, url, PLATFORM.post(b"x"))
        await post(session, url, RawCallback("POST", {}, b""))
    await runner.cleanup()
    assert counted == [("shop", "heard"), ("shop", "quarantined"), ("shop", "query_shape")]
