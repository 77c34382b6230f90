"""Four kinds of import contract that import-linter lacks; pyproject.toml says which folders keep them.

``only``       whatever a package imports is in its list: itself, the standard library, and what is named.
``stays_in``   a library is imported by its homes alone, whether or not anybody imports it yet.
``strangers``  the modules of a folder do not import each other; "_" files are shared by all.
``covered``    every module of a package stands in the list of layers, so a new file cannot dodge the rules.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from importlinter import Contract, ContractCheck, fields, output

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grimp import ImportGraph

# Parts of the standard library that touch the world; a decision must not.
INPUT_AND_OUTPUT = frozenset({
    "asyncio", "concurrent", "ftplib", "http", "multiprocessing", "select", "selectors", "shutil", "signal",
    "smtplib", "socket", "socketserver", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "urllib",
})  # fmt: skip


def _within(module: str, packages: Iterable[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


class _ListedFaults(Contract):
    """A contract whose check is a list of sentences, one a fault."""

    def faults(self, graph: ImportGraph) -> Iterator[str]:
        """Yield one sentence for each of the contract's breaches in the graph."""
        raise NotImplementedError

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        found = sorted(self.faults(graph))
        return ContractCheck(kept=not found, metadata={"faults": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        faults: list[str] = check.metadata["faults"]
        for fault in faults:
            output.print_error(f"- {fault}", bold=False)
        output.new_line()


class OnlyContract(_ListedFaults):
    """``packages`` import nothing but themselves, ``allowed`` and the standard library.

    With ``pure`` set, the parts of the standard library that read, write or wait are refused as well.
    """

    type_name = "only"
    packages: Any = fields.ListField(subfield=fields.StringField())
    allowed: Any = fields.ListField(subfield=fields.StringField())
    pure: Any = fields.BooleanField(required=False, default=False)

    def faults(self, graph: ImportGraph) -> Iterator[str]:
        """Yield every import that is neither allowed nor of the standard library."""
        for package in self.packages:
            inside = [name for name in graph.modules if _within(name, [package])]
            for module in inside:
                for imported in graph.find_modules_directly_imported_by(module):
                    if not self._may(package, imported):
                        yield f"{module} imports {imported}"

    def _may(self, package: str, imported: str) -> bool:
        if _within(imported, [package, *self.allowed]):
            return True
        top = imported.partition(".")[0]
        return top in sys.stdlib_module_names and not (self.pure and top in INPUT_AND_OUTPUT)


class StaysInContract(_ListedFaults):
    """``libraries`` are imported nowhere but inside ``homes``."""

    type_name = "stays_in"
    libraries: Any = fields.ListField(subfield=fields.StringField())
    homes: Any = fields.ListField(subfield=fields.StringField())

    def faults(self, graph: ImportGraph) -> Iterator[str]:
        """Yield every import of a library outside its homes."""
        for library in self.libraries:
            importers = (
                graph.find_modules_that_directly_import(library) if library in graph.modules else set()
            )
            for importer in importers:
                if not _within(importer, self.homes):
                    yield f"{importer} imports {library}"


class StrangersContract(_ListedFaults):
    """The modules directly inside each of ``folders`` do not import each other, "_" files apart."""

    type_name = "strangers"
    folders: Any = fields.ListField(subfield=fields.StringField())

    def faults(self, graph: ImportGraph) -> Iterator[str]:
        """Yield every import between two siblings."""
        for folder in self.folders:
            # A folder that lists its members in __init__ may import them; they may not import it back.
            siblings = graph.find_children(folder) if folder in graph.modules else set()
            closed = {name for name in siblings if not name.rpartition(".")[2].startswith("_")}
            for module in sorted(graph.modules):
                home = next((name for name in siblings if _within(module, [name])), None)
                if home is None:
                    continue
                for imported in graph.find_modules_directly_imported_by(module):
                    if _within(imported, closed - {home}):
                        yield f"{module} imports {imported}"


class CoveredContract(_ListedFaults):
    """Every module directly inside ``packages`` stands in the contract whose id is ``layers_of``."""

    type_name = "covered"
    packages: Any = fields.ListField(subfield=fields.StringField())
    layers_of: Any = fields.StringField()
    besides: Any = fields.ListField(subfield=fields.StringField(), required=False)

    def faults(self, graph: ImportGraph) -> Iterator[str]:
        """Yield every module without a layer."""
        settings = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
        contracts = settings["tool"]["importlinter"]["contracts"]
        layers = next(one["layers"] for one in contracts if one.get("id") == self.layers_of)
        named = {part.strip(" ()") for layer in layers for part in layer.replace(":", "|").split("|")}
        named.update(self.besides or [])
        for package in self.packages:
            for module in graph.find_children(package):
                if not _within(module, named) and not any(_within(name, [module]) for name in named):
                    yield f"{module} has no layer: add it to '{self.layers_of}' and to ARCHITECTURE.md"
