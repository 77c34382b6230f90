"""The gates' view of a member who is already loaded; the sender's claim loads the same from SQL."""

from bot.domain.delivery.world import MemberFacts
from bot.domain.members import Member
from bot.domain.value import evolve


def facts_of(member: Member) -> MemberFacts:
    """Return what the gates need of a member."""
    addresses = {link.account: link.address for link in member.links if link.following}
    return evolve(stance_of(member), addresses=addresses)


def stance_of(member: Member) -> MemberFacts:
    """Return what says whether a member may be answered at all; where to reach them is not in it."""
    consents = {purpose: consent.granted for purpose, consent in member.consents.items()}
    return MemberFacts(
        id=member.id, zone=member.zone, addresses={}, consents=consents, suppressed=dict(member.suppressed)
    )
