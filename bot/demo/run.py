"""The demo from its first second to its last: sandbox, bot, story, books, pictures, console."""

import asyncio
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web
from rich.console import Console as Terminal

from bot.app import Program, load, serving
from bot.config import rulebook
from bot.demo import folder, pictures, promises, sandbox, script, settings, show, terms
from bot.demo.acts import Wire
from bot.demo.balanced import balanced
from bot.demo.evidence import Evidence, Promise
from bot.demo.explained import explained
from bot.demo.foreseen import Prophecy
from bot.demo.grid import OPENING, Span
from bot.demo.group import GroupStory
from bot.demo.play import Stage, Tally, play
from bot.demo.shift import ROLE, Shift, exchange, letters
from bot.domain.clock import monotonic
from bot.web.console import Console
from bot.web.dashboard import Checked, Dashboard, gather
from bot.web.page import Pages
from bot.web.words import Words, read
from storage import operators, reports

TEMPLATES = settings.ROOT / "templates"


@dataclass(frozen=True, slots=True)
class Options:
    """How the demo runs. `speed` is virtual days a second at most, 0 as fast as it goes."""

    members: int = 520
    days: int = 90
    seed: int = 1
    speed: float = 0
    leave: bool = False
    port: int = 8080
    out: Path = Path("out/demo")
    language: str = "zh"


@dataclass(slots=True)
class Ended:
    """What the console shows of promises: nothing until the books are checked."""

    promises: tuple[Checked, ...] = ()


async def run(options: Options) -> int:
    """Play the demo; return the exit code, 0 only if every promise held. Signals cancel it."""
    _listen_for_signals()
    terminal = Terminal()
    words = Words(read(TEMPLATES), options.language)
    ended = Ended()
    async with AsyncExitStack() as stack:
        home = stack.enter_context(folder.opened())
        platform = await stack.enter_async_context(sandbox.started(options.seed))
        span = Span(OPENING, options.days)
        await platform.walk(span.start)
        made = settings.write(home, platform.url, port := sandbox.free_port(options.port))
        await platform.post("account", **made.registration())
        config = load(made.path, made.secrets.environ(), demo=True)
        program = await stack.enter_async_context(
            serving(config, clock=platform.url, port=port, more=lambda it: _routes(it, ended))
        )
        await _registered(platform, made, program.url)
        show.opening(terminal, words, options.members, options.days, program.url)
        wire = Wire(settings.ACCOUNT, program.url, made.secrets.webhook)
        written, group = script.write(options.seed, options.members, span), GroupStory(span, options.seed)
        written.add(group.plan())
        began = monotonic()
        with show.progress(terminal, words, span) as watch:
            prophecy = Prophecy(program, span)
            stage = Stage(platform, wire, Shift(span), partial(_code, program, options.seed), prophecy.pauses)
            tally = await play(written, stage, span, options.speed, watch)
        took = round(monotonic() - began)
        evidence = await _evidence(program, platform, written, tally, terms.read(made.body))
        ledgers = await program.database.read(balanced)
        kept = [*promises.check(evidence), ledgers, await _explained(program, span), *await prophecy.kept()]
        ended.promises = checked(kept)
        board = await _board(program, ended)
        show.summary(terminal, board, kept, words, _ended(words, options, took))
        _show(terminal, words, exchange(written.done, tally.received, config.app.name), "operator")
        _show(terminal, words, group.excerpt(platform.elsewhere, config.app.name), "group")
        show.written(terminal, await asyncio.to_thread(_files, board, words, options.out))
        if not options.leave:
            await _until_interrupted(terminal, f"[bold]{program.url}/console[/] · {words('play', 'leave')}")
    return 0 if all(one.held for one in kept) else 1


def _ended(words: Words, options: Options, took: int) -> str:
    """Return how long it all took, as people read it."""
    return words("play", "ended").format(days=options.days, took=took)


async def _registered(platform: sandbox.Sandbox, made: settings.Settings, bot: str) -> None:
    """Tell the platform where our doors are."""
    await platform.post("account", **made.registration(f"{bot}/callback/{settings.ACCOUNT}"))
    await platform.post("account", **settings.gateway_registration(made, bot))


def _show(terminal: Terminal, words: Words, lines: Sequence[tuple[str, str]], title: str) -> None:
    """Print a talk of the play."""
    show.conversation(terminal, words("play", title), lines)


def _code(program: Program, seed: int) -> str:
    """Return a one-time code that makes an operator of whoever says it, as the command line does."""
    now, choose = program.clock.now(), letters(seed)
    offer = partial(operators.offer, account=settings.ACCOUNT, role=ROLE, now=now, choose=choose)
    code, _ = program.database.transact(offer)
    return code


def checked(kept: Sequence[Promise]) -> tuple[Checked, ...]:
    """Return the promises as the console shows them."""
    return tuple(Checked(one.name, one.broken, one.looked_at, one.held) for one in kept)


def _routes(program: Program, ended: Ended) -> list[web.RouteDef]:
    zone = program.config.app.zone
    pages = Pages(TEMPLATES)
    return Console(program.database, program.clock, zone, pages, lambda: ended.promises).routes()


async def _evidence(
    program: Program, platform: sandbox.Sandbox, written: script.Script, tally: Tally, agreed: terms.Terms
) -> Evidence:
    now = program.clock.now()
    return Evidence(
        terms=agreed,
        received=tally.received,
        done=written.done,
        ours=await program.database.read(lambda c: reports.deliveries(c, settings.ACCOUNT)),
        books=await program.database.read(lambda c: reports.books(c, now)),
        tally=await platform.get("deliveries"),
        violations=await platform.get("violations"),
        account=settings.ACCOUNT,
    )


async def _explained(program: Program, span: Span) -> Promise:
    """Hold `why` against what happened, now and as of the middle of the play."""
    book, now = rulebook(program.config), program.clock.now()
    between = span.start + (span.end - span.start) / 2
    return await program.database.read(lambda c: explained(c, book, now, between))


async def _board(program: Program, ended: Ended) -> Dashboard:
    zone: ZoneInfo = program.config.app.zone
    now = program.clock.now()
    return await program.database.read(lambda c: gather(c, zone, now, ended.promises))


def _files(board: Dashboard, words: Words, out: Path) -> list[Path]:
    """Write the report and, where they can be drawn, the pictures."""
    out.mkdir(parents=True, exist_ok=True)
    report = out / "report.html"
    report.write_text(Pages(TEMPLATES).report(board, words.language), encoding="utf-8")
    return [report, *(pictures.draw(board, words, out) if pictures.available() else [])]


def _listen_for_signals() -> None:
    """Cancel the running task on SIGINT, also where whoever started us had it ignored, and on SIGTERM."""
    task = asyncio.current_task()
    if task is not None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)


async def _until_interrupted(terminal: Terminal, how: str) -> None:
    terminal.print(how)
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        # This is how one leaves; left alone it would be an error.
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()
