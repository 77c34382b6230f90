"""What every order is given, and the shape of what answers and carries out."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.domain.commanding.acts import Done
from bot.domain.commanding.command import Operator
from bot.domain.commanding.plans import Card
from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.value import value


@value
class Given:
    """Who orders, by which line (its key is unique), when, and what the gates go by."""

    by: Operator
    key: str
    now: datetime
    policy: DeliveryPolicy | None = None


# A question's or an order's class, and what finds its answer or does it.
Looks = Mapping[type, Callable[[Connection, Any, datetime], Any]]
Deeds = Mapping[type, Callable[[Connection, Any, Given], Done | Card]]
