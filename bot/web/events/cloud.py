"""CloudEvents 1.0 become our events: structured, batched, or with their attributes in ``ce-`` headers.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
"""

from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import unquote

from bot.domain.events import InboundEvent
from bot.web.events.intake import WEBHOOK, Reading
from bot.web.events.money import amount_of
from bot.web.events.naming import kind_of_type
from bot.web.events.properties import properties_of
from bot.web.events.reading import unstorable
from bot.web.events.shapes import CloudEvent, shaped
from bot.web.problems import Fault, Refused, unfit

STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"
_HEADER = "ce-"
# Every Segment call and every structured event has one of these.
_ENVELOPE = frozenset({"userId", "batch", "specversion"})
# In the data, when the event has no subject.
_WHO = ("userId", "user_id")


def event_of(value: object, reading: Reading) -> InboundEvent | list[Fault]:
    """Return the event of one structured CloudEvent, or every fault found in it."""
    bad = unstorable(value)
    if bad is not None:
        return [bad]
    event = shaped(CloudEvent, value, "")
    if isinstance(event, list):
        return event
    try:
        return _event(event, reading)
    except Refused as error:
        return list(error.faults)


def structured(headers: Mapping[str, str], data: object) -> dict[str, object]:
    """Return a binary-mode event in the structured shape.

    Raises a 422 when its data is an envelope itself: the signature covers the body only, so a signed
    track call or structured event could be sent again as the data of another event.
    """
    if isinstance(data, dict) and not _ENVELOPE.isdisjoint(data):
        raise unfit("envelope_as_data", "data", "name the member in ce-subject and leave out the envelope")
    found: dict[str, object] = {
        name.lower().removeprefix(_HEADER): _unescaped(value)
        for name, value in headers.items()
        if name.lower().startswith(_HEADER)
    }
    if data is not None:
        found["data"] = data
    return found


def fingerprint(headers: Mapping[str, str]) -> bytes:
    """Return what stands for the ``ce-`` headers, which the signature does not cover."""
    pairs = sorted(
        (name.lower(), value) for name, value in headers.items() if name.lower().startswith(_HEADER)
    )
    return sha256(repr(pairs).encode("utf-8", "surrogatepass")).digest()


def _unescaped(value: str) -> str:
    """Return a header's value; the binding has it percent-encoded, and quoted perhaps."""
    return unquote(value.strip().strip('"'), errors="replace")


def _event(event: CloudEvent, reading: Reading) -> InboundEvent:
    if event.data_base64 is not None:
        raise unfit("not_json_data", "data_base64", "send data as JSON")
    given = dict(event.data or {})
    named = next((name for name in _WHO if isinstance(given.get(name), str)), None)
    if event.subject is not None:
        known_as = reading.who(event.subject, "subject")
    elif named is not None:
        known_as = reading.who(str(given[named]), f"data.{named}")
    else:
        raise unfit("no_identity", "subject", "say whom it is about in subject or data.userId")
    for name in _WHO:
        given.pop(name, None)
    kind = kind_of_type(event.type, "type")
    return InboundEvent(
        # Lengths keep (a, b:c) and (a:b, c) apart.
        f"{WEBHOOK}|{len(event.source)}|{event.source}|{event.id}",
        WEBHOOK,
        kind,
        reading.when(event.time, "time"),
        known_as,
        properties=properties_of(given, "data"),
        amount=amount_of(kind, given, "data"),
        platform_kind=event.type,
    )
