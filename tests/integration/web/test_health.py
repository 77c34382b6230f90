"""What the probes say, over real HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.domain.errors import StorageUnavailable
from storage import inbox
from storage.alerts import raise_
from storage.database import Database
from tests.integration.web.shop import Shop


async def get(shop: Shop, path: str) -> tuple[int, Any]:
    async with shop.whole.session.get(f"{shop.whole.program.url}{path}") as answer:
        text = await answer.text()
        return answer.status, json.loads(text) if path != "/metrics" else text


async def test_a_running_program_is_alive_and_ready(shop: Shop) -> None:
    assert await get(shop, "/healthz") == (200, {"ok": True})
    await shop.whole.advance("1m")  # the sandbox waits until everything due then is done
    status, body = await get(shop, "/readyz")
    assert status == 200
    assert body["ready"]
    assert body["alerts"] == []
    checks = body["checks"]
    assert {name for name, check in checks.items() if not check["ok"]} <= {"disk"}
    assert checks["heart"]["last_beat_age_s"] <= 60
    assert checks["schema"]["revision"]


async def test_open_alerts_are_shown(shop: Shop) -> None:
    now = shop.whole.program.clock.now()
    database = shop.whole.program.database
    await database.write(lambda c: raise_(c, "something:else", "critical", "why: words", now))
    _, body = await get(shop, "/readyz")
    assert [(one["name"], one["severity"], one["text"]) for one in body["alerts"]] == [
        ("something:else", "critical", "why: words")
    ]


async def test_without_its_database_the_program_lives_and_is_not_ready(
    small_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(_self: object, _work: object) -> None:
        raise StorageUnavailable("gone")

    monkeypatch.setattr(Database, "read", gone)
    assert (await get(small_shop, "/healthz"))[0] == 200
    status, body = await get(small_shop, "/readyz")
    assert (status, body["ready"], body["checks"]["database"]["ok"]) == (503, False, False)
    status, text = await get(small_shop, "/metrics")
    assert status == 200
    assert "hetang_beats" in text


async def test_metrics_count_without_naming_anybody(shop: Shop) -> None:
    await shop.whole.act("follow", "小明")
    await shop.whole.says("小明", "营业时间")
    await shop.send("/v1/track", {"userId": "phone:13812345678", "event": "Signed Up"})
    await shop.send("/v1/track", {"userId": "nobody"})
    program = shop.whole.program
    now = program.clock.now()
    await program.database.write(lambda c: inbox.quarantine(c, "k", "shop", "odd", b"?", now))
    status, text = await get(shop, "/metrics")
    assert status == 200
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(lines['hetang_callbacks_total{account="shop",outcome="heard"}']) == 2
    assert float(lines['hetang_webhooks_total{outcome="accepted"}']) == 1
    assert float(lines["hetang_webhook_events_total"]) == 1
    assert float(lines['hetang_pushes{result="sent",route="reply"}']) == 1
    assert float(lines["hetang_quarantine"]) == 1
    (openid,) = (await shop.whole.rows("SELECT known_as FROM identity WHERE account = 'shop'"))[0]
    assert openid.partition(":")[2] not in text
    assert "13812345678" not in text
    assert "小明" not in text
