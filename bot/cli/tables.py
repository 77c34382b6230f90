"""Rows of a table file, CSV or XLSX, one at a time with their line numbers; a table goes out again safely."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from bot.cli.options import fail
from bot.cli.words import say

ENCODINGS = ("utf-8-sig", "gb18030")
LONGEST_CELL = 4096
# What spreadsheets take for the beginning of a formula: https://owasp.org/www-community/attacks/CSV_Injection
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_SKIPPED = "'\" \u00a0\u3000\u200b\ufeff"
Row = tuple[int, dict[str, str]]


def rows_of(path: Path) -> Iterator[Row]:
    """Yield each row as (line number, cell by heading); empty rows are left out."""
    if path.suffix.lower() in {".xlsx", ".xlsm", ".xls", ".ods"}:
        lines: Iterable[tuple[int, list[str]]] = _sheet(path)
    else:
        lines = _csv(path)
    numbered = iter(lines)
    _, headings = next(numbered, (1, []))
    headings = [heading.strip() for heading in headings]
    for number, cells in numbered:
        row = {heading: cell.strip() for heading, cell in zip(headings, cells, strict=False) if heading}
        if any(row.values()):
            yield number, row


def headings_of(path: Path) -> list[str]:
    """Return the headings of a table."""
    lines = _sheet(path) if path.suffix.lower() != ".csv" else _csv(path)
    return [heading.strip() for heading in next(iter(lines), (1, []))[1] if heading.strip()]


def safe(value: object) -> str:
    """Return a cell no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(_SKIPPED).startswith(_DANGEROUS) or text.startswith(_DANGEROUS) else text


def written(rows: Iterable[Mapping[str, object]]) -> str:
    """Return rows as CSV that opens in a spreadsheet as it is, Chinese and all."""
    listed = list(rows)
    headings = list(dict.fromkeys(name for row in listed for name in row))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([safe(heading) for heading in headings])
    for row in listed:
        writer.writerow([safe(row.get(heading)) for heading in headings])
    return f"\ufeff{text.getvalue()}"


def _csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding=encoding_of(path), newline="") as opened:
        reader = csv.reader(opened)
        try:
            for cells in reader:
                yield reader.line_num, [cell[:LONGEST_CELL] for cell in cells]
        except csv.Error as error:
            fail(say("bad_table", name=path.name, line=reader.line_num, error=error))


def encoding_of(path: Path) -> str:
    """Return UTF-8, or what Chinese spreadsheets write where the file isn't UTF-8."""
    found = next((encoding for encoding in ENCODINGS if _reads(path, encoding)), None)
    return found or fail(say("bad_encoding", name=path.name))


def _reads(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding) as opened:
            while opened.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _sheet(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            yield number, [_plain(cell)[:LONGEST_CELL] for cell in cells]
    except CalamineError as error:
        fail(say("bad_table", name=path.name, line=1, error=error))


def _plain(cell: object) -> str:
    """Return a cell as text; a phone number kept as a number has no point and no exponent."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
