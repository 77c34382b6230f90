"""`python -m tests.bench.peers.forecaster CONFIG NOW`: a replicate of 30 days, and what it took, as JSON."""

import json
import sys
import time
from datetime import datetime
from pathlib import Path

from bot.app import load
from bot.forecasting import Foreteller, Wish
from bot.opening import open_database
from scheduler.forecast.replicates import play, processors
from tests.whole import ENVIRONMENT

DAYS = 30


def main(path: str, now: str) -> None:
    """Read everything, play one replicate, print what it took."""
    config, at = load(Path(path), ENVIRONMENT), datetime.fromisoformat(now)
    began = time.perf_counter()
    with open_database(config) as database:
        foreteller = Foreteller(config, Wish(DAYS, 1, workers=processors()))
        plan = database.transact(lambda c: foreteller.plan(c, at))
    read = time.perf_counter()
    (result,) = play(plan)
    played = time.perf_counter()
    found = {
        "members": plan.present.members,
        "read_s": read - began,
        "played_s": played - read,
        "messages": sum(sum(days) for (what, _, _), days in result.counts.items() if what == "sent"),
        "entered": sum(sum(days) for (what, _, _), days in result.counts.items() if what == "entered"),
    }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
