"""Segment's calls become our events."""

from collections.abc import Mapping

from bot.domain import events as kinds
from bot.domain.events import InboundEvent
from bot.web.events.intake import WEBHOOK, Reading
from bot.web.events.money import amount_of
from bot.web.events.naming import kind_of_name
from bot.web.events.properties import properties_of
from bot.web.events.reading import unstorable
from bot.web.events.shapes import Alias, Call, Identify, Track, shaped
from bot.web.events.traits import traits_of
from bot.web.problems import Fault, Refused, unfit

SHAPES: Mapping[str, type[Call]] = {"track": Track, "identify": Identify, "alias": Alias}


def event_of(value: object, call: str, reading: Reading, place: str = "") -> InboundEvent | list[Fault]:
    """Return the event of one call (``track``, ``identify``, ``alias``), or every fault found in it.

    `place` tells calls without a messageId apart that came in one request.
    """
    bad = unstorable(value)
    if bad is not None:
        return [bad]
    if call not in SHAPES:
        return [Fault("bad_type", "type", "must be track, identify or alias")]
    message = shaped(SHAPES[call], value, "")
    if isinstance(message, list):
        return message
    try:
        return _event(message, reading, place)
    except Refused as error:
        return list(error.faults)


def _event(message: Call, reading: Reading, place: str) -> InboundEvent:
    if message.user_id is None:
        raise unfit("no_identity", "userId", "say whom it is about; an anonymousId alone names no member")
    known_as = reading.who(message.user_id, "userId")
    key = f"{WEBHOOK}:{message.message_id}" if message.message_id else f"{WEBHOOK}#{reading.delivery}#{place}"
    written = "timestamp" if message.timestamp is not None else "originalTimestamp"
    at = reading.when(message.timestamp or message.original_timestamp, written)
    if isinstance(message, Track):
        kind = kind_of_name(message.event, "event")
        given = message.properties or {}
        amount = amount_of(kind, given, "properties")
        flat = properties_of(given, "properties")
        if message.anonymous_id:
            flat.setdefault("anonymous_id", message.anonymous_id)
        return InboundEvent(
            key, WEBHOOK, kind, at, known_as, properties=flat, amount=amount, platform_kind=message.event
        )
    if isinstance(message, Identify):
        traits = traits_of(message.traits or {}, "traits", reading.accounts)
        return InboundEvent(
            key,
            WEBHOOK,
            kinds.IDENTIFIED,
            at,
            known_as,
            also_known_as=tuple(traits.also_known_as),
            traits=traits.values,
            platform_kind="identify",
        )
    previous = reading.who(message.previous_id, "previousId") if isinstance(message, Alias) else ""
    return InboundEvent(
        key, WEBHOOK, kinds.IDENTIFIED, at, known_as, also_known_as=(previous,), platform_kind="alias"
    )
