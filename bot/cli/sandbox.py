"""sandbox: the pretend platforms alone."""

import asyncio
from contextlib import suppress
from typing import Annotated

import typer

from bot import sandbox

NAME = "sandbox"


def command(
    port: Annotated[int, typer.Option(help="端口 / port on loopback")] = 9901,
    seed: Annotated[int, typer.Option(help="随机种子 / seed")] = 0,
) -> None:
    """假微信，只在本机 / the pretend WeChat, on loopback only."""
    with suppress(KeyboardInterrupt):
        asyncio.run(sandbox.serve(port=port, seed=seed))
