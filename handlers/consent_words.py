"""A word grants a purpose, another withdraws it at once."""

from datetime import datetime

from bot.domain.effects import CancelMessages, Effect, Emit, Reply, SetConsent
from bot.domain.events import CONSENT_GRANTED, CONSENT_WITHDRAWN, MESSAGE, InboundEvent
from bot.domain.handling import ConsentWords, Handler, Rank, Settings, Words
from bot.domain.members import Member
from bot.domain.words import is_word


def hear(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Record a grant or a withdrawal, with the message as proof, and confirm it."""
    for words in settings.consents:
        if is_word(event.text, words.withdraw):
            return _withdraw(event, member, words, now)
        if is_word(event.text, words.grant):
            return _grant(event, member, words)
    return []


def _grant(event: InboundEvent, member: Member, words: ConsentWords) -> list[Effect]:
    return [
        SetConsent(
            member.id, words.purpose, granted=True, basis="keyword", proof=_proof(event, words), at=event.at
        ),
        Emit(member.id, CONSENT_GRANTED, f"{event.key}#granted", event.at, {"purpose": words.purpose}),
        Reply(member.id, Rank.CONSENT, template=f"consent/{words.purpose}_granted"),
    ]


def _withdraw(event: InboundEvent, member: Member, words: ConsentWords, now: datetime) -> list[Effect]:
    return [
        SetConsent(
            member.id, words.purpose, granted=False, basis="keyword", proof=_proof(event, words), at=event.at
        ),
        Emit(member.id, CONSENT_WITHDRAWN, f"{event.key}#withdrawn", event.at, {"purpose": words.purpose}),
        CancelMessages(member.id, "consent_withdrawn", now, purpose=words.purpose),
        Reply(member.id, Rank.CONSENT, template=f"consent/{words.purpose}_withdrawn"),
    ]


def _proof(event: InboundEvent, words: ConsentWords) -> str:
    return f"{event.key} {words.notice}".strip()


def words(settings: Settings) -> Words:
    """Return the words of every purpose."""
    return Words(whole=tuple(word for one in settings.consents for word in (*one.grant, *one.withdraw)))


HANDLERS: tuple[Handler, ...] = (Handler(frozenset({MESSAGE}), hear, words),)
