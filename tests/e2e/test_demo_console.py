"""The demo as a newcomer meets it: one command, a table, and a console in a real browser."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page, async_playwright

ROOT = Path(__file__).resolve().parents[2]
SMALL = ("--days", "4", "--members", "30", "--port", "0")
PROMISES = 10


@dataclass(frozen=True)
class Played:
    """A demo that has played and stays: its process, its console's address, what it printed, its folder."""

    process: subprocess.Popen[str]
    url: str
    shown: str
    out: Path


def _demo(out: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bot", "demo", *SMALL, "--out", str(out), *more]
    environ = {"PATH": os.environ["PATH"], "COLUMNS": "160", "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environ
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """One demo for all tests here."""
    out = tmp_path_factory.mktemp("demo")
    process = _demo(out)
    watchdog = threading.Timer(150, process.kill)
    watchdog.start()
    try:
        shown: list[str] = []
        assert process.stdout is not None
        for line in process.stdout:
            shown.append(line)
            if found := re.match(r"(http://127\.0\.0\.1:\d+/console)\s", line):
                yield Played(process, found.group(1), "".join(shown), out)
                break
        else:
            pytest.fail("".join(shown))
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


async def _complaints(page: Page, url: str) -> list[str]:
    """Open a page; return what the browser complains about."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    await page.goto(url)
    await page.wait_for_selector("[data-drawn]", timeout=15_000)
    return said


@pytest.mark.browser
@pytest.mark.timeout(180)
async def test_the_console_draws_its_charts_in_both_languages_and_on_a_phone(
    played: Played, chromium: str
) -> None:
    url = played.url
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        assert await _complaints(page, url) == []
        charts = await page.locator("[data-chart]").count()
        assert charts >= 5
        assert await page.locator("[data-drawn]").count() == charts
        assert await page.locator(".promises li").count() == PROMISES
        assert "会员阶段" in await page.inner_text("main")
        await page.click("header a")
        assert "Members by stage" in await page.inner_text("main")
        phone = await browser.new_page(viewport={"width": 390, "height": 844})
        assert await _complaints(phone, url) == []
        assert await phone.evaluate("document.documentElement.scrollWidth") <= 390
        await browser.close()


@pytest.mark.timeout(180)
async def test_the_console_is_for_this_machine_and_its_own_files_only(played: Played) -> None:
    url = played.url
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as answer:
            assert answer.status == 200
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
            body = await answer.text()
            assert "onclick" not in body
            assert re.findall(r"<script(?![^>]*(?:src=|application/json))", body) == []
        for host in ("evil.example", "evil.example:8080"):
            async with session.get(url, headers={"Host": host}) as answer:
                assert answer.status == 403
        for name in ("words.yaml", "..%2Fwords.yaml", "echarts.LICENSE.txt"):
            async with session.get(f"{url}/static/{name}") as answer:
                assert answer.status == 404
        async with session.post(url) as answer:
            assert answer.status == 405


@pytest.mark.timeout(180)
def test_the_report_needs_no_other_file_and_the_table_shows_every_promise_kept(played: Played) -> None:
    report = (played.out / "report.html").read_text(encoding="utf-8")
    assert "application/json" in report
    assert "src=" not in re.sub(r"<script>.*?</script>", "", report, flags=re.DOTALL)
    assert "没有重复" in played.shown
    assert "✗" not in played.shown, played.shown


@pytest.mark.timeout(180)
def test_the_platform_ends_with_a_demo_that_is_killed(tmp_path: Path) -> None:
    killed = _demo(tmp_path, "--days", "90")
    assert killed.stdout is not None
    try:
        for line in killed.stdout:
            if "/console" in line:  # both are up by now
                break
    finally:
        killed.kill()
    # The pretend platform writes to the same pipe, which closes when the last writer is gone.
    killed.communicate(timeout=20)
    assert killed.returncode == -signal.SIGKILL


@pytest.mark.timeout(180)
def test_a_demo_told_to_stop_leaves_with_its_verdict(played: Played) -> None:
    played.process.send_signal(signal.SIGINT)
    assert played.process.wait(30) == 0, played.shown
