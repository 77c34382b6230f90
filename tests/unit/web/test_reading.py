"""JSON is read as strictly as it is stored."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import storable
from bot.web.events.reading import DEEPEST, parsed, unstorable
from bot.web.problems import Refused


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"{'a': 1}", "not_json"),
        (b'{"a": 1} x', "not_json"),
        ("\ufeff{}".encode(), "not_json"),
        (b'{"a": NaN}', "not_finite"),
        (b'{"a": -Infinity}', "not_finite"),
        (b'{"a": 1e999}', "number_too_large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "number_too_large"),
        (b'{"a": 1, "a": 2}', "name_twice"),
        (b'{"b": {"a": 1, "\\u0061": 2}}', "name_twice"),
        (b"[" * 100_000, "too_deep"),
        (b'{"a":' * 60_000, "too_deep"),
        ('{"a": "é"}'.encode("latin-1"), "not_utf8"),
        ('{"a": 1}'.encode("utf-16"), "not_utf8"),
        (b'{"a": "\xed\xa0\x80"}', "not_utf8"),
    ],
)
def test_what_is_no_clean_json_is_refused_by_name(body: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        parsed(body)
    assert refused.value.faults[0].code == code
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        ({"a": {"b": ["x", "nul\0"]}}, "nul_character", "a.b[1]"),
        ({"a": "\ud83d"}, "half_character", "a"),
        ({"\udc00": 1}, "half_character", ""),
        ({"a": 2**63}, "number_too_large", "a"),
        ({"a": -(2**63) - 1}, "number_too_large", "a"),
        ({"a": 1e300}, "number_too_large", "a"),
    ],
)
def test_what_no_database_keeps_is_named_with_its_path(value: object, code: str, path: str) -> None:
    fault = unstorable(value)
    assert fault is not None
    assert (fault.code, fault.path) == (code, path)


def test_sixteen_levels_are_read_and_seventeen_are_not() -> None:
    deep: object = 1
    for _ in range(DEEPEST):
        deep = [deep]
    assert unstorable(deep) is None
    assert unstorable([deep]) is not None


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())


@given(st.recursive(SCALARS, lambda each: st.lists(each) | st.dictionaries(st.text(), each), max_leaves=20))
def test_whatever_passes_can_be_stored(value: object) -> None:
    try:
        found = parsed(json.dumps(value).encode())
    except Refused:
        return
    if unstorable(found) is not None:
        return
    for leaf in _leaves(found):
        kept = storable.scalar(leaf)  # type: ignore[arg-type]  # any leaf is refused or kept
        assert json.loads(json.dumps(kept)) == kept


def _leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in _leaves(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in _leaves(each)]
    return [value]
