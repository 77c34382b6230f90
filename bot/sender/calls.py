"""One call to a platform and what it means: every failure becomes an outcome the ledger understands."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.channel import Channel, Delivery
from bot.domain.clock import Clock
from bot.domain.content import Content, Image
from bot.domain.delivery.departures import Departure, InDoubt, Outcome, Postponed, Refused, Sent, Stopped
from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.delivery.reasons import Reason
from bot.domain.errors import AccountDisabled, OutcomeUnknown, SendError, TryLater, Undeliverable
from bot.domain.month import DRAWN
from bot.sender.ailing import Ailing
from bot.sender.wording import Wording, said

BACKOFF = timedelta(seconds=1)
LONGEST = timedelta(minutes=10)
# A claim this old may be taken for a dead runner's soon; what was not called yet is claimed anew.
LEASE = timedelta(seconds=5)

log = structlog.get_logger("sender")


@dataclass(slots=True)
class Caller:
    """Words a claimed row and hands it to its channel; `draw` gives the path of a picture to be drawn."""

    policy: DeliveryPolicy
    wording: Wording
    channels: Mapping[str, Channel]
    clock: Clock
    rng: random.Random
    ailing: Ailing = field(default_factory=Ailing)
    draw: Callable[[str], str] | None = None

    async def send(self, departure: Departure) -> Outcome:
        """Return what became of the row; raises nothing but cancellation."""
        route = self.policy.routes[departure.route]
        channel = self.channels.get(route.account)
        if channel is None:
            return Refused(departure, Reason.NO_CHANNEL)
        stop = self._stop(departure)
        if stop is not None:
            return stop
        try:
            content = await self._drawn(self.wording.content(departure, route))
        except Undeliverable as error:
            if error.reason in {Reason.NO_VARIANT, Reason.NOTHING_NEW}:
                return Refused(departure, error.reason)
            log.warning("message_not_rendered", template=departure.message.template, reason=error.detail)
            return Refused(departure, Reason.UNRENDERABLE, detail=error.detail)
        except Exception as error:  # a template's fault is its row's end, never its neighbours'
            log.exception("message_not_rendered", template=departure.message.template, row=departure.id)
            return Refused(departure, Reason.UNRENDERABLE, detail=type(error).__name__)
        key = departure.platform_key if route.key else ""
        return await self._call(
            departure, channel, Delivery(route.method, (departure.address,), content, key)
        )

    async def _drawn(self, content: Content) -> Content:
        """Return the content with a picture that is asked for, away from the loop; nothing is kept of it."""
        if not isinstance(content, Image) or not content.media.startswith(DRAWN):
            return content
        if self.draw is None:
            raise Undeliverable(Reason.UNRENDERABLE, detail="nothing can be drawn here")
        return Image(await asyncio.to_thread(self.draw, content.media))

    def _stop(self, departure: Departure) -> Outcome | None:
        if not departure.address:
            # A row taken over from a dead runner whose member is gone since: it may have been sent.
            return InDoubt(departure, Reason.UNFOLLOWED)
        now = self.clock.now()
        return (
            Postponed(departure, Reason.RETRY, now, "member") if now - departure.claimed_at > LEASE else None
        )

    async def _call(self, departure: Departure, channel: Channel, delivery: Delivery) -> Outcome:
        # A picture takes a while to draw, and its claim may have grown old by then.
        stop = self._stop(departure) if isinstance(delivery.content, Image) else None
        if stop is not None:
            return stop
        try:
            accepted = await channel.send(delivery)
        except SendError as error:
            return self.failed(departure, error)
        except Exception as error:  # nobody can say whether the call had its effect
            log.exception("send_failed", route=departure.route, row=departure.id)
            return self.doubted(InDoubt(departure, Reason.DOUBTFUL, type(error).__name__))
        self.understood(departure)
        return Sent(
            departure, accepted.platform_id, said(delivery.content), accepted.detail.get("receipt", "")
        )

    def understood(self, departure: Departure) -> None:
        """Note that the platform's answer made sense."""
        self.ailing.understood(self.policy.routes[departure.route].account)

    def doubted(self, outcome: InDoubt) -> InDoubt:
        """Note that it didn't; return the outcome, with a rest for the account when that goes on."""
        account = self.policy.routes[outcome.departure.route].account
        return replace(outcome, rest_until=self.ailing.doubted(account, self.clock.now()))

    def failed(self, departure: Departure, error: SendError) -> Outcome:
        """Return what a send error means for the row."""
        outcome = self._meaning(departure, error)
        if isinstance(outcome, InDoubt):
            return self.doubted(outcome)
        self.understood(departure)
        return outcome

    def _meaning(self, departure: Departure, error: SendError) -> Outcome:
        detail = f"{error.code}: {error.detail}" if error.code is not None else error.detail
        match error:
            case TryLater():
                until = error.retry_at
                if error.scope == "message":
                    until = max(until, self._after_backoff(departure.attempt))
                return Postponed(departure, error.reason, until, error.scope, error.slower, detail)
            case Undeliverable():
                return Refused(departure, error.reason, error.correction, detail)
            case AccountDisabled():
                return Stopped(departure, error.reason, detail)
            case OutcomeUnknown() | _:
                return InDoubt(departure, error.reason, detail)

    def _after_backoff(self, attempt: int) -> datetime:
        wait = min(BACKOFF * (1 << (attempt - 1)), LONGEST)
        return self.clock.now() + wait * (0.5 + self.rng.random() / 2)
