"""wechatpy's client on our wire: its many API methods, awaitable, with our token, errors and limits.

Every API method of wechatpy 1.8.18 returns what the client's `_request` returns, so making that one
method a coroutine makes them awaitable. Not usable this way: the `iter_…` methods, `jsapi`,
`qrcode.show` (its own blocking request), and everything that works on the result at once.
"""

import json
from typing import Any

import aiohttp
from wechatpy.client import WeChatClient

from bot.channels._official.verdicts import BAD_ANSWER
from bot.channels._official.wire import Form, Wire, encoded
from bot.domain.errors import OutcomeUnknown, Undeliverable

_HOST = "https://api.weixin.qq.com/"
_BASE = f"{_HOST}cgi-bin/"


class AioWeChatClient(WeChatClient):  # type: ignore[misc]  # published without types
    """A WeChatClient whose calls are awaited; it holds no secret and never fetches a token itself."""

    def __init__(self, app_id: str, wire: Wire) -> None:
        """Send everything through `wire`; wechatpy's own retry, which has no end, is off."""
        super().__init__(app_id, "", auto_retry=False)
        self._http.close()
        self._wire = wire

    def fetch_access_token(self) -> None:
        """Refuse: tokens are the wire's business, and wechatpy's way has neither limit nor time-out."""
        raise RuntimeError("the wire holds the token")

    async def _request(
        self,
        method: str,
        url_or_endpoint: str,
        **options: Any,  # noqa: ANN401 - as untyped as wechatpy itself
    ) -> Any:  # noqa: ANN401 - as untyped as wechatpy itself
        """Call an API; raise one leaf of SendError unless the platform answers a success."""
        base = options.pop("api_base_url", _BASE)
        path = _path(url_or_endpoint, base)
        query = {name: str(value) for name, value in (options.get("params") or {}).items()}
        process = options.get("result_processor")
        answer = await self._wire.call(method.upper(), path, _data(options), query=query or None, bare=True)
        try:
            return process(answer) if process else answer
        except (KeyError, TypeError, IndexError) as error:
            raise OutcomeUnknown(BAD_ANSWER, detail="a field is missing") from error


def _path(url_or_endpoint: str, base: str) -> str:
    whole = url_or_endpoint if "://" in url_or_endpoint else f"{base}{url_or_endpoint}"
    if not whole.startswith(_HOST):
        # The token goes to the configured API host and nowhere else.
        raise Undeliverable("foreign_host", detail=whole.split("?")[0][:80])
    return whole.removeprefix(_HOST)


def _data(options: dict[str, Any]) -> bytes | Form | None:
    files = options.get("files")
    if files:
        return lambda: _form(files, options.get("data"))
    data: bytes | str | dict[str, Any] | None = options.get("data", options.get("json"))
    if isinstance(data, str):
        return data.encode()
    return encoded(dict(data)) if isinstance(data, dict) else data


def _form(files: dict[str, Any], data: dict[str, Any] | None) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, file in files.items():
        form.add_field(name, file, filename=getattr(file, "name", name))
    for name, value in (data or {}).items():
        form.add_field(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return form
