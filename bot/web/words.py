"""The console's words in two languages, read once from their catalogues."""

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
        """Return the words of a reason; one with a detail, such as ``exit:order.paid``, tells it too."""
        plain = self("reason", code)
        family, colon, detail = code.partition(":")
        return f"{self('reason', family)} · {self('kind', detail)}" if colon and plain == code else plain

    @property
    def other(self) -> str:
        """Return the language to switch to."""
        return LANGUAGES[1] if self.language == LANGUAGES[0] else LANGUAGES[0]


def read(templates: Path) -> Catalogue:
    """Return the console's words, and the reasons that everything which names them shares."""
    said: Catalogue = yaml.safe_load((templates / "console" / "words.yaml").read_text(encoding="utf-8"))
    reasons = yaml.safe_load((templates / "catalogue" / "reasons.yaml").read_text(encoding="utf-8"))
    return {**said, "reason": reasons}
