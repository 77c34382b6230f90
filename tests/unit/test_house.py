"""The conventions of ARCHITECTURE.md, held by machine; each rule is also shown a breach it must see."""

import re
import tomllib

import pytest

from bot.domain.delivery.gates import GATES
from tools import house
from tools.house import ROOT, RULES, File

# File -> why it may break a rule. Empty, and it should stay so.
EXCEPTIONS: dict[tuple[str, str], str] = {}

LONG_FUNCTION = "def decide():\n" + "    step()\n" * 40
BREACHES = {
    "short_files": File("bot/dispatcher.py", "x = 1\n" * 201),
    "short_functions": File("bot/dispatcher.py", LONG_FUNCTION),
    "telling_names": File("bot/web_utils.py", ""),
    "platform_words": File("bot/sender.py", "def send(to_openid: str) -> None: ...\n"),
    "explained_ignores": File("bot/sender.py", "import os  # no" + "qa: F401\n"),
    "honest_tests": File("tests/unit/test_x.py", "def test_that_nothing_happens():\n    run()\n"),
    "places": File("README.md", "index: https://py" + "pi.org/simple\n"),
}


@pytest.fixture(scope="module")
def tree() -> list[File]:
    return list(house.files())


@pytest.mark.parametrize("name", RULES)
def test_the_tree_keeps_the_rule(name: str, tree: list[File]) -> None:
    rule = RULES[name]
    faults = [fault for file in tree if (name, file.path) not in EXCEPTIONS for fault in rule(file)]
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("name", RULES)
def test_the_rule_sees_a_breach(name: str) -> None:
    assert list(RULES[name](BREACHES[name]))


def test_every_exception_is_still_needed_and_says_why(tree: list[File]) -> None:
    known = {file.path: file for file in tree}
    for (name, path), reason in EXCEPTIONS.items():
        assert len(reason) > 20, path
        assert list(RULES[name](known[path])), f"{path} keeps {name} now"


@pytest.mark.parametrize(
    "line",
    [
        "import os  # no" + "qa: F401  re-exported for plug-ins",
        "x = y  # type: " + "ignore[no-untyped-call]  # wechatpy has no types",
    ],
)
def test_an_ignore_with_a_reason_is_accepted(line: str) -> None:
    assert not list(house.explained_ignores(File("bot/sender.py", line + "\n")))


def test_a_bare_type_ignore_is_refused() -> None:
    assert list(house.explained_ignores(File("bot/sender.py", "x = y  # type: " + "ignore[misc]\n")))


def test_a_machine_path_is_refused_and_a_web_route_is_not() -> None:
    assert list(house.places(File("Makefile", "cd /" + "root/hetang\n")))
    assert not list(house.places(File("README.md", "GET https://example.com/home/page \n")))


def test_wechatpy_is_pinned_to_the_release_whose_methods_we_override() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "wechatpy[cryptography]==1.8.18" in project["dependencies"]
    for lock in ROOT.glob("requirements*.lock"):
        if lock.name != "requirements-pg.lock":
            assert "\nwechatpy==1.8.18 \\\n" in lock.read_text(encoding="utf-8"), lock.name


def test_every_locked_package_has_an_exact_version_and_a_hash() -> None:
    locks = sorted(ROOT.glob("requirements*.lock"))
    assert {"requirements.lock", "requirements-dev.lock", "requirements-all.lock"} <= {
        lock.name for lock in locks
    }
    for lock in locks:
        for entry in re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip()):
            assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+ (; .+ )?\\\n    --hash=sha256:", entry), entry[
                :80
            ]


def modules_of_the_layers() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["id"] == "layers")
    return [name for layer in layers for name in re.findall(r"[a-z_.]+", layer)]


def unnamed(text: str) -> list[str]:
    return [name for name in modules_of_the_layers() if f"`{name}`" not in text]


def test_the_architecture_names_every_module_of_the_layers_from_the_top_down() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert not unnamed(text)
    table = text[text.index("| layer | modules |") :]
    places = [table.index(f"`{name}`") for name in modules_of_the_layers()]
    rows = [table.count("\n", 0, place) for place in places]
    assert rows == sorted(rows)


def test_a_module_that_the_architecture_forgot_is_seen() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert unnamed(text.replace("`bot.watching`", "")) == ["bot.watching"]


def test_the_architecture_lists_the_gates_in_the_order_they_are_passed() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \d+ \| `(\w+)` \|", text, re.MULTILINE)
    assert listed == [gate.__name__.removeprefix("_") for gate in GATES]
