"""What a self-built app sends, by route: customer service, and mass messages that an employee confirms."""

from typing import Any

from bot.channels._official.sends import platform_key
from bot.channels._wecom.app_api import AppApi
from bot.domain.channel import Accepted, Delivery
from bot.domain.content import Content, Text
from bot.domain.errors import Undeliverable

KF, MASS, GROUP = "wecom_kf", "wecom_mass", "group"
KF_BYTES = 2048
MASS_BYTES = 4000
MOST_PEOPLE = 10_000
# What a mass message is until an employee of the corp presses the button.
PENDING = {"receipt": "pending_confirmation"}


def text_of(content: Content, most: int) -> str:
    """Return the text, cut at the platform's limit of bytes; raise Undeliverable for anything else."""
    if not isinstance(content, Text):
        raise Undeliverable("content_not_for_route", detail=type(content).__name__)
    return content.text.encode()[:most].decode("utf-8", "ignore")


async def by_service(api: AppApi, service: str, delivery: Delivery) -> Accepted:
    """Answer a customer through the service account they wrote to."""
    if not service:
        raise Undeliverable("no_window", detail="the customer never wrote to a service account")
    key = platform_key(delivery.key) if delivery.key else ""
    text = text_of(delivery.content, KF_BYTES)
    return Accepted(platform_id=await api.say(service, _one(delivery), key, text))


async def to_people(api: AppApi, delivery: Delivery) -> Accepted:
    """Order a message to contacts; it leaves when their employee confirms."""
    if not 1 <= len(delivery.to) <= MOST_PEOPLE:
        raise Undeliverable("address_list_size", detail=str(len(delivery.to)))
    body = {"chat_type": "single", "external_userid": list(delivery.to)}
    return await _ordered(api, body, delivery)


async def to_group(api: AppApi, owner: str, delivery: Delivery) -> Accepted:
    """Order a message to a group; it leaves when the group's owner confirms."""
    if not owner:
        raise Undeliverable("no_owner", detail="nobody knows yet who owns the group")
    body = {"chat_type": "group", "sender": owner, "chat_id_list": [_one(delivery)]}
    return await _ordered(api, body, delivery)


async def _ordered(api: AppApi, body: dict[str, Any], delivery: Delivery) -> Accepted:
    text = text_of(delivery.content, MASS_BYTES)
    msgid, failed = await api.mass({**body, "text": {"content": text}})
    if failed and set(delivery.to) <= set(failed):
        raise Undeliverable("invalid_address", correction="invalid_member", detail=f"{len(failed)} refused")
    return Accepted(msgid, PENDING)


def _one(delivery: Delivery) -> str:
    if len(delivery.to) != 1:
        raise Undeliverable("address_list_size", detail=str(len(delivery.to)))
    return delivery.to[0]
