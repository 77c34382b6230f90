"""The catalogue of the command line: complete in both languages, and nothing in it unused."""

import ast
import string
from pathlib import Path

import pytest
import yaml

from bot.cli import words

CLI = Path(words.__file__).parent
KNOWN = yaml.safe_load(words.CATALOGUE.read_text(encoding="utf-8"))
# Names made of a code at run time.
FAMILIES = ("advice_", "row_", "kept_", "try_", "credit_")


def _said() -> set[str]:
    found = set()
    for file in CLI.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say":
                branches = [node.args[0]]
                if isinstance(node.args[0], ast.IfExp):
                    branches = [node.args[0].body, node.args[0].orelse]
                found |= {str(one.value) for one in branches if isinstance(one, ast.Constant)}
    return found


def _fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_everything_said_is_in_the_catalogue_and_everything_in_it_is_said() -> None:
    said = _said()
    assert said - KNOWN.keys() == set()
    assert {name for name in KNOWN if not name.startswith(FAMILIES)} - said == set()


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_sentence_says_the_same_in_both_languages(name: str) -> None:
    sentence = KNOWN[name]
    assert set(sentence) == {"zh", "en"}
    assert _fields(sentence["zh"]) == _fields(sentence["en"])


def test_a_name_without_a_sentence_stands_for_itself() -> None:
    assert words.say("advice_of_nobody") == "advice_of_nobody"


def test_english_is_spoken_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HETANG_LANG", "en")
    assert words.say("interrupted") == "Interrupted"
    monkeypatch.setenv("HETANG_LANG", "zh")
    assert words.say("interrupted") == "已中断"
