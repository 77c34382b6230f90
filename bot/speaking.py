"""Words for what commands answer, from their catalogue."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from bot.domain.commanding.saying import Said

# A passive text of the platform: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Passive_user_reply_message.html
MOST_BYTES = 2048
CUT = "…"
Catalogue = Mapping[str, Mapping[str, str]]


class Speaker:
    """Words what was said, in one language; a name nobody translated stands for itself."""

    def __init__(self, catalogue: Catalogue, language: str) -> None:
        """Hold the catalogue and the language, ``zh`` or ``en``."""
        self._catalogue = catalogue
        self._language = language

    def worded(self, said: Said) -> str:
        """Return the text, cut at the end of a line where the platform would refuse it."""
        whole = self.whole(said)
        if len(whole.encode()) <= MOST_BYTES:
            return whole
        kept: list[str] = []
        size = len(CUT.encode())
        for line in whole.split("\n"):
            size += len(line.encode()) + 1
            if size > MOST_BYTES:
                break
            kept.append(line)
        return "\n".join([*kept, CUT])

    def whole(self, said: Said) -> str:
        """Return the whole text, however long."""
        return self._joined(said)

    def _joined(self, said: Said) -> str:
        return said.joint.join(self._one(name, values) for name, values in said.parts) or said.plain

    def _one(self, name: str, values: Mapping[str, object]) -> str:
        sentence = self._catalogue.get(name, {}).get(self._language, name)
        told = {key: self._joined(one) if isinstance(one, Said) else one for key, one in values.items()}
        return sentence.format_map(told) if told else sentence


def read(templates: Path) -> Catalogue:
    """Return the catalogue of commands, with the words of stages, kinds and reasons that all share."""
    said: dict[str, Mapping[str, str]] = yaml.safe_load(
        (templates / "commands" / "words.yaml").read_text(encoding="utf-8")
    )
    console = yaml.safe_load((templates / "console" / "words.yaml").read_text(encoding="utf-8"))
    reasons = yaml.safe_load((templates / "catalogue" / "reasons.yaml").read_text(encoding="utf-8"))
    for shelf in ("stage", "kind", "state", "route"):
        said |= {f"{shelf}:{name}": words for name, words in console.get(shelf, {}).items()}
    said |= {f"reason:{name}": words for name, words in reasons.items()}
    return said
