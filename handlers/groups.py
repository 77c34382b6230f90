"""Who comes into a group, who leaves it, and who speaks there."""

from datetime import datetime, timedelta

from bot.domain.effects import AddTag, Effect, JoinGroup, LeaveGroup, SayInGroup, SetAttributes
from bot.domain.events import GROUP_MESSAGE, JOINED_GROUP, LEFT_GROUP, SEEN_IN_GROUP, InboundEvent
from bot.domain.handling import Handler, Settings
from bot.domain.identity import split
from bot.domain.members import Member

# How long newcomers are waited for, so that all of them get one greeting; after a day it makes no sense.
GATHER = timedelta(minutes=1)
GREETED_WITHIN = timedelta(hours=14)
WELCOME = "welcome"


def join(event: InboundEvent, member: Member, settings: Settings, _now: datetime) -> list[Effect]:
    """Note the newcomer and how they came, and greet them together with who else comes just now."""
    if not event.group or event.group in member.groups:
        return []
    state = str(event.properties.get("state") or "")
    effects: list[Effect] = [_joined(event, member, state)]
    source = settings.sources.get(state)
    if source is not None:
        effects.append(AddTag(member.id, source, f"group:{state}", event.at))
        if member.source is None:
            effects.append(SetAttributes(member.id, {"source": source}, f"group:{state}", event.at))
    if settings.group_welcome and split(event.group)[0] in settings.speaking_accounts:
        effects.append(
            SayInGroup(
                member.id, event.group, WELCOME, settings.group_welcome, f"{event.key}#welcome", event.at,
                event.at + GATHER, event.at + GREETED_WITHIN, gather=True,
            )
        )  # fmt: skip
    return effects


def leave(event: InboundEvent, member: Member, _settings: Settings, _now: datetime) -> list[Effect]:
    """Note that the member left."""
    if not event.group:
        return []
    return [LeaveGroup(member.id, event.group, event.at, str(event.properties.get("scene") or ""))]


def speak(event: InboundEvent, member: Member, _settings: Settings, _now: datetime) -> list[Effect]:
    """Note somebody who was there before we knew."""
    if not event.group or event.group in member.groups:
        return []
    return [_joined(event, member, str(event.properties.get("state") or ""))]


def _joined(event: InboundEvent, member: Member, state: str) -> JoinGroup:
    scene = "seen" if event.kind == GROUP_MESSAGE else str(event.properties.get("scene") or "")
    name = str(event.properties.get("group_name") or "")
    return JoinGroup(member.id, event.group, name, event.at, scene, state)


HANDLERS: tuple[Handler, ...] = (
    Handler(frozenset({JOINED_GROUP}), join),
    Handler(frozenset({LEFT_GROUP}), leave),
    Handler(frozenset({GROUP_MESSAGE, SEEN_IN_GROUP}), speak),
)
