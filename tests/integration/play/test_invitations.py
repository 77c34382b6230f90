"""Codes of one's own: each made by one process, the impossible in nobody's way, shown when asked for."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from bot.domain.account import SourceCode
from bot.domain.effects import Invite
from storage import invitations
from storage.database import Connection, Database
from storage.invitations import INVITATION, LATE, SOON, Making
from tests.integration.play.referring import NOW

SHOP = ("shop",)
CODE = SourceCode("x", "ticket", "http://weixin.qq.com/q/02x")


def ask(house: Database, who: int, at: datetime = NOW, account: str = "shop") -> str:
    """Ask for a code; return why there is none to show yet."""
    one = Invite(who, account, "k", at)
    return house.transact(lambda c: invitations.invite(c, [one], at))[0].reason


def claim(house: Database, at: datetime = NOW, limit: int = 20) -> list[Making]:
    return house.transact(lambda c: invitations.claim(c, SHOP, at, limit))


def made(house: Database, making: Making, at: datetime = NOW) -> bool:
    return house.transact(lambda c: invitations.made(c, making, CODE, at))


def test_a_code_is_made_once_and_then_shown(town: Database) -> None:
    assert [ask(town, 1), ask(town, 1)] == ["making", "making"]
    (making,) = claim(town)
    assert claim(town) == []
    assert [made(town, making), made(town, making)] == [True, False]
    assert ask(town, 1) == ""


def test_who_was_slow_does_not_make_what_another_began(town: Database) -> None:
    ask(town, 1)
    (slow,) = claim(town)
    (other,) = claim(town, NOW + SOON)
    assert made(town, slow) is False
    assert made(town, other) is True


def test_two_processes_at_once_make_each_code_once(town: Database) -> None:
    for who in range(1, 9):
        ask(town, who)
    both = threading.Barrier(2)

    def work(_hand: int) -> list[Making]:
        both.wait()
        return claim(town, limit=8) + claim(town, limit=8)

    with ThreadPoolExecutor(2) as hands:
        found = [one for some in hands.map(work, range(2)) for one in some]
    assert sorted(one.member_id for one in found) == list(range(1, 9))


def test_one_who_reads_and_then_writes_makes_them_twice(town: Database) -> None:
    """Otherwise the test above would show nothing."""
    ask(town, 1)
    both = threading.Barrier(2)

    def naive(_hand: int) -> int:
        found = town.transact(
            lambda c: c.execute(select(INVITATION.c.member_id).where(INVITATION.c.url == "")).all()
        )
        both.wait()
        town.transact(lambda c: c.execute(update(INVITATION).values(attempts=1)))
        return len(found)

    with ThreadPoolExecutor(2) as hands:
        assert sum(hands.map(naive, range(2))) == 2


def test_what_cannot_be_made_is_tried_later_and_later_and_stands_in_nobody_s_way(town: Database) -> None:
    for who in range(1, 7):
        ask(town, who)
    assert len(claim(town, limit=6)) == 6
    ask(town, 7)
    assert [one.member_id for one in claim(town, limit=6)] == [7]
    tried: list[datetime] = []
    now = NOW
    while len(tried) < 12:
        now += timedelta(seconds=15)
        tried += [now for one in claim(town, now) if one.member_id == 1]
    waits = [later - sooner for sooner, later in pairwise(tried)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (2 * SOON, LATE)


def test_a_month_of_refusals_is_outlived(town: Database) -> None:
    ask(town, 1)
    town.transact(lambda c: c.execute(update(INVITATION).values(attempts=1000)))
    (making,) = claim(town)
    assert claim(town, NOW + LATE - timedelta(seconds=1)) == []
    assert made(town, making)


@pytest.mark.parametrize("account", ["corp", "groups"])
def test_a_code_of_another_account_is_not_ours_to_make(town: Database, account: str) -> None:
    ask(town, 1, account=account)
    assert claim(town) == []
    assert town.transact(lambda c: invitations.waiting(c, SHOP, NOW)) is False
    assert ask(town, 1) == "making"
    assert len(claim(town)) == 1


def test_one_that_the_platform_forgets_is_made_anew_before_that(town: Database) -> None:
    ask(town, 1)
    made(town, claim(town)[0])
    later = NOW + timedelta(days=29)
    assert ask(town, 1, later - timedelta(seconds=1)) == ""
    assert ask(town, 1, later) == "making"
    (anew,) = claim(town, later)
    assert (anew.attempt, anew.asked_at) == (1, later)
    assert made(town, anew, later)


def test_asking_again_while_it_is_made_does_not_hurry(town: Database) -> None:
    ask(town, 1)
    claim(town)

    def due(c: Connection) -> datetime:
        found: datetime = c.execute(select(INVITATION.c.due_at)).scalar_one()
        return found

    before = town.transact(due)
    ask(town, 1, NOW + timedelta(seconds=1))
    assert town.transact(due) == before
