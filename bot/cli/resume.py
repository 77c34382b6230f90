"""resume: sends again, after a pause, a restore, or a platform that had refused the account."""

from bot.cli.desk import Desk, opened
from bot.cli.options import DEFAULT, ConfigPath, Json, present
from bot.cli.words import say
from bot.domain.delivery.reasons import Reason
from storage import alerts, outbox, switches
from storage.database import Connection

NAME = "resume"
HELD = (Reason.PAUSED, Reason.FENCED, Reason.ACCOUNT_STOPPED)


def command(config: ConfigPath = DEFAULT, json: Json = False) -> None:
    """恢复发送，也解除恢复备份后的围栏 / send again; lifts the fence of a restored backup too."""
    with opened(config) as desk:
        lifted = desk.write("resume", "", lambda c: _lift(c, desk))
        standing = desk.read(switches.all_on)
        lines = [say("resumed", names="、".join(lifted)) if lifted else say("nothing_to_resume")]
        lines += [say("still_on", name=name, value=value) for name, value in sorted(standing.items())]
        present({"lifted": lifted, "still_on": standing}, lines, as_json=json)


def _lift(c: Connection, desk: Desk) -> list[str]:
    """Turn off what stops everything or a whole account; rules stay as an operator set them."""
    lifted = [name for name in sorted(switches.all_on(c)) if _stops_all(name)]
    for name in lifted:
        switches.turn_off(c, name)
        alerts.clear(c, name, desk.now)
    for reason in HELD if lifted else ():
        outbox.wake_held(c, reason, desk.now)
    return lifted


def _stops_all(name: str) -> bool:
    return name in {switches.PAUSED, switches.FENCED} or name.startswith(switches.ACCOUNT)
