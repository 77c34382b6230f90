"""Codes imported from a file of a spreadsheet: each once, bad lines by number, all of a file or nothing."""

import asyncio
from pathlib import Path

import pytest

from tests.integration.cli.shell import Ran, Shell

MANY = 100_000
SECONDS = 40
BIRTHDAY = "max_off: 50, stock: 5000"


def imported(sh: Shell) -> int:
    return int(sh.rows("SELECT count(*) FROM coupon WHERE batch = 'bday20'")[0][0])


def stock(sh: Shell) -> int:
    return int(sh.rows("SELECT stock FROM coupon_batch WHERE name = 'bday20'")[0][0])


def written(sh: Shell, content: bytes) -> Path:
    """Give the batch a pile of its own, and write a file of codes to be imported into it."""
    body = sh.config.read_text(encoding="utf-8")
    sh.config.write_text(body.replace(BIRTHDAY, "max_off: 50, stock: csv:pile.csv"), encoding="utf-8")
    (sh.folder / "pile.csv").write_text("", encoding="utf-8")
    path = sh.folder / "codes.csv"
    path.write_bytes(content)
    return path


async def importing(sh: Shell, path: Path, *words: str) -> Ran:
    return await sh.run("coupons", "import", "bday20", str(path), *words)


async def test_a_file_with_a_mark_a_heading_and_windows_lines_is_tried_and_then_taken(sh: Shell) -> None:
    path = written(sh, '\ufeffcode,备注\r\nA1,好\r\n"A2",好\r\n\r\nA3\r\n'.encode())
    tried = await importing(sh, path)
    assert (tried.code, "会导入 3 个" in tried.out) == (0, True)
    assert imported(sh) == 0
    assert (await importing(sh, path, "--apply")).code == 0
    assert sh.rows("SELECT code, state FROM coupon ORDER BY id") == [(f"A{n}", "free") for n in (1, 2, 3)]
    assert stock(sh) == 3


async def test_a_file_of_chinese_windows_is_read_and_one_in_no_writing_is_refused(sh: Shell) -> None:
    chinese = written(sh, "code,备注\nA1,生日快乐\n".encode("gb18030"))
    assert (await importing(sh, chinese, "--apply")).code == 0
    assert imported(sh) == 1
    nothing = written(sh, b"A2\xff\xff\n")
    refused = await importing(sh, nothing, "--apply")
    assert refused.code == 1
    assert "既不是 UTF-8 也不是 GB18030" in refused.err
    assert imported(sh) == 1


async def test_lines_that_are_no_codes_or_repeated_ones_are_told_by_number(sh: Shell) -> None:
    path = written(sh, b"A1\nA2\nA1\n" + b"X" * 65 + b"\nA\x07B\nA4\n")
    ran = await importing(sh, path, "--apply")
    assert ran.code == 1
    for told in ("line 3: the same code as line 1", "line 4: not a code", "line 5: not a code"):
        assert told in ran.out
    assert "line 6" not in ran.out
    assert (imported(sh), stock(sh)) == (3, 3)


async def test_a_code_of_another_batch_is_told_and_one_imported_before_is_taken_once(sh: Shell) -> None:
    path = written(sh, b"A1\nA2\n")
    assert (await importing(sh, path, "--apply")).code == 0
    body = sh.config.read_text(encoding="utf-8")
    sh.config.write_text(body.replace("min_spend: 99, stock: 5000", "stock: csv:pile.csv"), encoding="utf-8")
    path.write_bytes(b"B1\nA2\n")
    other = await sh.run("coupons", "import", "back15", str(path), "--apply")
    assert other.code == 1
    assert "line 2: this code is in the ledger already" in other.out
    again = await importing(sh, written(sh, b"A1\nA2\nA3\n"), "--apply")
    assert (again.code, "导入 1 个" in again.out) == (0, True)
    assert (imported(sh), stock(sh)) == (3, 3)


async def test_a_large_file_cut_off_leaves_nothing_or_all_and_the_same_file_completes_it(sh: Shell) -> None:
    path = written(sh, "".join(f"K{number:06}\n" for number in range(MANY)).encode())
    tried = await importing(sh, path)  # from here on there are tables to look into
    assert f"会导入 {MANY} 个" in tried.out
    killed = await sh.start("coupons", "import", "bday20", str(path), "--apply")
    await asyncio.sleep(3)
    if killed.returncode is None:
        killed.kill()
    await killed.communicate()
    # What was written before the kill is taken back as a whole, or was whole already.
    there = sh.rows("SELECT count(*) FROM coupon")[0][0]
    assert there in (0, MANY)
    began = asyncio.get_running_loop().time()
    document = await sh.done("coupons", "import", "bday20", str(path), "--apply")
    assert asyncio.get_running_loop().time() - began < SECONDS
    assert document["added"] == MANY - there
    assert (imported(sh), stock(sh)) == (MANY, MANY)


@pytest.mark.parametrize(("batch", "told"), [("bday99", "没有叫「bday99」的券种"), ("new10", "由我们生成")])
async def test_a_batch_that_takes_no_codes_is_said_to_be_none(lite: Shell, batch: str, told: str) -> None:
    path = written(lite, b"A1\n")
    ran = await lite.run("coupons", "import", batch, str(path), "--apply")
    assert ran.code == 1
    assert told in ran.err
