"""What a command asks, made ready to be asked after the commit: how it is worded, what follows the answer."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.domain.commanding.apart import AskForecast, AskReload
from bot.domain.commanding.command import House, Operator, Query
from bot.domain.commanding.saying import Drawing, say
from bot.domain.delivery.policy import SERVICE
from bot.domain.events import InboundEvent, Scalar
from bot.domain.outbox import OutboxMessage, Unreachable
from bot.speaking import Speaker
from bot.turns import Later
from storage.commands import look

SUMMARY = "operators/summary"
PICTURE = "operators/picture"
LASTS = timedelta(hours=24)
# Writes a picture and returns its path, None where it cannot.
Draw = Callable[[Drawing], str | None]


class Questions:
    """Makes questions ready."""

    def __init__(self, speaker: Speaker, house: House, draw: Draw | None) -> None:
        """Hold what words the answers, by which routes they may follow later, and what draws."""
        self._speaker = speaker
        self._house = house
        self._draw = draw

    def later(self, query: Query, event: InboundEvent, by: Operator, now: datetime) -> Later:
        """Return a command's question as it is asked after the commit."""
        seen: list[object] = []
        ask = query.ask

        def told(found: object) -> str:
            seen.append(found)
            return self._speaker.worded(query.answer(found))

        def picture(at: datetime) -> OutboxMessage | None:
            path = self._draw(query.picture(seen[0])) if query.picture and seen and self._draw else None
            return self._message(event, by, PICTURE, {"media": path}, at) if path else None

        drawn = query.picture and self._draw and event.account in self._house.pictured
        return Later(
            look=lambda c: told(look(c, ask, now)),
            meanwhile=self._speaker.worded(say("asked")),
            failed=self._speaker.worded(say("command_failed")),
            afterwards=lambda text, at: self._message(event, by, SUMMARY, {"text": text}, at),
            picture=picture if drawn else None,
            apart=(lambda: told(ask.found(now))) if isinstance(ask, AskForecast | AskReload) else None,
        )

    def _message(
        self, event: InboundEvent, by: Operator, template: str, context: Mapping[str, Scalar], at: datetime
    ) -> OutboxMessage | None:
        """Return a message to the operator through the account they wrote to, None where there is no way."""
        via = self._house.replies.get(event.account, ())
        if not via or not by.member_id:
            return None
        return OutboxMessage(
            key=f"{event.key}#{template}",
            member_id=by.member_id,
            template=template,
            purpose=SERVICE,
            via=via,
            created_at=at,
            due_at=at,
            expires_at=at + LASTS,
            priority=100,
            unreachable=Unreachable.WAIT,
            context=context,
            is_answer=True,
        )
