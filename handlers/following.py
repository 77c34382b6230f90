"""Following and leaving: the tie to an account, and what leaving takes along."""

from datetime import datetime

from bot.domain.effects import CancelMessages, Effect, EraseMember, SetFollowing
from bot.domain.events import FOLLOWED, UNFOLLOWED, InboundEvent
from bot.domain.handling import Handler, Settings
from bot.domain.members import Member


def follow(event: InboundEvent, member: Member, _settings: Settings, _now: datetime) -> list[Effect]:
    """Note that the member follows."""
    return [SetFollowing(member.id, event.account, following=True, at=event.at)]


def unfollow(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Stop everything under way to the member and forget them as the platform demands.

    WeChat asks a developer to delete a member's information on unsubscribe:
    https://developers.weixin.qq.com/doc/service/Account_Management/Wechat_Accreditation_Event_Push.html
    """
    effects: list[Effect] = [
        SetFollowing(member.id, event.account, following=False, at=event.at),
        CancelMessages(member.id, "unfollowed", now),
    ]
    if settings.erase_on_unfollow:
        effects.append(EraseMember(member.id, event.account, now))
    return effects


HANDLERS: tuple[Handler, ...] = (
    Handler(frozenset({FOLLOWED}), follow),
    Handler(frozenset({UNFOLLOWED}), unfollow),
)
