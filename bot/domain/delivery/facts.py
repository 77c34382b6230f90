"""The gates' view of a member who is already loaded; the sender's claim loads the same from SQL."""

from bot.domain.delivery.world import MemberFacts
from bot.domain.members import Member


def facts_of(member: Member) -> MemberFacts:
    """Return what the gates need of a member."""
    return _facts(member, {link.account: link.address for link in member.links if link.following})


def stance_of(member: Member) -> MemberFacts:
    """Return what says whether a member may be answered at all; where to reach them is not in it."""
    return _facts(member, {})


def _facts(member: Member, addresses: dict[str, str]) -> MemberFacts:
    consents = {purpose: consent.granted for purpose, consent in member.consents.items()}
    return MemberFacts(member.id, member.zone, addresses, consents, dict(member.suppressed))
