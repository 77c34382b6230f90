"""重载: the checked file is swapped in, or the old configuration goes on."""

from bot.domain.commanding.apart import AskReload
from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query, wrong
from bot.domain.commanding.saying import Said, lines, say

SHOWN = 5


def run(asked: Asked) -> Outcome:
    """Look at the file and swap it in if nothing is wrong with it."""
    reload = asked.house.reload
    if reload is None:
        raise wrong("reload_nowhere", "reload")
    if asked.line.dry:
        return say("dry_run") + say("reload_dry")
    return Query(AskReload(reload), _told)


def _told(stopping: tuple[str, ...]) -> Said:
    if not stopping:
        return say("reloaded")
    shown = lines(say("reload_problem", problem=one) for one in stopping[:SHOWN])
    return say("reload_refused", count=len(stopping)) + shown


COMMAND = Command("重载", "reload", Level.LOCAL, "settings", run, ("规则 重载", "rules reload"))
