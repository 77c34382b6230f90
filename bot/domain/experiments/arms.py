"""Who gets which arm: a hash decides, so that the same member always gets the same."""

import hashlib
from collections.abc import Iterable, Mapping

# An arm and its weight; weights are relative to each other.
Weights = tuple[tuple[str, float], ...]


def arm_of(salt: str, member_id: int, weights: Weights) -> str:
    """Return the arm of this member: by hash, so without memory and without a coin.

    Raises ValueError when no weight is above zero.
    """
    whole = sum(weight for _, weight in weights)
    if whole <= 0:
        raise ValueError("an experiment needs an arm with a weight above zero")
    digest = hashlib.blake2b(f"{salt}/{member_id}".encode(), digest_size=8).digest()
    place = int.from_bytes(digest, "big") / 2**64 * whole
    for name, weight in weights:
        place -= weight
        if place < 0:
            return name
    return next(name for name, weight in reversed(weights) if weight > 0)


def steered(weights: Weights, order: Mapping[str, float]) -> Weights:
    """Return the weights an operator or a job ordered, for the arms there are; none of them: as written."""
    found = tuple((name, order.get(name, 0.0)) for name, _ in weights)
    return found if sum(weight for _, weight in found) > 0 else weights


def as_order(weights: Iterable[tuple[str, float]]) -> str:
    """Return weights as the text that a runtime switch keeps: ``a=0.7 b=0.3``."""
    return " ".join(f"{name}={weight:.6g}" for name, weight in weights)


def order_of(text: str) -> dict[str, float]:
    """Return the weights behind such a text; what is no weight is left out."""
    found: dict[str, float] = {}
    for part in text.split():
        name, _, weight = part.rpartition("=")
        try:
            found[name] = max(0.0, float(weight))
        except ValueError:
            continue
    return found
