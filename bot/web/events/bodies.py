"""From the value of a body to the events in it; faults of one event never refuse its neighbours."""

from http import HTTPStatus
from typing import Any

from bot.web.events import cloud, segment
from bot.web.events.intake import Found, Reading
from bot.web.problems import Fault, Refused, malformed, unfit

MAX_EVENTS = 500


def of_call(value: object, call: str, reading: Reading) -> Found:
    """Return what the body of ``/v1/track``, ``identify``, ``alias`` or ``batch`` brings."""
    body = _object(value)
    found = Found()
    if call != "batch":
        found.keep(0, "", segment.event_of(body, call, reading))
        return found
    for index, one in enumerate(_few(body.get("batch"), "batch")):
        kind = one.get("type") if isinstance(one, dict) else None
        event = segment.event_of(one, kind if isinstance(kind, str) else "", reading, str(index))
        found.keep(index, f"batch[{index}]", event)
    return found


def of_cloud(value: object, reading: Reading) -> Found:
    """Return what the body of a structured CloudEvent brings."""
    found = Found()
    found.keep(0, "", cloud.event_of(_object(value), reading))
    return found


def of_clouds(value: object, reading: Reading) -> Found:
    """Return what the body of a batch of CloudEvents brings."""
    found = Found()
    for index, one in enumerate(_few(value, "")):
        found.keep(index, f"[{index}]", cloud.event_of(one, reading))
    return found


def _few(values: object, path: str) -> list[Any]:
    if not isinstance(values, list) or not values:
        raise unfit("bad_batch", path, "write a list of at least one event")
    if len(values) > MAX_EVENTS:
        fault = Fault("too_many", path, f"send at most {MAX_EVENTS} events a request")
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, fault)
    return values


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise malformed("not_an_object", "write a JSON object")
    return value
