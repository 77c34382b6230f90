"""A town for the fault tests: the pretend WeChat, a database, and a campaign that waits to be sent."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import func, insert, select

from bot import sandbox
from bot.domain.effects import OpenWindow
from bot.domain.outbox import OutboxMessage
from bot.sandbox.account import Account
from storage import allowances, outbox
from storage.database import Connection, Database
from storage.tables import table
from storage.tables.delivery import OutboxRow
from storage.tables.members import IdentityRow, MemberRow
from tests.whole import AES_KEY, APP_ID, ENVIRONMENT, ROOT

OUTBOX = table(OutboxRow)
KEYED = ("template_message", "mass")
UNKEYED = ("customer_service",)
LETTERS = 20
HELLO = (
    "---\ntitle: 问好\ntype: text\npurpose: service\nsample: {event: {number: 7}}\n---\n"
    "第 {{ event.number }} 号\n"
)
NOTICE = (
    "---\ntitle: 通知\ntype: template_message\npurpose: service\nplatform_template: note\n"
    'fields: {thing1: "{{ event.number }}"}\nsample: {event: {number: 7}}\n---\n'
)
LETTER = "---\ntitle: 来信\ntype: text\npurpose: service\n---\n第 {number} 封信\n"


LEFT_OUT = frozenset({"rules", "campaigns", "quiet_hours", "holdout", "frequency_caps"})


def write_config(
    folder: Path,
    api_base: str,
    storage_url: str,
    rate: str = "50/s",
    keep: frozenset[str] = frozenset(),
    port: int = 0,
) -> Path:
    """Write the project's own configuration with plain messages, without rules and gates but for `keep`."""
    body = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    for gone in LEFT_OUT - keep:
        del body[gone]
    body["storage"]["url"] = storage_url
    body["server"]["port"] = port or body["server"]["port"]
    shop = body["accounts"]["shop"]
    shop |= {"api_base": api_base, "rate": rate, "message_templates": {"note": "TMPL_NOTE"}}
    body["routes"]["template_message"] = {
        "account": "shop",
        "purposes": ["service"],
        "idempotency": {"key": "client_msg_id", "lasts": "10m"},
    }
    body["templates"]["path"] = [str(folder / "templates"), str(ROOT / "templates")]
    words = folder / "templates" / "messages" / "faults"
    words.mkdir(parents=True, exist_ok=True)
    (words / "hello.j2").write_text(HELLO, encoding="utf-8")
    (words / "hello.template.j2").write_text(NOTICE, encoding="utf-8")
    for number in range(LETTERS):
        text = LETTER.replace("{number}", str(number))
        (words / f"letter{number}.j2").write_text(text, encoding="utf-8")
    path = folder / "config.yaml"
    # JSON is YAML in which every time of day is quoted.
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    path.chmod(0o600)
    return path


@dataclass(slots=True)
class Town:
    """The platform with its account `shop`, and the database the program under test works on."""

    platform: sandbox.Running
    database: Database

    @property
    def shop(self) -> Account:
        return self.platform.world.accounts["shop"]

    def register(self, **fields: object) -> None:
        """Make or change the account as it is registered on the platform."""
        self.platform.world.register(
            {
                "name": "shop",
                "app_id": APP_ID,
                "secret": ENVIRONMENT["SHOP_APP_SECRET"],
                "token": ENVIRONMENT["SHOP_TOKEN"],
                "encoding_aes_key": AES_KEY,
                **fields,
            }
        )

    def people(self, count: int, now: datetime) -> list[int]:
        """Let so many members follow and write: the platform and the ledger know of an open window."""
        openids = []
        there = len(self.shop.people.everyone())
        for number in range(there, there + count):
            one = self.shop.people.meet(f"p{number}")
            one.following = True
            one.window.open(self.platform.world.clock.now(), 5, timedelta(hours=48))
            openids.append(one.openid)

        def work(c: Connection) -> list[int]:
            row = MemberRow(stage="new", known_since=now).model_dump(exclude={"id"})
            ids = list(
                c.execute(insert(table(MemberRow)).returning(table(MemberRow).c.id), [row] * count).scalars()
            )
            known = [
                {"known_as": f"shop:{openid}", "member_id": one, "account": "shop", "following": True,
                 "since": now, "source": "", "cipher": None}
                for one, openid in zip(ids, openids, strict=True)
            ]  # fmt: skip
            c.execute(insert(table(IdentityRow)), known)
            until = now + timedelta(hours=47)
            opened = [OpenWindow(one, "customer_service", 5, "member.message", now, until) for one in ids]
            allowances.open_windows(c, opened)
            return ids

        return self.database.transact(work)

    def queue(self, messages: Sequence[OutboxMessage]) -> None:
        self.database.transact(lambda c: outbox.enqueue(c, messages))

    def rows(self) -> list[Any]:
        """Return the whole ledger."""
        return list(self.database.transact(lambda c: c.execute(select(OUTBOX)).all()))

    def states(self) -> Counter[str]:
        """Return how many rows stand where."""
        counted = select(OUTBOX.c.state, func.count()).group_by(OUTBOX.c.state)
        return Counter(self.database.transact(lambda c: {row[0]: row[1] for row in c.execute(counted)}))

    def unfinished(self) -> int:
        """Return how many rows are not final yet."""
        states = self.states()
        return states["queued"] + states["waiting"] + states["sending"]

    def arrived(self, route: str) -> Counter[str]:
        """Return what reached members by a route: each message's words with its member, and how often."""
        return Counter(
            f"{row['openid']} {row['text']}"
            for row in self.platform.world.record.outbox
            if row["route"] == route
        )


def campaign(members: Sequence[int], letters: Sequence[int], now: datetime, seed: int) -> list[OutboxMessage]:
    """Return one hello (no key) and one notice (keyed) a member, and a mass letter (keyed) for `letters`."""
    rng = random.Random(seed)
    kinds = [("customer_service", one) for one in members] + [("template_message", one) for one in members]
    kinds += [("mass", one) for one in letters]
    rng.shuffle(kinds)
    return [message(route, one, now, number) for number, (route, one) in enumerate(kinds)]


def message(
    route: str, member_id: int, now: datetime, number: int = 0, lasts: timedelta = timedelta(hours=12)
) -> OutboxMessage:
    """Return a service message that leaves by this route only."""
    letter = member_id % LETTERS
    return OutboxMessage(
        key=f"{route}:{member_id}",
        member_id=member_id,
        template=f"faults/letter{letter}" if route == "mass" else "faults/hello",
        purpose="service",
        via=(route,),
        created_at=now,
        due_at=now + timedelta(microseconds=number),
        expires_at=now + lasts,
        context={} if route == "mass" else {"number": member_id},
    )


@asynccontextmanager
async def town(database_url: str) -> AsyncIterator[Town]:
    """A platform on loopback in real time and a database that is there already."""
    async with sandbox.running(seed=1) as platform:
        with Database.open(database_url) as database:
            found = Town(platform, database)
            # Our pooled letters leave at any time, so there are more mass sends than a real account makes.
            found.register(limits={"/cgi-bin/message/mass/send": {"daily": 10**6, "minute": 10**6}})
            yield found


def wall_now() -> datetime:
    return datetime.now(UTC)
