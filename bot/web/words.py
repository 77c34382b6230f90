"""The console's words in two languages, read once from its catalogue."""

from collections.abc import Mapping
from pathlib import Path

import yaml

LANGUAGES = ("zh", "en")
Catalogue = Mapping[str, Mapping[str, Mapping[str, str]]]


class Words:
    """Words by shelf and name in one language; a name nobody translated stands for itself."""

    def __init__(self, catalogue: Catalogue, language: str) -> None:
        """Hold the catalogue and the language, Chinese for one that is not known."""
        self._catalogue = catalogue
        self.language = language if language in LANGUAGES else LANGUAGES[0]

    def __call__(self, shelf: str, name: str) -> str:
        """Return the word."""
        return self._catalogue.get(shelf, {}).get(name, {}).get(self.language, name)

    def reason(self, code: str) -> str:
        """Return the words of a reason; one with a detail, such as ``exit:vip``, keeps the detail's name."""
        plain = self("reason", code)
        family, colon, detail = code.partition(":")
        return f"{self('reason', family)} {detail}" if colon and plain == code else plain

    @property
    def other(self) -> str:
        """Return the language to switch to."""
        return LANGUAGES[1] if self.language == LANGUAGES[0] else LANGUAGES[0]


def read(path: Path) -> Catalogue:
    """Return the catalogue of a file."""
    catalogue: Catalogue = yaml.safe_load(path.read_text(encoding="utf-8"))
    return catalogue
