"""The `rules` and `campaigns` sections: from the file to `bot.domain.lifecycle`."""

from bot.config.rules.campaigns import read_campaigns
from bot.config.rules.known import Known
from bot.config.rules.reading import read_rules

__all__ = ["Known", "read_campaigns", "read_rules"]
