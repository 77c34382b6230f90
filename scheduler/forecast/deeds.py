"""A deed of somebody's past as it happens to somebody else."""

from datetime import datetime

from bot.domain.events import COUPON_REDEEMED, FOLLOWED, MENU_CLICK, MESSAGE, SCANNED, InboundEvent
from bot.domain.forecast.past import Deed
from bot.domain.identity import NUMBER, identity, number_of
from bot.domain.value import evolve

# What a callback tells, so that it can be answered.
ANSWERED = frozenset({MESSAGE, FOLLOWED, MENU_CLICK, SCANNED})
CODES = ("coupon_code", "coupon_id")


def event_of(deed: Deed, member_id: int, number: int, now: datetime, *, answering: bool) -> InboundEvent:
    """Return the deed as an event of this member, the `number`-th of the forecast."""
    properties = deed.properties
    if "complaint_id" in properties:
        properties = {**properties, "complaint_id": f"forecast-{number}"}
    if "invitee_id" in properties:
        properties = {**properties, "invitee_id": f"forecast-{number}"}
    return InboundEvent(
        key=f"forecast:{number}",
        account=deed.account,
        kind=deed.kind,
        at=now,
        known_as=identity(NUMBER, number_of(member_id)),
        text=deed.text,
        properties=properties,
        amount=deed.amount,
        traits=deed.traits,
        can_reply=answering and deed.kind in ANSWERED,
    )


def with_code(deed: Deed, code: str) -> Deed:
    """Return the deed with another coupon's code in it."""
    named = {name: code for name in CODES if name in deed.properties}
    if deed.kind == COUPON_REDEEMED and not named:
        named = {CODES[0]: code}
    return evolve(deed, properties={**deed.properties, **named})
