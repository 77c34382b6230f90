"""The gates' view of a member who is already loaded; the sender's claim loads the same from SQL."""

from bot.domain.delivery.world import MemberFacts
from bot.domain.members import Member


def facts_of(member: Member) -> MemberFacts:
    """Return what the gates need of a member."""
    return MemberFacts(
        id=member.id,
        zone=member.zone,
        addresses={link.account: link.address for link in member.links if link.following},
        consents={purpose: consent.granted for purpose, consent in member.consents.items()},
        suppressed=dict(member.suppressed),
    )
