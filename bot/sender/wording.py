"""From a claimed row to what is said: the message family worded for the route and the member."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.domain.content import Content, Notice, Text
from bot.domain.content_choice import EMPTY, Library, shelf_scope
from bot.domain.coupons import CouponBatch
from bot.domain.delivery.departures import Departure, Profile
from bot.domain.delivery.reasons import Reason
from bot.domain.delivery.routes import RouteRule
from bot.domain.errors import Undeliverable
from bot.domain.scope import Scope, coupon_scope, scope

_NOBODY = Profile()


class Renderer(Protocol):
    """Words a message family for a route."""

    def render(
        self, name: str, method: str, values: Mapping[str, object], *, personalised: bool = True
    ) -> Content:
        """Return the content of message `name` for a route's method."""
        ...


@dataclass(frozen=True, slots=True)
class Wording:
    """What wording needs besides the row.

    `template_ids` maps an account to its platform templates, name to the platform's id.
    """

    renderer: Renderer
    batches: Mapping[str, CouponBatch] = field(default_factory=dict)
    template_ids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    redeem_url: Callable[[str], str] = lambda code: code
    library: Library = EMPTY

    def content(self, departure: Departure, route: RouteRule) -> Content:
        """Return the content; whatever the renderer raises means that it can't be worded."""
        message = departure.message
        # Text that is the same for everybody knows nobody.
        told = departure.profile if route.personal else _NOBODY
        values = scope(
            message.member_id,
            told,
            self._coupon(departure, route),
            message.context,
            message.rule,
            (told.level, told.points),
        )
        values |= shelf_scope(self.library, message.template, departure.shelf)
        if self.library.items and self.library.lists(message.template) and not departure.shelf.items:
            raise Undeliverable(Reason.NOTHING_NEW)
        content = self.renderer.render(
            message.template, route.method, values, personalised=departure.personalised
        )
        if isinstance(content, Notice):
            ids = self.template_ids.get(route.account, {})
            name = message.platform_template or content.template
            return replace(content, template=ids.get(name, name))
        return content

    def _coupon(self, departure: Departure, route: RouteRule) -> Scope | None:
        order = departure.message.coupon
        coupon = departure.coupon if route.personal else None
        batch = self.batches.get(coupon.batch if coupon else order.batch if order else "")
        if batch is None:
            return None
        return coupon_scope(batch, self.redeem_url, coupon, order.claim_keyword if order else "")


def said(content: Content) -> str:
    """Return the words of a content, for the history people read."""
    return content.text if isinstance(content, Text) else repr(content)
