"""qr: the QR code of a source, as a picture to print."""

import asyncio
from pathlib import Path
from typing import Annotated

import segno
import typer

from bot.cli.desk import Desk, opened
from bot.cli.options import DEFAULT, ConfigPath, Json, fail, present
from bot.cli.platform import connected
from bot.cli.words import say
from bot.domain.account import SourceCode
from bot.publishing import source_code

NAME = "qr"
SCALE = 10
PICTURES = (".svg", ".png")


def command(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="tags.sources 里的来源 / a source")],
    out: Annotated[Path | None, typer.Option("--out", help="图片 .svg 或 .png / picture")] = None,
    account: Annotated[str, typer.Option("--account", help="账号；只有一个时可省 / account")] = "",
    config: ConfigPath = DEFAULT,
    json: Json = False,
) -> None:
    """来源二维码：有就用，没有就在平台上建 / the QR code of a source; made once on the platform."""
    with opened(config) as desk:
        if source not in desk.config.sources:
            fail(say("no_such_source", name=source, known="、".join(desk.config.sources)))
        name = _account(desk, account)
        if out is not None and out.suffix.lower() not in PICTURES:
            fail(say("bad_picture", name=out.name))
        code, made = asyncio.run(_code(desk, name, source))
        if made:
            desk.note("qr", f"{name}:{source}", url=code.url)
        lines = [say("qr_made" if made else "qr_known", source=source, url=code.url)]
        if out is not None:
            draw(code.url, out)
            lines.append(say("written", path=out))
        document = {"account": name, "source": source, "url": code.url, "ticket": code.ticket, "made": made}
        present(document | {"file": str(out) if out else None}, lines, as_json=json)


def draw(url: str, out: Path) -> None:
    """Write the code as a picture; a fifth of it may be covered or scratched."""
    segno.make(url, error="q", micro=False).save(str(out), scale=SCALE, border=4)


def _account(desk: Desk, given: str) -> str:
    if given:
        return desk.account(given)
    names = list(desk.config.accounts)
    if len(names) != 1:
        fail(say("which_account", known="、".join(names)))
    return names[0]


async def _code(desk: Desk, account: str, source: str) -> tuple[SourceCode, bool]:
    async with connected(desk, account) as channel:
        return await source_code(desk.database, channel, source, desk.now)
