"""An experiment inside a campaign, read and steered from the command line."""

from pathlib import Path

from tests.integration.cli.shell import shell
from tests.integration.delivery.test_campaign_arms import EXPERIMENT


async def test_a_campaign_is_listed_beside_the_rules_and_an_arm_of_it_is_chosen(
    tmp_path: Path, sqlite_url: str
) -> None:
    async with shell(tmp_path, sqlite_url, {"\noperators: ": EXPERIMENT}) as sh:
        listed = {one["rule"]: one for one in await sh.done("experiments", "list")}
        assert {"tried", "first_order_coupon"} <= listed.keys()
        assert [arm["name"] for arm, _ in listed["tried"]["arms"]["arms"]] == ["picture", "words", "nobody"]
        assert "tried" in (await sh.run("experiments", "list", "--rule", "tried")).out
        assert (await sh.done("experiments", "choose", "tried", "words"))["changed"] is True
        assert sh.rows("SELECT name, value FROM switch") == [("arms:campaign:tried", "words=1")]
        assert (await sh.done("experiments", "choose", "tried"))["changed"] is True
        assert sh.rows("SELECT count(*) FROM switch") == [(0,)]
        wrong = await sh.run("experiments", "choose", "tried", "pictures")
        assert (wrong.code, wrong.out) == (1, "")
        assert "picture" in wrong.err
