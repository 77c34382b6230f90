"""Message folders written for one test, and the values they are rendered with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.rendering import Renderer

APP = {
    "name": "荷塘",
    "contact": "400-000-0000",
    "timezone": "Asia/Shanghai",
    "links": {"shop": "https://x.cn/s"},
}
Loader = Callable[..., Renderer]

VALUES: Mapping[str, Any] = {
    "member": {
        "number": "m12", "name": "小明", "stage": "new", "tags": ("母婴",), "level": "银", "points": 5,
        "birthday": "02-29", "source": None,
    },
    "coupon": {
        "code": "A1B2C3", "title": "10元券", "amount_off": 10, "percent_off": 0, "max_off": 0,
        "min_spend": 99.5, "expires_at": datetime(2026, 12, 1, 16, 30, tzinfo=UTC), "keyword": "生日礼",
        "state": "issued",
    },
    "coupons": [],
    "event": {"text": "你好", "total": 12.3},
    "rule": {"name": "birthday"},
}  # fmt: skip


@pytest.fixture
def load(tmp_path: Path) -> Loader:
    """Return a function that writes messages (file name without .j2 → source) and loads them."""

    def loaded(_app: Mapping[str, Any] = APP, **sources: str | bytes) -> Renderer:
        folder = tmp_path / "messages"
        for name, source in sources.items():
            file = folder / f"{name.replace('__', '.')}.j2"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(source.encode() if isinstance(source, str) else source)
        return Renderer.load([tmp_path], _app)

    return loaded


def message(body: str, *, head: str = "") -> str:
    """Return a source with every value in its sample."""
    sample = (
        "sample: {member: {name: 小明}, coupon: {code: A1, title: 券, amount_off: 10, percent_off: 20, "
        "max_off: 5, min_spend: 99, expires_at: 2026-12-01, keyword: 礼, url: 'https://x.cn', "
        "state: issued}, coupons: [{title: 券}], event: {text: 好, total: 1}}\n"
    )
    return f"---\ntitle: 试\n{head}{sample}---\n{body}\n"
