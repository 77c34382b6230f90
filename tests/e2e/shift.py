"""Operators and members of a community at work, for the tests of commands."""

import re
from random import Random

from storage import operators
from tests.whole import Whole


async def bound(community: Whole, who: str, role: str) -> None:
    """Let somebody follow and become an operator by a one-time code."""
    await community.act("follow", who)
    now = community.program.clock.now()
    letters = Random(who)
    code, _ = await community.program.database.write(
        lambda c: operators.offer(c, "shop", role, now, letters.choice)
    )
    assert "绑定成功" in str(await community.says(who, f"绑定 {code} {who}"))


def code_in(said: str) -> str:
    found = re.search(r"#([2-9A-Z]{4})", said)
    assert found is not None, said
    return found[1]


async def consenting(community: Whole, *names: str) -> None:
    """Let members follow, agree to marketing, and some days later ask for what makes a tag of theirs."""
    for name in names:
        await community.act("follow", name)
        await community.says(name, "订阅优惠")
    await community.advance("3d")
    for name in names:
        await community.says(name, "面膜怎么卖")
