"""Every endpoint by its path."""

from bot.sandbox.api import (
    access,
    custom,
    desk,
    followers,
    mass,
    media,
    menu,
    qrcode,
    subscription,
    tags,
    template,
)
from bot.sandbox.api.call import Endpoint

_NOUNS = (access, custom, desk, mass, media, menu, qrcode, subscription, tags, template, followers)
ENDPOINTS: dict[str, Endpoint] = {
    path: endpoint for noun in _NOUNS for path, endpoint in noun.ENDPOINTS.items()
}
