"""draw show: the public record of a draw, for whoever wants to recompute it."""

import json as documents

from bot.cli.desk import opened
from bot.cli.draw.verify import DrawName
from bot.cli.options import DEFAULT, ConfigPath, Json, fail, present
from bot.cli.words import say
from storage import draw_proofs

NAME = "show"


def command(name: DrawName, config: ConfigPath = DEFAULT, json: Json = False) -> None:
    """抽奖的公开记录：摘要、中奖率、名单、种子 / a draw's public record."""
    with opened(config) as desk:
        found = desk.read(lambda c: draw_proofs.proof(c, name))
        if found is None:
            fail(say("no_such_draw", name=name))
        document = {**found.document(), "recipe": say("draw_recipe")}
        present(document, [documents.dumps(document, ensure_ascii=False, indent=1)], as_json=json)
