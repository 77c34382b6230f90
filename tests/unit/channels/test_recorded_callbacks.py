"""Every recorded callback becomes the event written beside it."""

import json

import pytest

from bot.channels._official.inbound import Inbound
from bot.channels._official.vocabulary import EVENTS, MESSAGES
from bot.domain.channel import ReplyHandle
from tests.fakes import START
from tests.payloads.correspondent import ACCOUNT, FOLDER, SETTINGS, Correspondent, cases, recorded

INBOUND = Inbound(SETTINGS, lambda: "0123456789abcdef" * 2)


@pytest.mark.parametrize("case", cases())
def test_a_recorded_callback_becomes_the_event_beside_it(case: str) -> None:
    callback = INBOUND.parse(Correspondent().post(recorded(case)), START)
    event = callback.event
    assert event is not None
    shown = {
        "kind": event.kind,
        "known_as": event.known_as,
        "text": event.text,
        "can_reply": event.can_reply,
        "platform_kind": event.platform_kind,
        "properties": dict(event.properties),
        "also_known_as": list(event.also_known_as),
    }
    assert shown == json.loads((FOLDER / f"{case}.json").read_text())
    assert (event.account, int(event.at.timestamp())) == ("shop", 1794621540)


def test_account_events_carry_nobody_to_answer() -> None:
    callback = INBOUND.parse(Correspondent().post(recorded("mass_receipt")), START)
    assert callback.handle is None
    answered = INBOUND.parse(Correspondent().post(recorded("text")), START).handle
    assert answered == ReplyHandle(to="oABCDEFGHIJKLMNOPQRSTUVWXYZ0", sender=ACCOUNT)


def test_every_row_of_the_vocabulary_has_a_recorded_callback() -> None:
    heard = {json.loads((FOLDER / f"{case}.json").read_text())["platform_kind"].lower() for case in cases()}
    # The second word for a withdrawn authorisation reads like the first.
    assert {*MESSAGES, *EVENTS} - heard == {"user_authorization_cancellation"}


def test_what_happened_cannot_lie_in_the_future_of_our_clock() -> None:
    early = START.replace(year=2020)
    callback = INBOUND.parse(Correspondent().post(recorded("text"), early), early)
    assert callback.event is not None
    assert callback.event.at == early
