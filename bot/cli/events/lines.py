"""One line of a file of business events becomes one event, by the same reading as the webhooks'."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.cli import tables
from bot.cli.words import say
from bot.domain.events import InboundEvent
from bot.web.events import cloud, segment
from bot.web.events.intake import Reading
from bot.web.events.reading import parsed
from bot.web.problems import Fault, Refused

RECENT = timedelta(days=1)
LONGEST_LINE = 64 * 1024
# The file's plainer names for Segment's.
_NAMES = {
    "message_id": "messageId", "user_id": "userId", "previous_id": "previousId", "time": "timestamp",
    "编号": "messageId", "会员": "userId", "事件": "event", "时间": "timestamp",
}  # fmt: skip
_PROPERTIES = {"金额": "total", "amount": "total", "订单号": "order_id", "orderId": "order_id"}
_ENVELOPE = frozenset({"messageId", "userId", "previousId", "event", "timestamp", "type", "traits"})


class UnfitError(ValueError):
    """A line that does not say what an event must say."""


def values_of(path: Path, zone: ZoneInfo) -> Iterator[tuple[int, object]]:
    """Yield (line number, call in Segment's or CloudEvents' shape, or the Fault that its reading gave)."""
    if path.suffix.lower() in {".jsonl", ".ndjson", ".json"}:
        yield from _json_lines(path)
        return
    for line, row in tables.rows_of(path):
        yield line, _call_of_row(row, zone)


def event_of(value: object, reading: Reading, silent: bool | None) -> InboundEvent:
    """Return the event of one line; raise ValueError with what is wrong.

    `silent` says whether rules hear of it; None lets them hear what is at most a day old.
    """
    event = [value] if isinstance(value, Fault) else _read(value, reading)
    if isinstance(event, list):
        raise UnfitError(_sentence(event))
    old = event.at < reading.now - RECENT
    return replace(event, silent=old if silent is None else silent)


def _read(value: object, reading: Reading) -> InboundEvent | list[Fault]:
    if isinstance(value, dict) and "specversion" in value:
        return cloud.event_of(value, reading)
    call = _named(value) if isinstance(value, dict) else {}
    if not call.get("messageId"):
        return [Fault("no_message_id", "messageId", say("event_no_message_id"))]
    kind = call.get("type", "track")
    return segment.event_of(call, kind if isinstance(kind, str) else "", reading)


def _named(value: Mapping[str, object]) -> dict[str, object]:
    return {_NAMES.get(name, name): one for name, one in value.items()}


def _call_of_row(row: Mapping[str, str], zone: ZoneInfo) -> dict[str, object]:
    """Return a row of a table as a call: columns of no other meaning are properties."""
    call: dict[str, object] = {}
    properties: dict[str, object] = {}
    for name, cell in row.items():
        field = _NAMES.get(name, name)
        if not cell:
            continue
        if field in _ENVELOPE:
            call[field] = _zoned(cell, zone) if field == "timestamp" else cell
        else:
            properties[_PROPERTIES.get(name, name)] = cell
    return {**call, "properties": properties}


def _zoned(cell: str, zone: ZoneInfo) -> str:
    """Return the time with its zone: that of the app where the table names none."""
    try:
        found = datetime.fromisoformat(cell.replace("/", "-"))
    except ValueError:
        return cell
    return (found if found.tzinfo else found.replace(tzinfo=zone)).isoformat()


def _json_lines(path: Path) -> Iterator[tuple[int, object]]:
    with path.open("rb") as opened:
        for number, line in enumerate(iter(lambda: opened.readline(LONGEST_LINE + 1), b""), start=1):
            if len(line) > LONGEST_LINE:
                yield number, Fault("too_long", "", say("event_too_long"))
                while line and not line.endswith(b"\n"):
                    line = opened.readline(LONGEST_LINE)  # noqa: PLW2901  the rest of the same line
                continue
            text = line.removeprefix(b"\xef\xbb\xbf").strip()
            if text:
                yield number, _parsed(text)


def _parsed(text: bytes) -> object:
    try:
        return parsed(text)
    except Refused as error:
        return error.faults[0]


def _sentence(faults: list[Fault]) -> str:
    return "; ".join(f"{fault.path}: {fault.detail}" if fault.path else fault.detail for fault in faults)
