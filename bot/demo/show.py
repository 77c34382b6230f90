"""What the terminal shows: a bar while it runs, then the table."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.demo.evidence import Promise
from bot.demo.grid import Span
from bot.demo.play import Tally, Watcher
from bot.web.dashboard import Dashboard
from bot.web.words import Words


def opening(console: Console, words: Words, members: int, days: int, url: str) -> None:
    """Say what is about to be played, and where the console is."""
    scale = words("play", "scale").format(members=members, days=days)
    console.print(f"[bold]{words('play', 'opening')}[/] {scale} · {url}/console")


@contextmanager
def progress(console: Console, words: Words, span: Span) -> Iterator[Watcher]:
    """A bar with the virtual date and running totals; gives what to call after each slice."""
    columns = (
        TextColumn("[bold]{task.fields[date]}"),
        BarColumn(bar_width=None),
        TimeElapsedColumn(),
        TextColumn("{task.fields[totals]}"),
    )
    with Progress(*columns, console=console, refresh_per_second=4) as bar:
        task = bar.add_task("", total=span.days, date=f"{span.start:%Y-%m-%d}", totals="")

        def watch(tally: Tally) -> None:
            totals = words("play", "totals").format(
                followed=tally.followed,
                said=tally.said,
                bought=tally.bought,
                answered=tally.answered,
                pushed=tally.pushed,
            )
            done = (tally.now - span.start) / timedelta(days=1)
            bar.update(task, completed=done, date=f"{tally.now:%Y-%m-%d}", totals=totals)

        yield watch


def summary(
    console: Console, board: Dashboard, promises: Sequence[Promise], words: Words, title: str
) -> None:
    """Print the numbers and the promises."""
    sums = board.totals
    numbers = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", show_header=False)
    numbers.add_column("")
    numbers.add_column("", justify="right")
    for what, value in (
        (
            words("tile", "members"),
            f"{sums['members']:,}（{words('stage', 'unfollowed')} {sums['unfollowed']:,}）",
        ),
        (
            words("tile", "amount"),
            f"¥{sums['amount'] / 100:,.0f}（{sums['orders']:,} {words('tile', 'orders')}）",
        ),
        (words("tile", "sent"), f"{sums['sent']:,}"),
        (words("tile", "issued"), f"{sums['issued']:,}（{sums['redeemed']:,} {words('tile', 'redeemed')}）"),
    ):
        numbers.add_row(what, value)
    for stage, series in board.flow.counts.items():
        numbers.add_row(f"· {words('stage', stage)}", f"{series[-1]:,}")
    console.print(numbers)
    kept = Table(box=box.SIMPLE_HEAD, title=words("page", "promises"), title_justify="left")
    for column in ("", words("promise", "looked_at"), words("promise", "broken"), ""):
        kept.add_column(column, justify="left" if not column else "right")
    for one in promises:
        mark = "[green]✓[/]" if one.held else "[bold red]✗[/]"
        kept.add_row(words("promise", one.name), f"{one.looked_at:,}", str(one.broken), mark)
    console.print(kept)
    for one in promises:
        for example in one.examples if not one.held else ():
            console.print(f"  [red]{words('promise', one.name)}[/] {example}", highlight=False, markup=True)


def conversation(console: Console, title: str, lines: Sequence[tuple[str, str]]) -> None:
    """Print what was said, by whom, under its title."""
    if not lines:
        return
    console.print(f"[bold]{title}[/]")
    for who, text in lines:
        first, *more = text.split("\n")
        console.print(f"  [dim]{who}[/]  {escape(first)}", highlight=False)
        for line in more:
            console.print(f"  {' ' * (2 * len(who))}  {escape(line)}", highlight=False)


def written(console: Console, paths: Sequence[Path]) -> None:
    """Say where the report and the pictures are."""
    for path in paths:
        console.print(f"  → {path}", highlight=False)
