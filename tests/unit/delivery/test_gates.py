"""Each gate stops what it must and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.delivery.gates import check, for_reply, held_out, refuses
from bot.domain.delivery.policy import (
    ConsentRule,
    GlobalHoldout,
    ProgramGate,
)
from bot.domain.delivery.verdict import Drop, Hold, Pass
from bot.domain.delivery.world import World
from bot.domain.outbox import OutboxState, Unreachable
from tests.unit.delivery.shop import DAY, MEMBER, NOON, NOW, OPEN, POLICY, WORLD, message


@pytest.mark.parametrize(
    ("zone", "hour", "quiet"),
    [(None, 15, True), ("Asia/Shanghai", 15, True), ("Europe/Berlin", 15, False), ("nowhere", 15, True)],
)
def test_quiet_hours_are_those_of_the_member(zone: str | None, hour: int, quiet: bool) -> None:
    world = replace(WORLD, member=replace(MEMBER, zone=zone))
    now = NOW.replace(hour=hour)
    assert isinstance(check(message(), world, POLICY, now), Hold) is quiet


def test_a_message_held_by_night_leaves_in_the_morning() -> None:
    verdict = check(message(), WORLD, POLICY, NOW)
    assert verdict == Hold("quiet_hours", datetime(2026, 11, 15, 0, 30, tzinfo=UTC))
    soon = message(expires_at=NOW + timedelta(hours=1))
    assert check(soon, WORLD, POLICY, NOW) == Hold("quiet_hours", NOW + timedelta(hours=1))
    assert check(soon, WORLD, POLICY, soon.expires_at) == Drop("expired", OutboxState.EXPIRED)


def test_following_is_not_consent_to_marketing() -> None:
    stranger = replace(WORLD, member=replace(MEMBER, consents={}))
    for policy in (POLICY, replace(POLICY, consent={})):
        assert check(message(), stranger, policy, NOON) == Drop("no_consent")
        assert isinstance(check(message(purpose="service"), stranger, policy, NOON), Pass)


def test_who_did_not_agree_to_personal_text_gets_the_text_for_everybody() -> None:
    shy = replace(WORLD, member=replace(MEMBER, consents={"marketing": True}))
    verdict = check(message(), shy, POLICY, NOON)
    assert isinstance(verdict, Pass)
    assert not verdict.personalised
    strict = replace(
        POLICY, consent={**POLICY.consent, "personalised": ConsentRule("personalised", "opt_in")}
    )
    assert check(message(), shy, strict, NOON) == Drop("no_consent")
    refusing = replace(WORLD, member=replace(MEMBER, consents={"personalised": False}))
    service = check(message(purpose="service"), refusing, POLICY, NOON)
    assert isinstance(service, Pass)
    assert not service.personalised


def test_the_holdout_takes_its_share_is_stable_and_spares_service() -> None:
    holdout = GlobalHoldout(5, "2026H2")
    chosen = [one for one in range(20_000) if held_out(holdout, one)]
    assert 900 < len(chosen) < 1100
    assert chosen == [one for one in range(20_000) if held_out(holdout, one)]
    other = {one for one in range(20_000) if held_out(GlobalHoldout(5, "2027H1"), one)}
    assert len(other & set(chosen)) < 100
    assert not any(held_out(GlobalHoldout(0, "s"), one) for one in range(2000))
    assert all(held_out(GlobalHoldout(100, "s"), one) for one in range(2000))
    world = World(replace(MEMBER, id=chosen[0]), OPEN)
    policy = replace(POLICY, holdout=holdout)
    assert check(message(member_id=chosen[0]), world, policy, NOON) == Drop("holdout")
    assert isinstance(check(message(member_id=chosen[0], purpose="service"), world, policy, NOON), Pass)


def test_an_offer_may_not_depend_on_a_forbidden_fact_its_rule_reads() -> None:
    policy = replace(POLICY, programs={"rule:r": ProgramGate(reads=frozenset({"device_model"}))})
    assert check(message(), WORLD, policy, NOON) == Drop("unfair_fact")
    assert isinstance(check(message(coupon=None), WORLD, policy, NOON), Pass)


def test_a_template_message_never_carries_marketing() -> None:
    one = message(via=("template_message",), coupon=None)
    assert check(one, WORLD, POLICY, NOON) == Drop("no_route")
    assert isinstance(check(replace(one, purpose="service"), WORLD, POLICY, NOON), Pass)


@pytest.mark.parametrize("unreachable", list(Unreachable))
def test_a_shut_door_is_skipped_waited_for_or_handed_to_a_person(unreachable: Unreachable) -> None:
    shut = World(MEMBER)
    one = message(unreachable=unreachable)
    expected = {
        Unreachable.SKIP: Drop("no_window"),
        Unreachable.WAIT: Hold("no_window", one.expires_at, waiting=True),
        Unreachable.HANDOFF: Drop("no_window", handoff=True),
    }
    assert check(one, shut, POLICY, NOON) == expected[unreachable]


def test_a_reply_passes_the_same_gates_but_needs_no_window() -> None:
    one = message(via=("reply", "customer_service"), is_answer=True)
    assert for_reply(one, World(MEMBER), POLICY, NOW) == Pass("reply", None, True)
    assert for_reply(message(), World(MEMBER), POLICY, NOON) == Drop("no_route")
    silent = replace(MEMBER, suppressed={"marketing": NOW + DAY})
    assert for_reply(one, World(silent), POLICY, NOW) == Drop("suppressed")
    assert refuses("marketing", silent, POLICY, NOW) == Drop("suppressed")
    assert refuses("service", silent, POLICY, NOW) is None
