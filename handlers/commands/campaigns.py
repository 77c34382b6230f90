"""活动: the campaigns, or how one stands."""

from bot.domain import programs
from bot.domain.commanding.asks import AskPrograms, Programs
from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query, wrong
from bot.domain.commanding.saying import Said, lines, say


def run(asked: Asked) -> Outcome:
    """Ask how campaigns stand."""
    name = asked.line.rest
    if name and name not in asked.house.campaigns:
        raise wrong("no_program", "campaign", name=name, known="、".join(asked.house.campaigns) or "—")

    def answer(found: Programs) -> Said:
        return _one(found, name, asked) if name else _all(found, asked)

    return Query(AskPrograms(name), answer)


def _all(found: Programs, asked: Asked) -> Said:
    rows = (_row(name, each.status.value, found) for name, each in asked.house.campaigns.items())
    return say("campaigns_head", count=len(asked.house.campaigns)) + lines(rows)


def _row(name: str, status: str, found: Programs) -> Said:
    stands = "stands_paused" if programs.of_campaign(name) in found.paused else f"stands_{status}"
    return say("program_row", name=name, stands=say(stands))


def _one(found: Programs, name: str, asked: Asked) -> Said:
    counted = lines(
        say("program_state", state=say(f"state:{state}"), count=count)
        for state, count in sorted(found.states.items())
    )
    return _row(name, asked.house.campaigns[name].status.value, found) + counted


COMMAND = Command("活动", "campaign", Level.READ, "read", run, ("campaigns",))
