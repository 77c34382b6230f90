"""Becoming an operator: 绑定, and a one-time code from the command line or the console."""

import re
from datetime import datetime

from bot.domain.effects import Attempt, BindOperator, Effect, Emit, Reply
from bot.domain.events import BIND_TRIED, MESSAGE, InboundEvent
from bot.domain.handling import Handler, Rank, Settings, Words
from bot.domain.identity import split
from bot.domain.members import Member
from bot.domain.words import plain

# 绑定手机号 and the like are ordinary chat. A name after the code is what alerts and queues call them by.
_WORD = re.compile(r"绑定\s+([0-9a-z]{6,32})(?:\s+(\w{1,32}))?")


def bind(event: InboundEvent, member: Member, _settings: Settings, _now: datetime) -> list[Effect]:
    """Try the code; the answer tells only whether it was good."""
    match = _WORD.fullmatch(plain(event.text))
    # Only who writes to an account of ours directly is who the platform says.
    if match is None or split(event.known_as)[0] != event.account:
        return []
    wish = BindOperator(member.id, match[1].upper(), event.known_as, match[2] or "", event.at)
    told = {
        answer: (Reply(member.id, Rank.COMMAND, template=f"binding/{answer}"),)
        for answer in ("done", "wrong", "throttled")
    }
    return [
        Emit(member.id, BIND_TRIED, f"{event.key}#bind", event.at),
        Attempt(wish, told["done"], {"wrong": told["wrong"], "throttled": told["throttled"]}),
    ]


def words(_settings: Settings) -> Words:
    """Return how such a message begins."""
    return Words(begins=("绑定",))


HANDLERS: tuple[Handler, ...] = (Handler(frozenset({MESSAGE}), bind, words),)
