"""`python -m tests.bench [ONLY …]`: figures against honest peers, one JSON object a line on stdout.

Subject and peer run in turn, round by round, in one run; ratios are the result, absolute figures context.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping

from tests.bench import coupons, draws, flash, forecast, inbound, push, real_time, rendering, rules, timers
from tests.bench.figures import Figure
from tests.bench.sizes import FULL, TINY, Size

BENCHES: Mapping[str, Callable[[Size], Iterator[Figure]]] = {
    each.NAME: each.run
    for each in (inbound, push, real_time, rendering, rules, timers, coupons, draws, flash, forecast)
}


def main(arguments: list[str]) -> int:
    """Run the benches asked for and return the exit code: 0, however fast it was."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="ONLY", help=f"of {', '.join(BENCHES)}; all by default")
    parser.add_argument("--tiny", action="store_true", help="just enough to see that it still runs")
    asked = parser.parse_args(arguments)
    unknown = set(asked.only) - set(BENCHES)
    if unknown:
        parser.error(f"no bench called {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    for name in asked.only or BENCHES:
        began = time.monotonic()
        for figure in BENCHES[name](TINY if asked.tiny else FULL):
            print(figure.line(), flush=True)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
