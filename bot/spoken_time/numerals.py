"""Chinese numerals made digits, so that the rest reads one kind of number only."""

import re
import unicodedata

import cn2an

_RUN = re.compile(r"[零〇一二三四五六七八九十百两]+")
# Between two numbers a space parts a day from its time; anywhere else it says nothing.
_GAP = re.compile(r"(?<=[0-9])[\s,，]+(?=[0-9])")
GAP = "|"
_FILLERS = re.compile(r"[\s,，。、的在于]+")
_KEPT_COMMA = re.compile(r"(?<=[一二三四五六日天1-7])[、,，和及](?=(?:周|星期|礼拜)?[一二三四五六日天1-7])")


def plain(text: str) -> str:
    """Return a text without what says nothing: spaces, commas, 的, 在; full-width made half-width."""
    said = unicodedata.normalize("NFKC", text).strip().lower()
    said = _KEPT_COMMA.sub("&", said)
    said = _GAP.sub(GAP, said)
    return _FILLERS.sub("", said).replace("元月", "一月")


def digits(text: str) -> str:
    """Return a text with its Chinese numerals as digits; what is no number stays."""
    return _RUN.sub(_number, text)


def _number(found: "re.Match[str]") -> str:
    run = found[0].replace("两", "二").replace("〇", "零")
    try:
        return str(int(cn2an.cn2an(run, "smart")))
    except (ValueError, KeyError):
        return found[0]
