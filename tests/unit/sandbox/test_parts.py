from datetime import datetime, timedelta

import pytest

from bot.sandbox.agenda import Agenda
from bot.sandbox.chance import Chance
from bot.sandbox.clock import SHANGHAI, Clock, read_moment, read_span
from bot.sandbox.faults import Faults
from bot.sandbox.markup import BadXmlError, read, write
from bot.sandbox.shapes import BadFieldError
from bot.sandbox.windows import Window

NOON = datetime(2026, 12, 1, 12, tzinfo=SHANGHAI)


@pytest.mark.parametrize("text", ["", "5", "1w", "-1d", "1d 2h", "h1"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a span"):
        read_span(text)


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        read_span(-1)


def test_moments_without_an_offset_are_shanghai_time() -> None:
    assert read_moment("2026-12-01T12:00:00") == NOON
    assert read_moment("2026-12-01T04:00:00+00:00") == NOON
    assert read_moment("2026-12-01T04:00:00Z").isoformat() == "2026-12-01T12:00:00+08:00"


def test_a_clock_is_real_until_set_and_after_release() -> None:
    clock = Clock()
    assert not clock.frozen
    clock.set(NOON)
    assert (clock.now(), clock.epoch(), clock.frozen) == (NOON, int(NOON.timestamp()), True)
    clock.release()
    assert clock.now() != NOON


def test_an_agenda_gives_what_is_due_in_order_of_time_then_of_adding() -> None:
    async def nothing() -> None: ...

    agenda = Agenda()
    for hours, who in ((2, "c"), (1, "a"), (2, "d"), (1, "b"), (3, "e")):
        agenda.add(NOON + timedelta(hours=hours), who, nothing)
    assert agenda.next_at() == NOON + timedelta(hours=1)
    assert [entry.who for entry in agenda.take_due(NOON + timedelta(hours=2))] == ["a", "b", "c", "d"]
    assert len(agenda) == 1


def test_chance_repeats_with_its_seed_and_names_do_not_depend_on_draws() -> None:
    one, two = Chance(1), Chance(1)
    name = one.named(22, "小明")
    assert [one.bytes(8), one.bytes(8)] == [two.bytes(8), two.bytes(8)]
    assert two.named(22, "小明") == name != Chance(2).named(22, "小明")
    assert 0 <= one.unit() < 1
    assert len(one.digits(9)) == 9


def test_the_first_fault_with_matches_left_strikes() -> None:
    faults = Faults(Chance(0))
    faults.add({"path": "/a", "kind": "errcode", "value": -1, "count": 1})
    faults.add({"path": "/a/b", "kind": "http", "value": 502})
    kinds = frozenset({"errcode", "http"})
    struck = [faults.strike("/a/b", kinds) for _ in range(3)]
    assert [fault.kind for fault in struck if fault] == ["errcode", "http", "http"]
    assert faults.strike("/b", kinds) is None
    assert faults.strike("/a/b", frozenset({"receipt"})) is None


@pytest.mark.parametrize(
    "body",
    [{"path": "/", "kind": "errcode", "value": "x"}, {"path": "/", "kind": "hang", "count": "many"}, {}],
)
def test_a_fault_of_the_wrong_shape_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(BadFieldError):
        Faults(Chance(0)).add(body)


def test_a_window_keeps_the_larger_allowance_and_the_later_end() -> None:
    window = Window()
    window.after_event(NOON, "CLICK")
    assert (window.left, window.until) == (3, NOON + timedelta(minutes=1))
    window.after_message(NOON)
    assert (window.left, window.until) == (5, NOON + timedelta(hours=48))
    window.left = 1
    window.after_event(NOON + timedelta(hours=1), "SCAN")
    assert (window.left, window.until) == (3, NOON + timedelta(hours=48))
    assert window.is_open(NOON + timedelta(hours=47))
    assert not window.is_open(NOON + timedelta(hours=48))
    window.after_event(NOON + timedelta(hours=49), "VIEW")
    assert not window.is_open(NOON + timedelta(hours=49))


def test_markup_survives_what_members_write() -> None:
    nasty = "a]]>b<c>&amp;]]]]>>"
    assert read(write({"Content": nasty}).encode()).value("Content") == nasty
    assert read(write({"Content": "a\x00\x0b\tb\uffff"}).encode()).value("Content") == "a\tb"


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<xml>",
        b"<html></html>",
        b"<!DOCTYPE xml><xml></xml>",
        b'<xml a="1"></xml>',
        b"<xml>\xff</xml>",
        b"<xml>" * 9 + b"</xml>" * 9,
        b"<xml>" + b"<a></a>" * 512 + b"</xml>",
    ],
)
def test_markup_the_platform_would_not_read_is_refused(document: bytes) -> None:
    with pytest.raises(BadXmlError):
        read(document)
