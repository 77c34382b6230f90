"""The platform's word outranks our ledger: what an error code teaches us of windows, grants and members."""

from datetime import datetime

from sqlalchemy import Connection, update

from bot.domain import programs
from bot.domain.delivery.departures import Refused
from bot.domain.delivery.policy import DeliveryPolicy
from storage import allowances, switches
from storage.dialect import replacing, upsert
from storage.tables import table
from storage.tables.members import ConsentRow, IdentityRow

IDENTITY = table(IdentityRow)
CONSENT = table(ConsentRow)
# After these the same message may still leave, by another route or with a fresh upload.
REROUTED = frozenset({"close_window", "empty_window", "empty_grant", "reupload_media"})


def correct(c: Connection, outcome: Refused, policy: DeliveryPolicy, now: datetime) -> None:
    """Apply the correction of a refused send; see `bot.domain.errors.Undeliverable`."""
    departure = outcome.departure
    member_id = departure.message.member_id
    account = policy.routes[departure.route].account
    door = [(member_id, *(departure.allowance or (departure.route, "")))]
    match outcome.correction:
        case "close_window":
            allowances.correct(c, door, closed_at=now)
        case "empty_window" | "empty_grant":
            allowances.correct(c, door)
        case "unfollowed" | "invalid_member":
            c.execute(
                update(IDENTITY)
                .where(IDENTITY.c.member_id == member_id, IDENTITY.c.account == account)
                .values(following=False)
            )
        case "refused":
            _withdraw(c, departure.message.purpose, member_id, now)
        case "disable_template":
            switch = f"{programs.TEMPLATE}{departure.message.template}"
            switches.turn_on(c, switch, "platform", now, outcome.reason)


def _withdraw(c: Connection, purpose: str, member_id: int, now: datetime) -> None:
    row = {
        "member_id": member_id,
        "purpose": purpose,
        "granted": False,
        "at": now,
        "basis": "platform",
        "proof": "the platform says that the member refuses messages",
    }
    upsert(c, CONSENT, [row], ["member_id", "purpose"], replacing("granted", "at", "basis", "proof"))
