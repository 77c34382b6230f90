"""Every endpoint by its path."""

from bot.sandbox.api import access, custom, subscription, template
from bot.sandbox.api.call import Endpoint

ENDPOINTS: dict[str, Endpoint] = {
    **access.ENDPOINTS,
    **custom.ENDPOINTS,
    **subscription.ENDPOINTS,
    **template.ENDPOINTS,
}
