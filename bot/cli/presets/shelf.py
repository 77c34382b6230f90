"""The presets that come with the program: each a file that can be pasted into the configuration as it is."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "templates" / "presets"


def presets() -> dict[str, Path]:
    """Return every preset by its name, such as ``rules/replenish``."""
    return {
        file.relative_to(FOLDER).with_suffix("").as_posix(): file for file in sorted(FOLDER.rglob("*.yaml"))
    }


def title(file: Path) -> str:
    """Return what a preset is for: its first line."""
    return file.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
