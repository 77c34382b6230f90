"""预览: a campaign's words as a member would read them."""

from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query, wrong
from bot.domain.commanding.persons import AskWho, Profile
from bot.domain.commanding.saying import Said, say
from bot.domain.identity import number_of
from handlers.commands._people import several


def run(asked: Asked) -> Outcome:
    """Ask who is meant, and word the campaign for them."""
    if len(asked.line.words) != 2:
        raise wrong("preview_how", "preview")
    name, whom = asked.line.words
    campaign = asked.house.campaigns.get(name)
    if campaign is None:
        raise wrong("no_campaign", "preview", name=name, known="、".join(asked.house.campaigns) or "—")

    def answer(found: list[Profile]) -> Said:
        if len(found) != 1:
            return several(whom, found)
        words = asked.house.preview(campaign, found[0], asked.now)
        head = say("preview_head", name=name, number=number_of(found[0].member_id))
        return head + (say("preview_text", text=words) if words else say("preview_failed"))

    return Query(AskWho(whom), answer)


COMMAND = Command("预览", "preview", Level.READ, "read", run)
