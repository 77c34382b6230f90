"""`python -m tests.bench.peers.platform PORT FILE`: a platform that notes when each push to whom arrived.

A line a push: seconds of the monotonic clock, which all processes of a machine share, and the address.
"""

import asyncio
import re
import sys
import time
from pathlib import Path
from typing import TextIO

import uvloop

from tests.bench.peers.sink import Sink

TO = re.compile(rb'"touser"\s*:\s*"([^"]+)"')


async def _serve(port: int, file: TextIO) -> None:
    def heard(body: bytes) -> None:
        found = TO.search(body)
        if found is not None:
            file.write(f"{time.monotonic()} {found[1].decode()}\n")

    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: Sink(heard), "127.0.0.1", port, backlog=1024)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with Path(sys.argv[2]).open("w", buffering=1, encoding="utf-8") as written:
        uvloop.run(_serve(int(sys.argv[1]), written))
