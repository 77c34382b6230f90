"""members sync, qr and the menu, against the pretend platform."""

import asyncio
import signal

import pytest

from tests.integration.cli.shell import Shell


async def test_existing_followers_become_members_and_nothing_happens_to_them(sh: Shell) -> None:
    await sh.order("members", account="shop", count=230, prefix="old")
    document = await sh.done("members", "sync", "shop")
    assert (document["new"], document["known"]) == (230, 0)
    assert sh.rows("SELECT count(*) FROM member WHERE stage = 'new'") == [(230,)]
    assert sh.rows("SELECT count(*) FROM identity WHERE account = 'shop' AND following") == [(230,)]
    for untouched in ("event", "enrollment", "outbox"):
        assert sh.rows(f"SELECT count(*) FROM {untouched}") == [(0,)]
    again = await sh.done("members", "sync", "shop")
    assert (again["new"], again["known"]) == (0, 230)
    assert [row[0] for row in sh.rows("SELECT action FROM audit ORDER BY id")] == ["members.sync"] * 2


async def test_the_first_look_after_a_sync_enters_nobody_into_rules(lite: Shell) -> None:
    await lite.order("members", account="shop", count=20, prefix="old")
    await lite.done("members", "sync", "shop")
    service = await lite.start("run")
    await lite.seen("SELECT count(*) FROM config_version", 1)
    await lite.order("clock", advance="2d")
    service.send_signal(signal.SIGTERM)
    await service.communicate()
    assert lite.rows("SELECT count(*) FROM enrollment") == [(0,)]


async def test_a_sync_that_was_cut_off_goes_on_with_its_page(
    sh: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sandbox.api.followers.PAGE", 500)
    await sh.order("members", account="shop", count=3200, prefix="old")
    stopped = await sh.start("members", "sync", "shop")
    await sh.seen("SELECT count(*) FROM chore WHERE name = 'followers:shop' AND done >= 500", 1)
    stopped.kill()
    await stopped.communicate()
    ((done,),) = sh.rows("SELECT done FROM chore WHERE name = 'followers:shop'")
    document = await sh.done("members", "sync", "shop")
    assert 500 <= done < 3200
    assert document["resumed_at"] == done
    assert document["new"] + document["known"] == 3200 - done
    assert sh.rows("SELECT count(*) FROM member") == [(3200,)]


async def test_the_code_of_a_source_is_made_once_and_drawn(sh: Shell) -> None:
    for suffix, magic in ((".svg", b"<?xml"), (".png", b"\x89PNG")):
        picture = sh.folder / f"store{suffix}"
        document = await sh.done("qr", "store_hz", "--out", str(picture))
        assert picture.read_bytes().startswith(magic)
    (account,) = await sh.ask("account")
    assert document["url"] == account["codes"]["store_hz"]
    assert document["made"] is False
    made = [row for row in await sh.ask("log") if row.get("path") == "/cgi-bin/qrcode/create"]
    assert len(made) == 1


async def test_a_source_nobody_configured_has_no_code(lite: Shell) -> None:
    ran = await lite.run("qr", "store_xx")
    assert (ran.code, ran.out) == (1, "")
    assert "store_hz" in ran.err


async def test_the_menu_is_published_on_order_and_at_start_when_it_changed(lite: Shell) -> None:
    assert (await lite.done("menu", "publish", "shop"))["entries"] == 3
    (account,) = await lite.ask("account")
    assert "my_coupons" in str(account["menu"])
    changed = lite.config.read_text(encoding="utf-8").replace("label: 我的券", "label: 优惠券")
    lite.config.write_text(changed, encoding="utf-8")
    service = await lite.start("run")
    await lite.seen("SELECT count(*) FROM config_version", 1)
    async with asyncio.timeout(30):
        while "优惠券" not in str(await lite.ask("account")):  # noqa: ASYNC110  another process' doing
            await asyncio.sleep(0.1)
    service.send_signal(signal.SIGTERM)
    _, err = await service.communicate()
    assert service.returncode == 0, err.decode()
