"""presets show: one of them, as it is written, to be copied into config.yaml."""

from typing import Annotated

import typer

from bot.cli.options import Json, fail, present
from bot.cli.presets.shelf import presets
from bot.cli.words import say
from bot.config.problems import did_you_mean

NAME = "show"
Preset = Annotated[str, typer.Argument(metavar="NAME", help="如 rules/replenish / such as rules/replenish")]


def command(name: Preset, json: Json = False) -> None:
    """打印一份，可直接贴进 config.yaml / print one, to be pasted into config.yaml."""
    known = presets()
    found = known.get(name) or known.get(f"rules/{name}") or known.get(f"stages/{name}")
    if found is None:
        fail(say("no_such_preset", name=name) + did_you_mean(name, list(known)))
    text = found.read_text(encoding="utf-8")
    present({"name": name, "text": text}, [text.rstrip("\n")], as_json=json)
