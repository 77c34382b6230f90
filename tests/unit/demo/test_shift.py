"""The demo's operator: bound by a code said through the account, confirms only what was shown."""

from datetime import timedelta

from bot.demo import acts
from bot.demo.grid import OPENING, Span
from bot.demo.reactions import REPLY, Received
from bot.demo.shift import NAME, SEND, Shift, exchange

SPAN = Span(OPENING, 30)


def told(text: str, who: str = NAME, route: str = REPLY) -> Received:
    return Received(OPENING, who, "o1", route, "text", text)


def test_the_operator_follows_is_bound_and_sends_within_the_span() -> None:
    shift = Shift(SPAN)
    plan = shift.plan()
    assert plan[0].do == acts.FOLLOW
    assert [act.fields.get("text") for act in plan].count(SEND) == 2
    assert all(SPAN.start < act.at < SPAN.end for act in plan)
    (bind,) = shift.at(shift.stops[0], lambda: "ABCDEFGHJK", [])
    assert bind.fields["text"] == f"绑定 ABCDEFGHJK {NAME}"
    assert bind.at - shift.stops[0] < timedelta(minutes=5)


def test_only_a_card_shown_to_the_operator_is_confirmed() -> None:
    shift = Shift(SPAN)
    card = "📮 预览\n回复「确认 K7Q2 25」执行"
    heard = [told(card), told("你好"), told(card, who="m0001"), told(card, route="customer_service")]
    acted = shift.at(shift.stops[1], lambda: "", heard)
    assert [act.fields["text"] for act in acted] == ["确认 K7Q2 25"]


def test_a_very_short_demo_sends_nothing() -> None:
    assert Shift(Span(OPENING, 1)).stops == [OPENING + timedelta(hours=4)]
    assert exchange([], [], "荷塘") == []
