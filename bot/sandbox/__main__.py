"""``python -m bot.sandbox [--port 9901] [--seed N]``."""

import argparse
import asyncio

from bot.sandbox.server import serve


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description="a pretend WeChat on loopback")
    parser.add_argument("--port", type=int, default=9901)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    asyncio.run(serve(port=given.port, seed=given.seed))


if __name__ == "__main__":
    main()
