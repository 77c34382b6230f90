"""Configuration files for the tests: the complete one, a small one, and changed ones."""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.config.loading import Examined, examine
from bot.config.parts import Parts
from bot.config.problems import Problem
from bot.discovery import RULE_KINDS, plugins

FILES = Path(__file__).resolve().parents[2] / "config"
COMPLETE = FILES / "complete.yaml"
SMALL = FILES / "small.yaml"
ENVIRON = {
    "SHOP_APP_SECRET": "0123456789abcdef0123456789abcdef",
    "SHOP_TOKEN": "shoptoken",
    "SHOP_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "CORP_SECRET": "corpsecret",
    "CORP_TOKEN": "corptoken",
    "CORP_AES_KEY": "ABCDEFGabcdefghijklmnopqrstuvwxyz0123456789",
    "OPS_BOT_ID": "aib0000",
    "OPS_BOT_SECRET": "opssecret",
    "HETANG_WEBHOOK_SECRET": "whsec_c2VjcmV0c2VjcmV0c2VjcmV0",
    "HETANG_KEY": "a field key of 32 characters or more",
    "HETANG_INDEX_KEY": "an index key of 32 characters or more",
}
PARTS = Parts(tuple(plugins(*RULE_KINDS).values()))
_SMALL: dict[str, Any] = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
REMOVED = object()


def small(**changes: object) -> dict[str, Any]:
    """The small file with changes: ``accounts__shop__token="x"``; REMOVED takes a key away."""
    body = copy.deepcopy(_SMALL)
    for path, value in changes.items():
        *above, last = path.split("__")
        place: Any = body
        for key in above:
            place = place[int(key)] if key.isdigit() else place.setdefault(key, {})
        if value is REMOVED:
            del place[last]
        else:
            place[last] = value
    return body


def examined(
    folder: Path,
    body: object,
    environ: Mapping[str, str] = ENVIRON,
    parts: Parts = PARTS,
    *,
    demo: bool = False,
) -> Examined:
    """What reading `body` (values, or the text of a file) gives."""
    path = folder / "config.yaml"
    text = body if isinstance(body, str) else json.dumps(body, indent=1)  # JSON is YAML, and quick to write
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return examine(path, environ, parts, demo=demo)


def lines(problems: tuple[Problem, ...] | list[Problem]) -> list[str]:
    """The errors as people read them."""
    return [problem.line() for problem in problems if problem.level == "error"]


def errors(folder: Path, **changes: object) -> list[str]:
    """The errors of the small file with changes."""
    return lines(examined(folder, small(**changes)).problems)
