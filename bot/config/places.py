"""Where the paths lead that stand in the file."""

from pathlib import Path


def located(path: str, home: Path) -> Path:
    """Return a path written in a file of folder `home`: beside it, else from where we were started."""
    beside = home / path
    return beside if beside.exists() else Path(path)
