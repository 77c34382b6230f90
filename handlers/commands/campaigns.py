"""活动: campaigns and activities, or how one stands."""

from bot.domain import programs
from bot.domain.activities.terms import Activity
from bot.domain.commanding.asks import AskPrograms, Programs
from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query, wrong
from bot.domain.commanding.playing import AskActivity, Standing
from bot.domain.commanding.saying import Said, lines, say
from handlers.commands._play import stands


def run(asked: Asked) -> Outcome:
    """Ask how campaigns and activities stand."""
    name = asked.line.rest
    played = {one.name: one for one in asked.house.activities}
    if name in played:
        return _activity(played[name], asked)
    if name and name not in asked.house.campaigns:
        known = "、".join([*asked.house.campaigns, *played])
        raise wrong("no_program", "campaign", name=name, known=known or "—")

    def answer(found: Programs) -> Said:
        return _one(found, name, asked) if name else _all(found, asked)

    return Query(AskPrograms(name), answer)


def _all(found: Programs, asked: Asked) -> Said:
    rows = (_row(name, each.status.value, found) for name, each in asked.house.campaigns.items())
    played = lines(stands(one, found.switched, asked) for one in asked.house.activities)
    return say("campaigns_head", count=len(asked.house.campaigns)) + lines(rows) + played


def _activity(one: Activity, asked: Asked) -> Outcome:
    def answer(found: Standing) -> Said:
        counted = lines(
            say("activity_count", what=_counted(what), count=count) for what, count in found.counts.items()
        )
        return stands(one, found.switched, asked) + counted

    return Query(AskActivity(one), answer)


def _counted(what: str) -> Said | str:
    """Return the words for what was counted; the choices of a poll are words already."""
    kind, _, name = what.partition(":")
    if kind == "choice":
        return name
    if kind == "total":
        return say(f"counted:{name}")
    named = name if kind == "prize" else say(f"counted:{name}")
    return say(f"counted:{kind}", name=named)


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
