"""Whatever is done to a good file, reading it gives problems and never an exception."""

import copy
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.config import document
from bot.config.loading import Examined, examine
from tests.unit.config.files import COMPLETE, ENVIRON, PARTS, SMALL, examined

COMPLETE_BODY: dict[str, Any] = yaml.safe_load(COMPLETE.read_text(encoding="utf-8"))
SMALL_BODY: dict[str, Any] = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
DEEP: Any = None
for _ in range(40):
    DEEP = {"all": [DEEP]} if isinstance(DEEP, dict) else {"not": [DEEP]}
STRANGE: list[Any] = [
    None, True, False, 0, -1, 10**18, 0.5, -1e300, "", " ", "x" * 2000, "0d", "-3d", "999999999w", "21:30",
    "24:00", "1/0d", "0/1d", "csv:", "${NOBODY}", "${", "a\u0000b", "\ud83d\ude00", "退订", "experiment",
    "http://[", "https://example.com:99999999", "../../etc/passwd", "coupon.back15.expires", [], {}, [None],
    [[]], [{}], {"": 1}, {"a": {"b": []}}, {"send": {"send": {}}}, ["x"] * 300, DEEP,
    {"experiment": {"arms": {"a": 1}}}, {"branch": [{"otherwise": True}]}, {"goto": []},
    {"wait": {"until": {}}},
    [{"id": "x", "send": {"via": [{}], "template": 5, "claim": []}}], {"did": [], "within": {}}, "2026-12-01",
]  # fmt: skip
ANY_TREE = st.recursive(
    st.sampled_from(STRANGE) | st.text(max_size=10) | st.integers() | st.floats(allow_nan=False, width=32),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


NOISE = [b"\t", b": ", b"&a *a", b"!!", b"- ", b"{[", b"<<: "]


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path in a body, the top left out."""
    found = [path] if path else []
    pairs = list(value.items()) if isinstance(value, dict) else []
    if isinstance(value, list):
        pairs = list(enumerate(value))
    for key, item in pairs:
        found += places(item, (*path, key))
    return found


KEYS = sorted({part for place in places(COMPLETE_BODY) for part in place if isinstance(part, str)})


def at(body: Any, path: tuple[Any, ...]) -> Any:  # noqa: ANN401 - bodies have any shape
    """What stands at a path."""
    for key in path:
        body = body[key]
    return body


def mutate(body: dict[str, Any], chance: random.Random) -> None:
    """Drop, replace, rename, copy or wrap one part of the body."""
    *above, last = chance.choice(places(body))
    place = at(body, tuple(above))
    match chance.randrange(5):
        case 0:
            del place[last]
        case 1:
            place[last] = copy.deepcopy(chance.choice(STRANGE))
        case 2 if isinstance(place, dict):
            place[chance.choice([*KEYS, f"{last}s", "on", ""])] = place.pop(last)
        case 3:
            place[last] = copy.deepcopy(at(body, chance.choice(places(body))))
        case _:
            place[last] = [place[last]]


def mutated(body: dict[str, Any], chance: random.Random, times: int) -> dict[str, Any]:
    """The body after some mutations."""
    body = copy.deepcopy(body)
    for _ in range(times):
        if body:
            mutate(body, chance)
    return body


def is_decided(found: Examined) -> bool:
    """Whether there is either a configuration, or an error that an operator can read and a terminal print."""
    errors = [problem for problem in found.problems if problem.level == "error"]
    readable = all(problem.path and problem.message and problem.line().encode() for problem in errors)
    return readable and (found.config is None) == bool(errors)


@pytest.mark.parametrize("body", [SMALL_BODY, COMPLETE_BODY], ids=["small", "complete"])
@pytest.mark.parametrize("seed", range(40))
def test_a_mutated_file_gives_problems_or_a_configuration(
    tmp_path: Path, body: dict[str, Any], seed: int
) -> None:
    chance = random.Random(seed)
    assert is_decided(examined(tmp_path, mutated(body, chance, chance.randrange(1, 6))))


@pytest.mark.parametrize("key", sorted(COMPLETE_BODY))
def test_a_section_of_any_shape_gives_problems(tmp_path: Path, key: str) -> None:
    for strange in STRANGE[len(key) % 3 :: 3]:
        assert is_decided(examined(tmp_path, {**SMALL_BODY, key: strange}))


@given(st.sampled_from(sorted(COMPLETE_BODY)), st.text(max_size=12), ANY_TREE)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_tree_in_any_section_gives_problems(key: str, name: str, tree: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert is_decided(examined(Path(folder), {**SMALL_BODY, key: {name: tree}}))


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_any_change_of_the_text_gives_problems(data: st.DataObject) -> None:
    text = SMALL.read_bytes()
    start = data.draw(st.integers(0, len(text)))
    end = start + data.draw(st.integers(0, 30))
    noise = data.draw(
        st.binary(max_size=12) | st.sampled_from([b"\t", b": ", b"&a *a", b"!!", b"- ", b"{[", b"<<: "])
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        path.write_bytes(text[:start] + noise + text[end:])
        assert is_decided(examine(path, ENVIRON, PARTS))


def test_the_mutations_reach_what_they_are_meant_to_find(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: without its depth limit the reader fails on the same kind of input."""
    nested = "a: " + "[" * 3000 + "]" * 3000
    assert examined(tmp_path, nested).config is None
    monkeypatch.setattr(document, "DEEPEST", 10**6)
    with pytest.raises(RecursionError):
        examined(tmp_path, nested)
