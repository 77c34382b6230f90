"""Which windows an event opens: the routes' own words, nothing about any platform."""

from collections.abc import Mapping, Sequence

from bot.domain.delivery.routes import RouteRule, WindowRule
from bot.domain.effects import OpenWindow
from bot.domain.events import COMMANDED, MESSAGE, InboundEvent

# By account and kind of event: the routes it opens, by name, and for how much and how long.
Openings = Mapping[tuple[str, str], Sequence[tuple[str, WindowRule]]]


def openings(routes: Mapping[str, RouteRule]) -> Openings:
    """Return which events open which routes.

    Another account's events open nothing, nor does chatter in a group (``group.message``). An operator's
    command is a message to the platform.
    """
    found: dict[tuple[str, str], list[tuple[str, WindowRule]]] = {}
    for route in routes.values():
        for rule in route.windows:
            found.setdefault((route.account, rule.opened_by), []).append((route.name, rule))
            if rule.opened_by == MESSAGE:
                found.setdefault((route.account, COMMANDED), []).append((route.name, rule))
    return found


def opened(event: InboundEvent, member_id: int, doors: Openings) -> list[OpenWindow]:
    """Return the windows the event opens."""
    return [
        OpenWindow(member_id, route, rule.allowance, event.kind, event.at, event.at + rule.lasts)
        for route, rule in doors.get((event.account, event.kind), ())
    ]
