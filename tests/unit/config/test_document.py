"""What the YAML of the file may look like, and what is said about the rest."""

import pytest

from bot.config.document import Document, read
from bot.config.problems import Problems


def reading(text: str | bytes) -> tuple[Document, list[str]]:
    """The document and the problems of a text."""
    problems = Problems()
    raw = text.encode() if isinstance(text, str) else text
    document = read(raw, "config.yaml", problems)
    return document, [problem.line() for problem in problems.found]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("on: 1", "on"),
        ("app: {no: 1}", "app.no"),
        ("a: yes", "a"),
        ("a: [Off]", "a[0]"),
        ("a: {b: n}", "a.b"),
        ("until: 08:30", "until"),
        ("from: 21:30", "from"),
        ("a: 1:30:00", "a"),
        ("count: 010", "count"),
        ("count: 0x1f", "count"),
        ("count: 0o17", "count"),
        ("count: 1_000", "count"),
        ("count: 1e3", "count"),
        ("count: .inf", "count"),
        ("opens: 2026-12-01", "opens"),
        ("opens: 2026-12-12T12:00:00+08:00", "opens"),
        ("1: a", "1"),
        ("true: a", "true"),
        ("~: a", "~"),
        ("a: =", "a"),
    ],
)
def test_what_yaml_1_1_reads_as_something_else_is_refused_where_it_stands(text: str, path: str) -> None:
    assert [problem.split(": ")[0] for problem in reading(text)[1]] == [path]


@pytest.mark.parametrize("text", ['"on": 1', "a: 'yes'", 'from: "21:30"', 'a: "010"', 'opens: "2026-12-01"'])
def test_quotes_make_each_of_them_a_text(text: str) -> None:
    document, problems = reading(text)
    assert problems == []
    assert all(isinstance(each, str) for pair in document.body.items() for each in pair if each != 1)


def test_plain_values_are_what_they_look_like() -> None:
    document, problems = reading("{a: 1, b: -2.5, c: true, d: null, e: text, f: '', g: [], h: {}}")
    assert problems == []
    assert document.body == {
        "a": 1, "b": -2.5, "c": True, "d": None, "e": "text", "f": "", "g": [], "h": {},
    }  # fmt: skip


def test_the_second_of_two_equal_keys_is_refused() -> None:
    assert reading("a: {b: 1, b: 2}")[1] == ["a.b: this key stands here twice"]


def test_anchors_and_merge_keys_work() -> None:
    document, problems = reading("a: &base {x: 1, z: 2}\nb: {<<: *base, z: 3}\nc: *base")
    assert problems == []
    assert document.body == {"a": {"x": 1, "z": 2}, "b": {"x": 1, "z": 3}, "c": {"x": 1, "z": 2}}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a:\n\t- b", "config.yaml:2: indent with spaces; YAML does not allow tabs"),
        ("", "config.yaml: the file is empty"),
        ("- a", "config.yaml: the file must hold keys with values, such as version: 1"),
        ("a: 1\n---\nb: 2", "config.yaml: the file holds more than one document"),
        ("a: *nowhere", "a: no anchor &nowhere before this"),
        ("a: &a [*a]", "a[0]: no anchor &a before this"),
        (b"a: \xff", "config.yaml: the file is not UTF-8 (byte 3)"),
        (b"a: " + b"x" * (1024 * 1024), "config.yaml: the file is larger than 1 MB"),
        ('a: "\\0"', "a: a character here cannot be stored or sent"),
        ('a: "\\ud800"', "a: a character here cannot be stored or sent"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(text: str | bytes, sentence: str) -> None:
    assert reading(text)[1] == [sentence]


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.getcwd", "!!int", "!mine", "!!binary"])
def test_tags_are_refused_and_never_obeyed(tag: str) -> None:
    document, problems = reading(f'a: {tag} "x"')
    assert len(problems) == 1
    assert document.body == {"a": "x"}


def test_aliases_of_aliases_stay_bounded() -> None:
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 12))
    document, problems = reading(f"l0: &l0 [x]\n{levels}")
    assert document.body == {}
    assert problems[0].endswith("the aliases unfold to too much")


def test_every_path_knows_its_line() -> None:
    document, _ = reading("a:\n  b:\n    - c: 1\n    - d: 2\n")
    assert document.lines["a.b[1].d"] == 4
