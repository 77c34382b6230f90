"""A line an operator wrote, read as a command: prefix, verb, words and options."""

import re
import unicodedata

from bot.domain.value import value

PREFIXES = ("/", "#")
# A card is confirmed by a word anybody can tap or type, without a prefix.
CONFIRM = "确认"
DRY = ("演练", "dry-run")
_WORD = re.compile(r"“([^”]*)”|「([^」]*)」|\"([^\"]*)\"|'([^']*)'|(\S+)")
_SPOKEN = ("/", "／", "#", "＃", CONFIRM)
_LEADING = " \t\r\n\u3000\ufeff\u200b"


@value
class Line:
    """A command as it was written: `dry` asks what it would do, `words` are everything after the verb."""

    verb: str
    words: tuple[str, ...]
    dry: bool = False

    @property
    def rest(self) -> str:
        """Return everything after the verb as one text."""
        return " ".join(self.words)


def spoken(text: str) -> bool:
    """Return whether the text may be a command at all; cheap, and asked for every message."""
    return text.lstrip(_LEADING).startswith(_SPOKEN)


def read(text: str) -> Line | None:
    """Return the command of a text, None when it is ordinary chat.

    Full-width and half-width letters, signs and spaces are the same; quotes keep spaces together.
    """
    said = unicodedata.normalize("NFKC", text).strip(_LEADING)
    if said.startswith(PREFIXES):
        said = said[1:]
    elif not re.match(rf"{CONFIRM}\s+\S", said):
        return None
    words = [next(part for part in found if part is not None) for found in _groups(said)]
    dry = bool(words) and words[0].casefold() in DRY
    if dry:
        words = words[1:]
    if not words:
        return Line("", (), dry)
    return Line(words[0].casefold(), tuple(words[1:]), dry)


def _groups(said: str) -> list[tuple[str | None, ...]]:
    return [found.groups() for found in _WORD.finditer(said)]


def options(words: tuple[str, ...], known: dict[str, str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the words without the options among them, and the options by the name `known` gives them.

    Written ``--人群 VIP``, ``--人群=VIP``, ``人群=VIP`` or ``人群:VIP``; one after ``--`` takes the words up
    to the next one. Only known names are options, so that 20:00 and shop:oX stay words.
    """
    plain: list[str] = []
    found: dict[str, str] = {}
    open_name = ""
    for word in words:
        name, said = _option(word, known)
        if name:
            found[name] = said
            open_name = name if word.startswith("--") and not said else ""
        elif open_name:
            found[open_name] = f"{found[open_name]} {word}".strip()
        else:
            plain.append(word)
    return tuple(plain), found


def _option(word: str, known: dict[str, str]) -> tuple[str, str]:
    dashed = word.startswith("--")
    bare = word.removeprefix("--")
    cut = re.match(r"([^=:]+)[=:](.*)", bare, re.DOTALL)
    name = (cut[1] if cut else bare).casefold()
    if name not in known or not (dashed or cut):
        return "", ""
    return known[name], cut[2] if cut else ""
