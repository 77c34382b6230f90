"""How several rows of one person become one; pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Fields = Mapping[str, Any]

_OWN = ("name", "zone", "birthday", "source", "stage_since")
_RFM = ("rfm_recency", "rfm_frequency", "rfm_monetary")


def tags(rows: Sequence[Fields]) -> Fields:
    """Return the tag with its earliest time and its latest expiry; never expiring is the latest."""
    first = min(rows, key=lambda row: row["at"])
    ends = [row["expires_at"] for row in rows]
    return {**first, "expires_at": None if None in ends else max(ends)}


def tallies(rows: Sequence[Fields]) -> Fields:
    """Return the sum of counts and amounts, the first and the last time."""
    return {
        **rows[0],
        "count": sum(row["count"] for row in rows),
        "amount": sum(row["amount"] for row in rows),
        "first_at": min(row["first_at"] for row in rows),
        "last_at": max(row["last_at"] for row in rows),
    }


def consents(rows: Sequence[Fields]) -> Fields:
    """Return the latest word; on a tie a withdrawal."""
    return max(rows, key=lambda row: (row["at"], not row["granted"]))


def suppressions(rows: Sequence[Fields]) -> Fields:
    """Return the longest silence."""
    return max(rows, key=lambda row: row["until"])


def memberships(rows: Sequence[Fields]) -> Fields:
    """Return the earliest membership."""
    return min(rows, key=lambda row: row["since"])


def group_places(rows: Sequence[Fields]) -> Fields:
    """Return the place of the one who came first; who is still inside has not left."""
    first = min(rows, key=lambda row: row["joined_at"])
    ends = [row["left_at"] for row in rows]
    return {**first, "left_at": None if None in ends else max(ends)}


def allowances(rows: Sequence[Fields]) -> Fields:
    """Return the widest allowance: it is the platform's, per person, so two never add up."""
    ends = [row["expires_at"] for row in rows]
    widest = max(rows, key=lambda row: row["remaining"])
    return {**widest, "expires_at": None if None in ends else max(ends)}


def earliest(rows: Sequence[Fields]) -> Fields:
    """Return what came first."""
    return min(rows, key=lambda row: row["at"])


def party_places(rows: Sequence[Fields]) -> Fields:
    """Return the place taken first, with how many they are together: the group was so many strong."""
    return {**earliest(rows), "places": sum(row["places"] for row in rows)}


def point_accounts(rows: Sequence[Fields]) -> Fields:
    """Return the sums, with the higher level; the next expiry is the nearest of all."""
    ends = [row["expires_at"] for row in rows if row["expires_at"] is not None]
    richest = max(rows, key=lambda row: row["earned"])
    return {
        **richest,
        "balance": sum(row["balance"] for row in rows),
        "earned": sum(row["earned"] for row in rows),
        "expires_at": min(ends, default=None),
    }


def members(rows: Sequence[Fields]) -> dict[str, Any]:
    """Return what the first member becomes by taking in the others; its own values stand."""
    attributes: dict[str, Any] = {}
    provenance: dict[str, Any] = {}
    for row in reversed(rows):
        attributes.update(row["attributes"])
        provenance.update(row["provenance"])
    joined: dict[str, Any] = {name: _first(row[name] for row in rows) for name in _OWN}
    scored = next((row for row in rows if row["rfm_recency"] is not None), rows[0])
    return {
        **joined,
        **{name: scored[name] for name in _RFM},
        "stage": next((row["stage"] for row in rows if row["stage"]), ""),
        "attributes": attributes,
        "provenance": provenance,
        "known_since": min(row["known_since"] for row in rows),
    }


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None), None)
