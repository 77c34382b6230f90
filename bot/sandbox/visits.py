"""A member opens a page of the bot's in WeChat's own browser: sent on within the site, cookies kept."""

from urllib.parse import urljoin, urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, CookieJar

from bot.sandbox.account import require_loopback
from bot.sandbox.shapes import Json, text
from bot.sandbox.world import World

# https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/JS-SDK.html : MicroMessenger is WeChat.
_BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.50"
_WITHIN = ClientTimeout(total=10)
_MOST_HOPS = 3


async def visit(world: World, body: Json) -> Json:
    """``{url}``: open it; ``status`` is that of the last page here, ``location`` where it leads elsewhere."""
    url = text(body, "url")
    require_loopback(url)
    home = urlsplit(url).netloc
    with world.presence.flight():
        async with ClientSession(cookie_jar=CookieJar(unsafe=True), timeout=_WITHIN) as browser:
            status, location = await _opened(browser, url, home)
    if status is None or status >= 400:
        world.record.warning("a page could not be opened", url=urlsplit(url).path, status=status)
    return {"delivered": status is not None and status < 400, "status": status, "reply": None,
            "location": location}  # fmt: skip


async def _opened(browser: ClientSession, url: str, home: str) -> tuple[int | None, str]:
    status: int | None = None
    for _ in range(_MOST_HOPS):
        try:
            async with browser.get(url, headers={"User-Agent": _BROWSER}, allow_redirects=False) as page:
                status = page.status
                await page.read()
                led = page.headers.get("Location")
        except (ClientError, TimeoutError, OSError):
            return None, ""
        if led is None:
            return status, ""
        url = urljoin(url, led)
        if urlsplit(url).netloc != home:
            return status, url
    return status, url
