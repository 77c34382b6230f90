"""What a member talks about becomes a tag."""

from datetime import datetime

from bot.domain.effects import AddTag, Effect, Emit
from bot.domain.events import SAID, TAG_ADDED, InboundEvent
from bot.domain.handling import Handler, Settings, Words
from bot.domain.members import Member
from bot.domain.words import mentions


def tag(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Tag the member for every topic whose words occur in the message."""
    effects: list[Effect] = []
    for name, words in settings.tag_keywords.items():
        word = mentions(event.text, words)
        if word is None:
            continue
        known = member.tags.get(name)
        if known is None or not known.live(now):
            effects.append(AddTag(member.id, name, f"keyword:{word}", event.at))
            effects.append(Emit(member.id, TAG_ADDED, f"{event.key}#tag:{name}", event.at, {"tag": name}))
    return effects


def words(settings: Settings) -> Words:
    """Return the words of every topic."""
    return Words(within=tuple(word for topic in settings.tag_keywords.values() for word in topic))


HANDLERS: tuple[Handler, ...] = (Handler(SAID, tag, words),)
