"""The conventions of ARCHITECTURE.md that no linter knows.

`tests/unit/test_house.py` runs them over the whole tree. Each rule takes one file and
yields one sentence a fault.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("bot/", "handlers/", "scheduler/", "storage/", "tools/", "tests/")
GENERATED = ("storage/migrations/versions/",)
MAX_FILE_LINES = 200
MAX_FUNCTION_LINES = 40
VAGUE_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}
# Words of the platform stay where the platform is spoken to or played.
PLATFORM_WORDS = {"openid", "openids", "errcode", "errmsg"}
PLATFORM_HOMES = ("bot/channels/", "bot/sandbox/", "tests/", "tools/")
# Written in halves, since this file is looked at as well.
HOSTS = [
    "pypi" + ".org",
    "python" + "hosted",
    "registry" + ".npmjs",
    "deb" + ".debian",
    "npm" + "mirror",
]
MACHINE_PATHS = ["/" + "work/", "/" + "home/", "/" + "root/", "/" + "opt/pypi"]


class File(NamedTuple):
    """One tracked text file: its path below the root, with "/", and its text."""

    path: str
    text: str

    @property
    def is_source(self) -> bool:
        """Tell whether it is Python written by us."""
        return (
            self.path.endswith(".py")
            and self.path.startswith(SOURCES)
            and not self.path.startswith(GENERATED)
        )

    @property
    def is_test(self) -> bool:
        """Tell whether it belongs to the tests."""
        return self.path.startswith("tests/")

    def tree(self) -> ast.Module:
        """Return the syntax tree; an empty one for what does not parse, which ruff says better."""
        try:
            return ast.parse(self.text)
        except SyntaxError:
            return ast.Module(body=[], type_ignores=[])


Rule = Callable[[File], Iterator[str]]


def _names() -> list[str]:
    """Return every file git tracks or would track; without git, every file not in a dot folder."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        return sorted(set(listed.stdout.decode().split("\0")) - {""})
    below = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in below if not path.parts[0].startswith("."))


def files() -> Iterator[File]:
    """Yield every text file of the project."""
    for name in _names():
        try:
            yield File(name, (ROOT / name).read_text(encoding="utf-8"))
        except (UnicodeDecodeError, OSError):
            continue


def short_files(file: File) -> Iterator[str]:
    """A source file has at most 200 lines."""
    lines = file.text.count("\n")
    if file.is_source and lines > MAX_FILE_LINES:
        yield f"{file.path} has {lines} lines: split it by noun"


def short_functions(file: File) -> Iterator[str]:
    """A function has at most 40 lines; tests may be longer, they are read top to bottom."""
    if not file.is_source or file.is_test:
        return
    for node in ast.walk(file.tree()):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MAX_FUNCTION_LINES:
                yield f"{file.path}:{node.lineno}: {node.name} has {lines} lines"


def telling_names(file: File) -> Iterator[str]:
    """No module or folder is called after nothing in particular."""
    for part in Path(file.path).with_suffix("").parts:
        if file.is_source and VAGUE_NAMES & set(part.lower().strip("_").split("_")):
            yield f"{file.path}: '{part}' says nothing; name it after its noun"


def _identifiers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name


def platform_words(file: File) -> Iterator[str]:
    """No identifier outside the channels and the sandbox uses a word of the platform."""
    if not file.is_source or file.path.startswith(PLATFORM_HOMES):
        return
    for line, name in sorted(set(_identifiers(file.tree()))):
        if PLATFORM_WORDS & set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_")):
            yield f"{file.path}:{line}: '{name}' is the platform's word"


def explained_ignores(file: File) -> Iterator[str]:
    """Every ignored warning names its rule and its reason."""
    if not file.is_source:
        return
    for token in tokenize.generate_tokens(io.StringIO(file.text).readline):
        if token.type != tokenize.COMMENT:
            continue
        for mark in re.finditer(r"#\s*(noqa|type:\s*ignore)\b(.*)", token.string):
            codes = r"(:\s*[A-Z]+\d+([,\s]+[A-Z]+\d+)*)" if mark[1] == "noqa" else r"(\[[a-z0-9, -]+\])"
            if not re.match(codes + r"[\s#:(—-]+\S{2,}", mark[2]):
                yield f"{file.path}:{token.start[0]}: an ignore needs its rule and its reason"


def honest_tests(file: File) -> Iterator[str]:
    """Every test is named by a sentence and can fail."""
    if not (file.is_source and file.is_test):
        return
    for node in ast.walk(file.tree()):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.name.startswith("test_"):
            continue
        if node.name.count("_") < 3:
            yield f"{file.path}:{node.lineno}: {node.name} is no sentence"
        if not any(isinstance(part, ast.Assert) or _checks(part) for part in ast.walk(node)):
            yield f"{file.path}:{node.lineno}: {node.name} asserts nothing"


def _checks(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = ast.unparse(node.func).lower()
    return "assert" in name or name.endswith(("raises", "pytest.fail", "pytest.warns"))


def places(file: File) -> Iterator[str]:
    """No file names a package index or a path of one machine."""
    for number, line in enumerate(file.text.splitlines(), start=1):
        for bad in HOSTS:
            if bad in line:
                yield f"{file.path}:{number}: names {bad}"
        for bad in MACHINE_PATHS:
            if re.search(rf"(?<![\w.\-}}>]){re.escape(bad)}", line):
                yield f"{file.path}:{number}: names a path below {bad}"


RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        short_files, short_functions, telling_names, platform_words, explained_ignores, honest_tests, places,
    )
}  # fmt: skip

if __name__ == "__main__":
    print("\n".join(fault for file in files() for rule in RULES.values() for fault in rule(file)))
