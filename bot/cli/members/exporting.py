"""members export: everything known of one member, for the member."""

import json as text
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import tables
from bot.cli.desk import opened
from bot.cli.options import DEFAULT, ConfigPath, Json, MemberName, present
from bot.cli.words import say
from bot.domain.identity import number_of
from storage import export

NAME = "export"


def command(
    member: MemberName,
    out: Annotated[Path, typer.Option("--out", help="放到哪个文件夹 / folder to write to")],
    masked: Annotated[bool, typer.Option("--masked", help="手机号打码 / phones masked")] = False,
    config: ConfigPath = DEFAULT,
    json: Json = False,
) -> None:
    """导出一位会员的全部数据（JSON 与 CSV）/ everything known of a member, as JSON and CSV."""
    with opened(config) as desk:
        member_id = desk.member(member)
        number = number_of(member_id)
        # The audit comes first: nothing is read of which nobody will ever know.
        desk.note("members.export", number, masked=masked)
        found = desk.read(lambda c: export.member(c, member_id, masked=masked))
        out.mkdir(parents=True, exist_ok=True)
        whole = {"member": number, "exported_at": desk.now.isoformat(), "tables": found}
        _write(out / f"{number}.json", text.dumps(whole, ensure_ascii=False, indent=2))
        for name, rows in found.items():
            _write(out / f"{number}.{name}.csv", tables.written(_flat(row) for row in rows))
        counts = {name: len(each) for name, each in found.items()}
        document = {"member": number, "folder": str(out), "rows": counts}
        present(document, [say("exported", member=number, tables=len(counts), path=out)], as_json=json)


def _flat(row: dict[str, object]) -> dict[str, object]:
    return {
        name: text.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
        for name, value in row.items()
    }


def _write(path: Path, content: str) -> None:
    """Write a file that only its owner can read."""
    path.touch(mode=0o600)
    path.write_text(content, encoding="utf-8")
