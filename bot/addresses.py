"""Our own addresses that members get: of a coupon's page, and of what the content library leads to."""

from collections.abc import Callable

from bot.config import Config
from bot.domain.content_choice import Library, common_token
from bot.rendering import Renderer


def standing_links(config: Config) -> dict[str, str]:
    """Return the address of each item of the library that is the same in every message for everybody."""
    library = Library(config.content, base=config.server.public_url)
    return {item.name: library.address(common_token("", item)) for item in config.content}


def library_of(config: Config, renderer: Renderer) -> Library:
    """Return the content library with what the messages use of it."""
    return Library(config.content, renderer.uses_of_families(), config.server.public_url)


def redeem_url(config: Config) -> Callable[[str], str]:
    """Return what makes the address of a coupon's page from its code."""
    base = config.server.public_url

    def url(code: str) -> str:
        return f"{base}/r/{code}"

    return url
