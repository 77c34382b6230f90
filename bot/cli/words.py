"""What the command line says, from its catalogue: Chinese, or English when HETANG_LANG starts with en."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

CATALOGUE = Path(__file__).resolve().parents[2] / "templates" / "cli" / "words.yaml"


def say(name: str, /, **values: object) -> str:
    """Return the sentence of this name with its values filled in; a name without one stands for itself."""
    sentence = _read().get(name, {}).get(language(), name)
    return sentence.format_map(values) if values else sentence


def language() -> str:
    """Return ``zh`` or ``en``."""
    return "en" if os.environ.get("HETANG_LANG", "").lower().startswith("en") else "zh"


@cache
def _read() -> Mapping[str, Mapping[str, str]]:
    import yaml  # here, for the list of commands says nothing of this

    known: Mapping[str, Mapping[str, str]] = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    return known
