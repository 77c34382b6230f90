"""试发: a campaign's message to the members who are there for trying, at once, through every gate."""

from bot.domain.commanding.acts import Done, TrySend
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.saying import Said, say
from handlers.commands._people import numbers
from handlers.commands._sending import message_of


def run(asked: Asked) -> Outcome:
    """Send it to the test members of the configuration."""
    name = asked.line.rest
    campaign = asked.house.campaigns.get(name)
    if campaign is None:
        raise wrong("no_campaign", "try", name=name or "—", known="、".join(asked.house.campaigns) or "—")
    act = TrySend(message_of(campaign, asked), asked.house.test_members)
    return Order(act, lambda done: _told(done, name), name)


def _told(done: Done, name: str) -> Said:
    return say(done.result, name=name, who=numbers(done))


COMMAND = Command("试发", "try", Level.LOCAL, "send", run)
