"""The one passive reply of a callback: chosen, gated, worded and sealed before the commit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from bot.domain import effects as fx
from bot.domain.content import Content, Text
from bot.domain.content_choice import NOTHING, shelf_scope
from bot.domain.coupons import Coupon, CouponClaim
from bot.domain.delivery.facts import facts_of, stance_of
from bot.domain.delivery.gates import for_reply, refuses
from bot.domain.delivery.hours import is_quiet, zone_of
from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.delivery.routes import REPLY, WECOM_KF
from bot.domain.delivery.verdict import Pass
from bot.domain.delivery.world import World
from bot.domain.members import Member
from bot.domain.outbox import CouponOrder, OutboxMessage
from bot.domain.replies import choose
from bot.domain.scope import Scope, coupon_scope, scope
from bot.listing import Lists
from bot.turns import Turn
from storage import allowances, announcements, coupons, holdings, points
from storage.database import Connection
from storage.library import stock
from storage.outbox.answered import answered
from storage.outbox.stocking import wish_of

log = structlog.get_logger("dispatcher")


class Renderer(Protocol):
    """Words a message family for a route."""

    def render(
        self, name: str, method: str, values: Mapping[str, object], *, personalised: bool = True
    ) -> Content:
        """Return the content of message `name` for a route's method."""
        ...

    def settled(self, name: str, method: str) -> Content | None:
        """Return what the message always says; None when that depends on any value."""
        ...


class Answers:
    """Words passive replies."""

    def __init__(
        self,
        renderer: Renderer,
        policy: DeliveryPolicy,
        lists: Lists,
    ) -> None:
        """Hold what wording and gating need."""
        self._renderer = renderer
        self._policy = policy
        self._lists = lists
        self._counting = {
            one.account: one.name for one in policy.routes.values() if one.method == WECOM_KF and one.windows
        }

    def settled(self, reply: fx.Reply) -> Content | None:
        """Return what a reply always says, whoever it is given to; None when that depends on anything."""
        if reply.content is not None:
            return reply.content
        return self._renderer.settled(reply.template, REPLY) if not reply.context else None

    def answer(self, c: Connection, turn: Turn, caused: Sequence[fx.Effect], now: datetime) -> bytes | None:
        """Return the bytes that answer the turn's callback, None when there is nothing to say.

        A rule's answer marks its row as sent.
        """
        channel = turn.heard.channel
        if turn.heard.event.group and self._asleep(now):
            return None
        content = self._content(c, turn, caused, now) if channel is not None else None
        if channel is None or content is None or not self._paid(c, turn):
            return None
        return channel.answer(turn.heard.handle, content, now)

    def _paid(self, c: Connection, turn: Turn) -> bool:
        """Spend what the answer costs where it counts as a message (微信客服); false when nothing is left."""
        route = self._counting.get(turn.heard.event.account)
        if route is None or turn.member is None:
            return True
        return allowances.spend(c, [(turn.member.id, route, "")])

    def _asleep(self, now: datetime) -> bool:
        """Return whether it is night where the groups are: nothing is said there then."""
        quiet = self._policy.quiet
        return quiet is not None and is_quiet(quiet, now, zone_of(None, self._policy.zone))

    def _content(
        self, c: Connection, turn: Turn, caused: Sequence[fx.Effect], now: datetime
    ) -> Content | None:
        member = turn.member
        if member is None:
            return None
        reply = choose([effect for effect in caused if isinstance(effect, fx.Reply)])
        if reply is not None:
            return self._reply(c, member, reply, now)
        if turn.heard.event.group:
            return None  # what a rule says to one member is not for the others
        messages = [
            effect.message
            for effect in caused
            if isinstance(effect, fx.QueueMessage)
            and effect.message.is_answer
            and REPLY in effect.message.via
        ]
        for message in sorted(messages, key=lambda one: (-one.priority, one.key)):
            content = self._message(c, member, message, now)
            if content is not None:
                return content
        return None

    def _reply(self, c: Connection, member: Member, reply: fx.Reply, now: datetime) -> Content | None:
        if reply.content is not None:
            return reply.content
        if refuses(reply.purpose, stance_of(member), self._policy, now) is not None:
            return None
        settled = self.settled(reply)
        if settled is not None:
            return settled
        key = reply.context.get("key")
        coupon = holdings.held(c, key) if isinstance(key, str) else None
        values = self._scope(c, member, coupon, reply.context)
        values |= self._lists.values(c, reply.context, member.id, now)
        return self._worded(reply.template, values, personalised=True)

    def _message(
        self, c: Connection, member: Member, message: OutboxMessage, now: datetime
    ) -> Content | None:
        verdict = for_reply(message, World(facts_of(member)), self._policy, now)
        if not isinstance(verdict, Pass):
            return None
        coupon = None
        if message.coupon is not None and not message.coupon.claim_keyword:
            claim = CouponClaim(message.key, message.coupon.batch, member.id, message.coupon.basis)
            given = coupons.issue(c, [claim], now)[message.key]
            if not isinstance(given, Coupon):
                return None  # the sender meets the same refusal and records its reason
            coupon = given
            announcements.coupons_issued(c, [(message.key, given)], now)
        values = self._scope(c, member, coupon, message.context, message.rule, message.coupon)
        values |= self._shelf(c, member, message, now, personal=verdict.personalised)
        content = self._worded(message.template, values, personalised=verdict.personalised)
        if content is not None:
            answered(c, message.key, REPLY, content.text if isinstance(content, Text) else "", coupon, now)
        return content

    def _shelf(
        self, c: Connection, member: Member, message: OutboxMessage, now: datetime, *, personal: bool
    ) -> Scope:
        """Return what the message shows of the content library."""
        library = self._lists.library
        wish = wish_of(message, tuple(member.tags), personal=personal)
        shelf = stock(c, [wish], library, now).get(message.key, NOTHING)
        return shelf_scope(library, message.template, shelf)

    def _worded(self, template: str, values: Scope, *, personalised: bool) -> Content | None:
        try:
            return self._renderer.render(template, REPLY, values, personalised=personalised)
        except Exception:  # a template's fault must not cost the member's message: it is stored, unanswered
            log.exception("reply_not_rendered", template=template)
            return None

    def _scope(
        self,
        c: Connection,
        member: Member,
        coupon: Coupon | None,
        context: Mapping[str, object],
        rule: str = "",
        order: CouponOrder | None = None,
    ) -> dict[str, object]:
        name = coupon.batch if coupon else order.batch if order else ""
        batch = self._lists.batches.get(name)
        keyword = order.claim_keyword if order else ""
        shown = coupon_scope(batch, self._lists.redeem_url, coupon, keyword) if batch else None
        return scope(member.id, member, shown, context, rule, points.standing(c, member.id))
