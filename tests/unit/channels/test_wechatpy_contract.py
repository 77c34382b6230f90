"""wechatpy is pinned: we override one method of it and rely on how the others reach that one."""

import inspect
from importlib.metadata import version
from typing import Any

import aiohttp
import pytest
from wechatpy.client import WeChatClient
from wechatpy.client.api.base import BaseWeChatAPI
from wechatpy.client.base import BaseWeChatClient

from bot.channels._official.client import AioWeChatClient
from bot.channels._official.wire import Form
from bot.domain.errors import OutcomeUnknown, Undeliverable


class RecordedWire:
    """Stands for the wire: notes each call and answers with what it was given."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer
        self.calls: list[tuple[str, str, bytes | Form | None, dict[str, str] | None]] = []

    async def call(
        self,
        method: str,
        path: str,
        data: bytes | Form | None = None,
        *,
        query: dict[str, str] | None = None,
        bare: bool = False,
    ) -> dict[str, Any]:
        assert bare
        self.calls.append((method, path, data, query))
        return self.answer


def client(**answer: object) -> tuple[AioWeChatClient, RecordedWire]:
    wire = RecordedWire(answer or {"errcode": 0})
    return AioWeChatClient("wx", wire), wire  # type: ignore[arg-type]  # it stands for a Wire


def test_the_release_is_the_one_we_read() -> None:
    assert version("wechatpy") == "1.8.18"


def test_the_method_we_override_is_the_one_all_calls_go_through() -> None:
    assert list(inspect.signature(BaseWeChatClient._request).parameters) == [
        "self",
        "method",
        "url_or_endpoint",
        "kwargs",
    ]
    for name in ("get", "post"):
        assert "self._request(" in inspect.getsource(getattr(BaseWeChatClient, name))
        assert f"self._client.{name}(" in inspect.getsource(getattr(BaseWeChatAPI, f"_{name}"))
    assert list(inspect.signature(WeChatClient.__init__).parameters)[:3] == ["self", "appid", "secret"]
    assert WeChatClient.API_BASE_URL == "https://api.weixin.qq.com/cgi-bin/"


def test_the_usual_client_would_retry_without_end_and_has_no_time_out() -> None:
    # Why we override: both are measured defects of this release.
    parameters = inspect.signature(WeChatClient.__init__).parameters
    assert parameters["auto_retry"].default is True
    assert parameters["timeout"].default is None


async def test_an_api_method_is_awaited_and_goes_over_our_wire() -> None:
    ours, wire = client(tag={"id": 5, "name": "茶"})
    assert await ours.tag.create("茶") == {"id": 5, "name": "茶"}
    assert wire.calls == [("POST", "cgi-bin/tags/create", '{"tag":{"name":"茶"}}'.encode(), None)]


async def test_query_fields_stay_in_the_query() -> None:
    ours, wire = client(subscribe=1)
    await ours.user.get("oA")
    assert wire.calls == [("GET", "cgi-bin/user/info", None, {"openid": "oA", "lang": "zh_CN"})]


async def test_files_become_a_form_made_anew_for_each_attempt() -> None:
    ours, wire = client(media_id="m")
    await ours.media.upload("image", b"picture")
    (method, path, form, query) = wire.calls[0]
    assert (method, path, query) == ("POST", "cgi-bin/media/upload", {"type": "image"})
    assert callable(form)
    first, second = form(), form()
    assert isinstance(first, aiohttp.FormData)
    assert first is not second


async def test_an_api_on_another_path_keeps_it_and_one_on_another_host_is_refused() -> None:
    ours, wire = client(list=[])
    await ours.get("user/summary", api_base_url="https://api.weixin.qq.com/datacube/")
    assert wire.calls[0][1] == "datacube/user/summary"
    with pytest.raises(Undeliverable, match="foreign_host"):
        await ours.get("https://evil.example/steal")
    assert len(wire.calls) == 1


async def test_an_answer_without_the_field_a_method_wants_is_not_a_key_error() -> None:
    ours, _ = client(errcode=0)
    with pytest.raises(OutcomeUnknown, match="bad_answer"):
        await ours.misc.get_wechat_ips()


def test_wechatpy_never_fetches_a_token_for_us() -> None:
    ours, _ = client()
    assert ours.secret == ""
    with pytest.raises(RuntimeError):
        _ = ours.access_token


def test_every_method_that_returns_the_call_unchanged_is_awaitable() -> None:
    ours, _ = client()
    apis = [api for _, api in inspect.getmembers(type(ours), lambda one: isinstance(one, BaseWeChatAPI))]
    names = [name for api in apis for name, _ in inspect.getmembers(type(api), inspect.isfunction)]
    # The count the survey of this release found; another number means that another release is installed.
    assert len([name for name in names if not name.startswith("_")]) >= 300
