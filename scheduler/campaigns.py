"""Campaigns: when one fires its audience is frozen into the outbox, once.

After a stop every missed firing is looked at in turn: one whose messages have expired meanwhile is
marked expired and nobody is written to; one that is still wanted is done now, once.
"""

from datetime import datetime

from bot.domain.lifecycle.campaign import Campaign
from bot.domain.lifecycle.rule import Status
from storage import audiences
from storage.database import Connection


def fire(connection: Connection, campaign: Campaign, nominal: datetime, now: datetime) -> str:
    """Queue the campaign for its audience; return what came of it, for the record."""
    if campaign.status is not Status.LIVE:
        return campaign.status.value
    if now >= audiences.expires_at(campaign, nominal):
        return "expired"
    return f"queued {audiences.freeze(connection, campaign, nominal, now)}"
