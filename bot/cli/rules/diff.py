"""rules diff: what the file would change about the rules that run now."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.cli.desk import opened
from bot.cli.options import DEFAULT, ConfigPath, Json, present
from bot.cli.words import say
from bot.config import text_of
from storage import config_versions, enrollments

NAME = "diff"
PARTS = ("stages", "segments", "rules", "campaigns")
NOTHING: Mapping[str, Any] = {}


def command(config: ConfigPath = DEFAULT, json: Json = False) -> None:
    """文件里的规则与正在运行的有何不同 / how the file's rules differ from those that run."""
    with opened(config) as desk:
        present_one = desk.read(config_versions.present)
        running = desk.read(enrollments.running)
        before = present_one.body if present_one is not None else NOTHING
        after = text_of(config)
        changes = [
            {"path": path, "was": was, "will": will}
            for part in PARTS
            for path, was, will in differences(part, before.get(part) or NOTHING, after.get(part) or NOTHING)
        ]
        document = {
            "runs": present_one.digest if present_one is not None else None,
            "file": desk.config.digest,
            "changes": changes,
        }
        present(document, _lines(changes, running) or [say("no_difference")], as_json=json)


def differences(path: str, was: object, will: object) -> Iterator[tuple[str, object, object]]:
    """Yield (path, was, will be) of the smallest things that differ; None stands for nothing there."""
    if was == will:
        return
    if isinstance(was, Mapping) and isinstance(will, Mapping):
        for name in dict.fromkeys([*was, *will]):
            yield from differences(f"{path}.{name}", was.get(name), will.get(name))
    elif isinstance(was, list) and isinstance(will, list) and len(was) == len(will):
        for index, (old, new) in enumerate(zip(was, will, strict=True)):
            yield from differences(f"{path}[{index}]", old, new)
    else:
        yield path, was, will


def _lines(changes: list[dict[str, Any]], running: Mapping[str, int]) -> list[str]:
    lines = []
    for change in changes:
        mark = "+" if change["was"] is None else "-" if change["will"] is None else "~"
        values = "" if mark != "~" else f": {change['was']} → {change['will']}"
        rule = change["path"].split(".")[1].split("[")[0] if change["path"].startswith("rules.") else ""
        under_way = f"  {say('running', count=running[rule])}" if running.get(rule) else ""
        lines.append(f"{mark} {change['path']}{values}{under_way}")
    return lines
