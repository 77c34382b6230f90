"""Why a member can or cannot take part in an activity, in words; the command line says the same."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.activities.terms import Activity
from bot.domain.commanding.saying import Said, lines, say
from bot.domain.identity import number_of
from bot.domain.why.playing import Hurdle, Player, hurdles
from handlers.commands._people import minute

SHOWN = 5


def told(
    activity: Activity, player: Player, switched: Mapping[str, str], zone: ZoneInfo, now: datetime
) -> Said:
    """Return whether the member can join now, what is in the way, and what they did so far."""
    found = hurdles(activity, player, switched, zone, now)
    head = say(
        "why_play",
        number=number_of(player.member.id),
        name=activity.name,
        outcome=say("why_play_kept_out" if found else "why_play_open"),
        points=player.points,
        level=player.level or "—",
    )
    took = [
        say("why_play_took", at=minute(one.at, zone), what=one.what or "—") for one in player.took[:SHOWN]
    ]
    return lines([head, *(_hurdle(one, zone) for one in found), *(took or [say("why_play_never")])])


def _hurdle(one: Hurdle, zone: ZoneInfo) -> Said:
    figures = {
        name: say(f"kind:{figure}") if name == "kind" else figure for name, figure in one.figures.items()
    }
    until = say("why_play_until", at=minute(one.until, zone)) if one.until is not None else Said()
    return say(f"hurdle_{one.name}", until=until, **figures)
