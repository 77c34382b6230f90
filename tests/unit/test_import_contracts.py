"""Each kind of import contract we added sees a breach planted in a made-up graph, and lets the rest pass."""

from typing import Any

import pytest
from grimp import ImportGraph
from importlinter import Contract

from tools.import_contracts import CoveredContract, OnlyContract, StaysInContract, StrangersContract


def graph_of(*imports: tuple[str, str]) -> ImportGraph:
    """Return a graph with these imports and every package above the modules they name."""
    graph = ImportGraph()
    for importer, imported in imports:
        for name in (importer, imported):
            parts = name.split(".")
            for length in range(1, len(parts) + 1):
                graph.add_module(".".join(parts[:length]))
        graph.add_import(importer=importer, imported=imported)
    return graph


def faults(kind: type[Contract], options: dict[str, Any], *imports: tuple[str, str]) -> list[str]:
    contract = kind(name="planted", session_options={}, contract_options=options)
    check = contract.check(graph_of(*imports), verbose=False)
    found: list[str] = check.metadata["faults"]
    assert check.kept is (not found)
    return found


PURE = {"packages": ["handlers"], "allowed": ["bot.domain"], "pure": "true"}


@pytest.mark.parametrize("imported", ["bot.domain.events", "handlers._words", "datetime", "re"])
def test_a_handler_may_import_the_domain_and_plain_python(imported: str) -> None:
    assert faults(OnlyContract, PURE, ("handlers.menu", imported)) == []


@pytest.mark.parametrize(
    "imported", ["storage.inbox", "aiohttp", "bot.domains", "asyncio", "socket", "urllib"]
)
def test_a_handler_may_import_nothing_that_touches_the_world(imported: str) -> None:
    found = faults(OnlyContract, PURE, ("handlers.menu", imported))
    assert len(found) == 1
    assert found[0].startswith("handlers.menu imports ")


def test_an_unasked_purity_lets_the_standard_library_through() -> None:
    options = {"packages": ["bot.sandbox"], "allowed": ["aiohttp"]}
    assert faults(OnlyContract, options, ("bot.sandbox.clock", "asyncio")) == []
    assert faults(OnlyContract, options, ("bot.sandbox.clock", "bot.domain.clock")) != []


STAYS = {"libraries": ["wechatpy"], "homes": ["bot.channels"]}


def test_a_library_stays_in_its_home() -> None:
    assert faults(StaysInContract, STAYS, ("bot.channels._wechat.xml", "wechatpy")) == []
    assert faults(StaysInContract, STAYS, ("bot.sender", "wechatpy")) == ["bot.sender imports wechatpy"]


def test_a_library_nobody_imports_yet_is_at_home() -> None:
    assert faults(StaysInContract, STAYS, ("bot.sender", "json")) == []


STRANGERS = {"folders": ["bot.channels"]}


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("bot.channels.wecom_app", "bot.channels._wechat"),
        ("bot.channels.wecom_app.parse", "bot.channels.wecom_app.send"),
        ("bot.channels", "bot.channels.wecom_app"),
    ],
)
def test_shared_parts_and_ones_own_are_no_strangers(importer: str, imported: str) -> None:
    assert faults(StrangersContract, STRANGERS, (importer, imported)) == []


@pytest.mark.parametrize("importer", ["bot.channels.wecom_app", "bot.channels._wechat"])
def test_a_sibling_plug_in_may_not_be_imported(importer: str) -> None:
    assert faults(StrangersContract, STRANGERS, (importer, "bot.channels.official_account.parse")) != []


def test_a_module_without_a_layer_is_seen() -> None:
    options = {"packages": ["bot"], "layers_of": "layers", "besides": ["bot.sandbox"]}
    known = [("bot.dispatcher", "bot.domain.events"), ("bot.web.health", "bot.config.model")]
    assert faults(CoveredContract, options, *known) == []
    found = faults(CoveredContract, options, *known, ("bot.stray", "bot.domain.events"))
    assert [fault.split()[0] for fault in found] == ["bot.stray"]
