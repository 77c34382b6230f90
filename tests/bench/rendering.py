"""Our sandboxed, strict, size-checked rendering against plain Jinja with the same template and filters."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment

from bot.rendering import Renderer
from bot.rendering.environment import MessageEnvironment
from tests.bench.figures import Figure
from tests.bench.sizes import Size
from tests.whole import ROOT

NAME = "render"
MESSAGE = "offer/ten_off"
VALUES: dict[str, Any] = {
    "member": {
        "number": "m12", "name": "小明", "stage": "engaged", "tags": ("母婴", "护肤"), "level": None,
        "points": 0, "birthday": "05-12", "source": "杭州门店",
    },
    "event": {},
    "rule": {"name": "first_order_coupon"},
    "coupon": {
        "title": "新人10元券", "amount_off": 10, "percent_off": 0, "max_off": 0, "min_spend": 99,
        "code": "HT7K2M9QX4WD", "expires_at": datetime(2026, 12, 8, 4, tzinfo=UTC), "state": "issued",
        "url": "https://example.com/r/HT7K2M9QX4WD",
    },
}  # fmt: skip


def run(size: Size) -> Iterator[Figure]:
    """Yield microseconds a message."""
    renderer = Renderer.load([ROOT / "templates"], {"name": "荷塘", "contact": "400-000-0000"})
    sandbox = MessageEnvironment(ZoneInfo("Asia/Shanghai"))
    plain = Environment(autoescape=False)  # noqa: S701 - texts for chat, not HTML
    plain.filters.update(sandbox.filters)
    source = (ROOT / "templates" / "messages" / f"{MESSAGE}.j2").read_text(encoding="utf-8").split("---\n")[2]
    template = plain.from_string(source)
    app = {"name": "荷塘", "contact": "400-000-0000"}
    rendered = renderer.render(MESSAGE, "customer_service", VALUES)
    peer = template.render(app=app, links={}, **VALUES).strip()
    if getattr(rendered, "text", "") != peer:
        raise RuntimeError("the two texts differ")
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(max(size.rounds, 5) * 3):
        ours.append(_timed(lambda: renderer.render(MESSAGE, "customer_service", VALUES), size.renderings))
        theirs.append(_timed(lambda: template.render(app=app, links={}, **VALUES), size.renderings))
    yield Figure(NAME, "coupon message", "µs", ours, "plain Jinja", theirs, at_most=1.15)


def _timed(what: Callable[[], object], times: int) -> float:
    began = time.process_time()
    for _ in range(times):
        what()
    return (time.process_time() - began) / times * 1e6
