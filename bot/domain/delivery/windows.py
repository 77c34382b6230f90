"""Which windows an event opens: the routes' own words, nothing about any platform."""

from collections.abc import Mapping

from bot.domain.delivery.routes import RouteRule
from bot.domain.effects import OpenWindow
from bot.domain.events import InboundEvent


def opened(event: InboundEvent, member_id: int, routes: Mapping[str, RouteRule]) -> list[OpenWindow]:
    """Return the windows the event opens on routes of the account that heard it.

    Another account's events open nothing, nor does chatter in a group (``group.message``).
    """
    return [
        OpenWindow(member_id, route.name, rule.allowance, event.kind, event.at, event.at + rule.lasts)
        for route in routes.values()
        if route.account == event.account
        for rule in route.windows
        if rule.opened_by == event.kind
    ]
