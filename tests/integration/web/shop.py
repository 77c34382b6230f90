"""A shop's system that signs what it sends."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from standardwebhooks import Webhook

from storage import operators
from tests.whole import ENVIRONMENT, Whole

SECRET = ENVIRONMENT["HETANG_WEBHOOK_SECRET"]
JSON = "application/json"


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int
    media: str
    body: Any


@dataclass(slots=True)
class Shop:
    """Signs with the library of Standard Webhooks, by the program's own clock."""

    whole: Whole
    numbers: count[int] = field(default_factory=lambda: count(1))

    def headers(self, body: bytes, name: str = "", secret: str = SECRET) -> dict[str, str]:
        now = self.whole.program.clock.now()
        name = name or f"msg_{next(self.numbers)}"
        signature = Webhook(secret).sign(name, now, body.decode("utf-8", "replace"))
        return {
            "webhook-id": name,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
            "Content-Type": JSON,
        }

    async def send(self, path: str, value: object, name: str = "", **headers: str) -> Answer:
        body = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
        return await self.send_raw(path, body, {**self.headers(body, name), **headers})

    async def send_raw(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        url = f"{self.whole.program.url}{path}"
        async with self.whole.session.post(url, data=body, headers=headers) as answer:
            text = await answer.text()
            media = answer.content_type
            return Answer(answer.status, media, json.loads(text) if media.endswith("json") else text)

    async def events(self, kind: str) -> list[tuple[Any, ...]]:
        statement = "SELECT member_id, amount FROM event WHERE kind = :kind ORDER BY id"
        return await self.whole.rows(statement, kind=kind)


async def operator(shop: Shop, who: str = "老李", name: str = "laoli") -> None:
    await shop.whole.act("follow", who)
    program = shop.whole.program
    now = program.clock.now()
    code, _ = await program.database.write(
        lambda c: operators.offer(c, "shop", "admin", now, lambda letters: letters[len(who)])
    )
    assert "绑定成功" in str(await shop.whole.says(who, f"绑定 {code} {name}"))
