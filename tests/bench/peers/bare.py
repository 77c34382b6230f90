"""The bare peer: aiohttp on uvloop, answers success and does nothing."""

import asyncio
import sys

import uvloop
from aiohttp import web


async def _success(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(body=b"success", content_type="text/plain")


async def _serve(port: int) -> None:
    application = web.Application()
    application.router.add_post("/callback/{account}", _success)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
