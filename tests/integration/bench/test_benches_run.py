"""Every bench still runs, with tiny sizes; how fast it is says nothing here."""

from __future__ import annotations

import importlib.util
import json

import pytest

from tests.bench.__main__ import BENCHES, main
from tests.bench.figures import Figure, Ratio
from tests.bench.sizes import TINY

# These need the peers that only `make bench` installs.
PEERS = {"inbound": ("werobot", "gunicorn")}


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", sorted(BENCHES))
def test_a_bench_runs_and_every_figure_is_one_line_of_json(name: str) -> None:
    for peer in PEERS.get(name, ()):
        if importlib.util.find_spec(peer) is None:
            pytest.skip(f"{peer} is not installed; `make bench` installs it")
    found = [json.loads(figure.line()) for figure in BENCHES[name](TINY)]
    assert found
    for line in found:
        assert line["bench"] == name
        assert line["n"] >= TINY.rounds
        assert line["min"] <= line["value"] <= line["max"]


def test_a_ratio_is_the_median_of_the_rounds_own_ratios() -> None:
    figure = Figure("x", "y", "1/s", [10, 20, 90], "peer", [20, 20, 30], at_least=0.9)
    assert json.loads(figure.line())["ratio"] == 1.0
    assert json.loads(figure.line())["met"] is True


def test_times_may_be_told_as_times_faster() -> None:
    figure = Figure("x", "y", "s", [1, 1, 1], "peer", [50, 50, 50], Ratio.PEER_TO_VALUE, at_least=100)
    assert json.loads(figure.line())["ratio"] == 50.0
    assert json.loads(figure.line())["met"] is False


def test_a_bench_nobody_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["inbuond"])
    assert "inbound" in capsys.readouterr().err
