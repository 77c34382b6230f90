"""Kinds of events as the file names them."""

from bot.config.problems import Problems
from bot.domain.events import KNOWN_KINDS


def check_event(path: str, kind: str, problems: Problems) -> None:
    """Note a kind of event nobody reports."""
    if kind not in KNOWN_KINDS and not kind.startswith("custom."):
        problems.missing(path, "event", kind, sorted(KNOWN_KINDS))
