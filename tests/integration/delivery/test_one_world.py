"""The gates say the same over a world loaded from SQL and over one built by hand."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from bot.domain.conditions import Tagged
from bot.domain.delivery.departures import Departure
from bot.domain.delivery.gates import check
from bot.domain.delivery.policy import CapRule, GlobalHoldout, ProgramGate
from bot.domain.delivery.verdict import Drop, Hold, Pass
from bot.domain.delivery.world import Allowance, Counted, Ledger, MemberFacts, Standing, World
from bot.domain.outbox import OutboxMessage, OutboxState, Unreachable
from storage import outbox
from storage.database import Connection
from storage.outbox import Ask
from storage.outbox.rows import row_of
from storage.tables import table
from storage.tables.delivery import AllowanceRow, OutboxRow
from storage.tables.lifecycle import EnrollmentRow
from storage.tables.members import ConsentRow, IdentityRow, SuppressionRow, TagRow
from tests.integration.delivery.house import POLICY, House

WORLDS = 250
HOUR = timedelta(hours=1)
POLICY_ = replace(
    POLICY,
    caps=(CapRule("marketing", 2, 24 * HOUR), CapRule("service", 3, 48 * HOUR)),
    holdout=GlobalHoldout(10, "s"),
    programs={"rule:r": ProgramGate(filter=Tagged("母婴"))},
)


def random_world(house: House, rng: random.Random, member_id: int) -> tuple[OutboxMessage, World]:
    now = house.clock.now()

    def hours(low: int, high: int) -> datetime:
        return now + rng.randint(low, high) * HOUR

    consents = {name: rng.random() < 0.8 for name in ("marketing", "service") if rng.random() < 0.8}
    facts = MemberFacts(
        member_id,
        rng.choice([None, "Asia/Shanghai", "America/New_York"]),
        {"shop": f"o{member_id}"} if rng.random() < 0.9 else {},
        consents,
        {"marketing": hours(-5, 5)} if rng.random() < 0.2 else {},
    )
    allowances = {}
    if rng.random() < 0.8:
        allowances["customer_service", ""] = Allowance(rng.randint(0, 2), hours(-1, 3))
    if rng.random() < 0.4:
        allowances["subscription_notice", "new"] = Allowance(rng.randint(0, 1), None)
    counted = tuple(
        Counted(rng.choice(["marketing", "service"]), hours(-60, 0), rng.choice(["mass", "customer_service"]))
        for _ in range(rng.randint(0, 4))
    )
    tagged, in_rule = rng.random() < 0.6, rng.random() < 0.5
    alive = rng.random() < 0.8
    message = house.message(
        member_id,
        purpose=rng.choice(["marketing", "service"]),
        via=tuple(
            rng.sample(
                ["customer_service", "subscription_notice", "mass", "template_message"], rng.randint(1, 3)
            )
        ),
        unreachable=rng.choice(list(Unreachable)),
        platform_template="new",
        rule="r" if in_rule else "",
        enrollment_id=f"run{member_id}" if rng.random() < 0.5 else "",
        expires_at=hours(0, 3),
        is_answer=rng.random() < 0.2,
    )
    standing = Standing(run_alive=alive or not message.enrollment_id, passes=tagged or not in_rule)
    store(house, facts, allowances, counted, message, tagged=tagged, alive=alive)
    return message, World(facts, Ledger(counted, allowances), standing)


def store(
    house: House,
    facts: MemberFacts,
    allowances: dict[tuple[str, str], Allowance],
    counted: tuple[Counted, ...],
    message: OutboxMessage,
    *,
    tagged: bool,
    alive: bool,
) -> None:
    now, one = house.clock.now(), facts.id

    def work(c: Connection) -> None:
        c.execute(
            table(IdentityRow)
            .update()
            .where(table(IdentityRow).c.member_id == one)
            .values(following=bool(facts.addresses))
        )
        member = table(SuppressionRow).metadata.tables["member"]
        c.execute(member.update().where(member.c.id == one).values(zone=facts.zone))
        for purpose, granted in facts.consents.items():
            c.execute(
                insert(table(ConsentRow)).values(
                    member_id=one, purpose=purpose, granted=granted, at=now, basis="", proof=""
                )
            )
        for purpose, until in facts.suppressed.items():
            c.execute(
                insert(table(SuppressionRow)).values(member_id=one, purpose=purpose, until=until, reason="")
            )
        for (route, template), left in allowances.items():
            c.execute(
                insert(table(AllowanceRow)).values(
                    member_id=one, route=route, template=template, remaining=left.remaining, opened_by="",
                    opened_at=now, expires_at=left.expires_at,
                )
            )  # fmt: skip
        for number, place in enumerate(counted):
            row = row_of(house.message(one, f"old{one}-{number}", purpose=place.purpose))
            c.execute(
                insert(table(OutboxRow)).values(
                    **row | {"state": "sent", "counted_at": place.at, "route": place.route}
                )
            )
        if tagged:
            c.execute(
                insert(table(TagRow)).values(member_id=one, name="母婴", source="", at=now, expires_at=None)
            )
        if message.enrollment_id:
            run = EnrollmentRow(
                id=message.enrollment_id, rule="r", member_id=one, entered_at=now, began_at=now,
                state="active" if alive else "done",
            )  # fmt: skip
            c.execute(insert(table(EnrollmentRow)).values(**run.model_dump()))
        outbox.enqueue(c, [message])

    house.database.transact(work)


@pytest.mark.parametrize("seed", range(2))
def test_the_claim_decides_as_the_pure_gates_do(house: House, seed: int) -> None:
    rng = random.Random(seed)
    house.policy = POLICY_
    now = house.clock.now()
    expected = {}
    for member_id in house.members(WORLDS, consent=False, window=0):
        message, world = random_world(house, rng, member_id)
        expected[message.key] = check(message, world, POLICY_, now)
    passed: dict[str, Departure] = {}
    while claimed := house.database.transact(
        lambda c: outbox.claim_due(c, Ask("one", POLICY_, now))
    ).departures:
        passed |= {one.message.key: one for one in claimed}
    rows = house.rows()
    kinds = set()
    for key, verdict in expected.items():
        row = rows[key]
        kinds.add(verdict.reason if not isinstance(verdict, Pass) else "pass")
        match verdict:
            case Pass():
                found = passed[key]
                assert (found.route, found.allowance, found.personalised) == (
                    verdict.route,
                    verdict.allowance,
                    verdict.personalised,
                )
                assert (row.state, row.counted_at) == ("sending", now)
            case Hold():
                state = "waiting" if verdict.waiting else "queued"
                assert (row.state, row.reason, row.due_at) == (
                    state,
                    verdict.reason,
                    max(verdict.until, row.due_at),
                )
            case Drop():
                assert (row.state, row.reason) == (verdict.state, verdict.reason)
    assert len(kinds) >= 10, kinds
    assert {OutboxState(row.state) for row in rows.values()} >= {OutboxState.SENDING, OutboxState.SKIPPED}
