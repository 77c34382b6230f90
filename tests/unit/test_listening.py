"""A handler that is spared a message would have answered nothing to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import load
from bot.config import handler_settings
from bot.discovery import HANDLERS, plugins
from bot.domain.effects import Effect
from bot.domain.events import InboundEvent
from bot.domain.handling import Handler, Settings, Words
from bot.domain.listening import Listeners
from bot.domain.members import Member
from tests.fakes import START
from tests.whole import ENVIRONMENT, ROOT

SETTINGS = handler_settings(load(ROOT / "config.yaml", {**ENVIRONMENT}, demo=True))
ALL = [handler for found in plugins(*HANDLERS).values() for handler in found]
MEMBER = Member(1, START)
SPOKEN = sorted({
    word
    for handler in ALL
    if handler.words is not None
    for words in (handler.words(SETTINGS),)
    for word in (*words.whole, *words.within, *words.begins)
})  # fmt: skip
MESSAGES = st.lists(
    st.one_of(st.sampled_from(SPOKEN), st.text(max_size=4), st.sampled_from([" ", "Ｔ", "td", "abc123"])),
    min_size=1,
    max_size=3,
).map("".join)


def said(text: str) -> InboundEvent:
    return InboundEvent("k1", "shop", "member.message", START, "shop:o1", text)


def told(handlers: list[Handler], event: InboundEvent) -> list[Effect]:
    """What every handler of the kind says, shown everything."""
    hearing = [one for one in handlers if not one.kinds or event.kind in one.kinds]
    return [effect for one in hearing for effect in one.handle(event, MEMBER, SETTINGS, START)]


def listened(handlers: list[Handler], event: InboundEvent) -> list[Effect]:
    return [
        effect
        for handle in Listeners(handlers, SETTINGS).of(event)
        for effect in handle(event, MEMBER, SETTINGS, START)
    ]


@given(MESSAGES)
def test_looking_words_up_gives_what_asking_everybody_gives(text: str) -> None:
    assert listened(ALL, said(text)) == told(ALL, said(text))


def test_other_events_reach_every_handler_of_their_kind() -> None:
    event = InboundEvent(
        "k1", "shop", "member.menu_click", START, "shop:o1", properties={"key": "my_coupons"}
    )
    assert listened(ALL, event) == told(ALL, event) != []


def test_an_idle_word_concerns_only_who_hears_everything() -> None:
    quiet = len([one for one in ALL if not one.kinds])
    assert len(Listeners(ALL, SETTINGS).of(said("今天天气不错"))) == quiet


@pytest.mark.parametrize("text", ["TD", "ｔｄ", " 退订 "])
def test_a_handler_that_keeps_a_word_to_itself_is_found_out(text: str) -> None:
    """Sabotage twin: a handler whose list of words lacks one misses it."""

    def forgetful(_settings: Settings) -> Words:
        return Words(whole=("别的",))

    broken = [Handler(one.kinds, one.handle, forgetful if one.words else None) for one in ALL]
    assert listened(broken, said(text)) != told(broken, said(text))


def test_the_configuration_of_the_project_says_some_words() -> None:
    assert {"TD", "营业时间", "绑定"} <= set(SPOKEN)
