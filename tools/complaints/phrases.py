"""Short lines as people write them in groups, put together from `phrases.yaml`.

The reviews say how unhappy people sound; these say whether they are unhappy with us.
"""

from collections.abc import Iterator
from pathlib import Path

import yaml

FILE = Path(__file__).resolve().with_suffix(".yaml")
COMMA = "\uff0c"
RECEIVED = "\u6536\u5230\u7684"


def phrases() -> Iterator[tuple[int, str]]:
    """Yield (1 for a complaint, the line)."""
    parts: dict[str, list[str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for bad in parts["bad"]:
        for who in parts["ours"]:
            yield 1, f"{who}{bad}"
        for who in parts["others"]:
            yield 0, f"{who}{bad}"
    wanted = parts["wanted"]
    for place, good in enumerate(parts["goods"]):
        for turn, happened in enumerate(parts["happened"]):
            yield 1, f"{good}{happened}{COMMA}{wanted[(place + turn) % len(wanted)]}"
            yield 1, f"{RECEIVED}{good}{happened}"
        for asked in parts["asked"]:
            yield 0, asked.format(good)
