"""How often a member did something, from the numbers a profile keeps.

Facts are as of now: nothing given here happened later than `now`, except that an event whose clock ran
a little ahead counts as just happened. So a window has only its open lower edge: an event exactly
`within` ago no longer counts.
"""

from datetime import datetime, timedelta

from bot.domain.conditions import Comparison, Did
from bot.domain.events import OWN_ACTS
from bot.domain.members import Member

ANY = "any"


def presence(count: Comparison) -> bool | None:
    """Return True if `count` only asks whether it happened, False if whether it never did, else None."""
    at_zero = count.holds(0)
    if count.operator in {">=", ">"}:
        once = not at_zero and count.holds(1)
    elif count.operator in {"<", "<="}:
        once = at_zero and not count.holds(1)
    else:
        once = count.value == 0
    return (not at_zero) if once else None


def kinds_of(did: Did) -> frozenset[str]:
    """Return the event kinds counted: one, or every act of the member's own will."""
    return OWN_ACTS if did.kind == ANY else frozenset({did.kind})


def last_time(did: Did, member: Member) -> datetime | None:
    """Return when the member last did it, None if never; `any` is whatever they did by their own will."""
    if did.kind == ANY:
        return member.last_active_at
    tally = member.tallies.get(did.kind)
    return None if tally is None else tally.last_at


def happened(did: Did, member: Member, now: datetime) -> bool:
    """Return whether the member did it at least once (within the window)."""
    last = last_time(did, member)
    return last is not None and (did.within is None or last > now - did.within)


def count_of(did: Did, member: Member, now: datetime) -> int:
    """Return how often the member did it (within the window).

    Raises LookupError when that needs moments which were not loaded; see `explanation.kinds_needed`.
    """
    if did.within is None:
        return sum(tally.count for kind in kinds_of(did) if (tally := member.tallies.get(kind)))
    return sum(_count_since(kind, member, now - did.within) for kind in kinds_of(did))


def _count_since(kind: str, member: Member, since: datetime) -> int:
    times = member.moments.get(kind)
    if times is not None:
        return sum(at > since for at in times)
    tally = member.tallies.get(kind)
    if tally is None or tally.last_at <= since:
        return 0
    if tally.first_at > since:
        return tally.count
    raise LookupError(f"the moments of {kind} were not loaded")


def holds_did(did: Did, member: Member, now: datetime) -> bool:
    """Return whether the member did it as often as asked."""
    asked = presence(did.count)
    if asked is not None:
        return happened(did, member, now) is asked
    return did.count.holds(count_of(did, member, now))


def did_changes_at(did: Did, member: Member, now: datetime) -> datetime | None:
    """Return the first moment after `now` at which `holds_did` could turn, as events leave the window."""
    if did.within is None:
        return None
    if presence(did.count) is not None:
        last = last_time(did, member)
        leaves = None if last is None else last + did.within
        return leaves if leaves is not None and leaves > now else None
    return _count_changes_at(did, did.within, member, now)


def _count_changes_at(did: Did, within: timedelta, member: Member, now: datetime) -> datetime | None:
    inside: list[datetime] = []
    for kind in kinds_of(did):
        times = member.moments.get(kind)
        if times is None:
            tally = member.tallies.get(kind)
            # Only the first time is known, so the earliest possible change is when that one leaves.
            times = (tally.first_at,) * tally.count if tally is not None else ()
        inside += [at for at in times if at > now - within]
    truth = did.count.holds(len(inside))
    for gone, at in enumerate(sorted(inside), start=1):
        if did.count.holds(len(inside) - gone) is not truth:
            return at + within
    return None
