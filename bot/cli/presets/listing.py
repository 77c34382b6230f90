"""presets list: what there is to copy."""

from bot.cli.options import Json, present
from bot.cli.presets.shelf import presets, title

NAME = "list"


def command(json: Json = False) -> None:
    """列出现成的规则与阶段模型 / list the presets."""
    rows = [{"name": name, "about": title(file)} for name, file in presets().items()]
    present(rows, [f"{row['name']:<28}{row['about']}" for row in rows], as_json=json)
