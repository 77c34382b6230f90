"""``python -m bot.sandbox [--port 9901] [--seed N]``."""

import argparse
import asyncio
import sys

from bot.sandbox.server import serve


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description="a pretend WeChat on loopback")
    parser.add_argument("--port", type=int, default=9901)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--while-stdin-is-open", action="store_true", help="end when whoever started us is gone"
    )
    given = parser.parse_args()
    lifeline = sys.stdin.fileno() if given.while_stdin_is_open else None
    asyncio.run(serve(given.port, given.seed, lifeline=lifeline))


if __name__ == "__main__":
    main()
