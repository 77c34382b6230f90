"""What claimed messages show of the content library, chosen in the transaction that claims them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot.domain.content_choice import Library
from bot.domain.delivery.departures import Departure
from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.outbox import OutboxMessage
from storage.library import Wish, stock


def stocked(
    c: Connection, departures: Sequence[Departure], policy: DeliveryPolicy, library: Library, now: datetime
) -> list[Departure]:
    """Return the departures with what each shows; a row that leaves once more shows the same again."""
    wishes = [
        wish_of(
            one.message, one.profile.tags, personal=one.personalised and policy.routes[one.route].personal
        )
        for one in departures
    ]
    shelves = stock(c, wishes, library, now)
    return [
        replace(one, shelf=shelves[one.message.key]) if one.message.key in shelves else one
        for one in departures
    ]


def wish_of(message: OutboxMessage, tags: Sequence[str], *, personal: bool) -> Wish:
    """Return what a message is to show; a campaign's is common to its firing, a rule's to the rule."""
    series = f"campaign:{message.campaign}" if message.campaign else f"rule:{message.rule}"
    firing = f"/{message.caused_by}" if message.campaign else ""
    return Wish(
        message.key,
        message.member_id,
        message.template,
        f"{series}{firing}",
        f"{series}/",
        tuple(tags),
        personal,
    )
