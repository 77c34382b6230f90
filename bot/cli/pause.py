"""pause: nothing is sent until resume."""

from bot.cli.desk import actor, opened
from bot.cli.options import DEFAULT, ConfigPath, Json, present
from bot.cli.words import say
from storage import switches

NAME = "pause"


def command(config: ConfigPath = DEFAULT, json: Json = False) -> None:
    """停止一切发送，回调照常接收 / stop every send; callbacks are still heard."""
    with opened(config) as desk:
        desk.write(
            "pause", switches.PAUSED, lambda c: switches.turn_on(c, switches.PAUSED, actor(), desk.now)
        )
        present({"paused": True}, [say("paused")], as_json=json)
