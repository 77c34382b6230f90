"""Setting the account up, against the pretend platform."""

import json
from dataclasses import replace

from bot.channels.official_account import OfficialAccount
from tests.integration.channels.rig import RememberedTokens, nonce
from tests.integration.channels.stage import SandboxClock, Scene
from tests.payloads.correspondent import SETTINGS


async def test_the_accounts_chores_are_done(scene: Scene) -> None:
    chores = scene.channel.chores
    assert await chores.publish_menu() == 2
    (account,) = await scene.ask("account")
    assert "check_in" in json.dumps(account["menu"])
    code = await chores.create_source_code("store_hz")
    assert (code.source, bool(code.ticket)) == ("store_hz", True)
    assert code.url in account["codes"].values() or (await scene.ask("account"))[0]["codes"] == {
        "store_hz": code.url
    }
    findings = await chores.check()
    assert [finding.well for finding in findings] == [True] * len(findings)


async def test_followers_are_listed_page_by_page_with_what_is_known_of_them(scene: Scene) -> None:
    await scene.do("members", account="shop", count=250, prefix="old")
    found: list[str] = []
    page = await scene.channel.chores.followers()
    assert page.total == 250
    while page.addresses:
        found += page.addresses
        if not page.next:
            break
        page = await scene.channel.chores.followers(page.next)
    assert len(set(found)) == 250
    details = await scene.channel.chores.member_details(found)
    assert [one.address for one in details] == found
    assert all(one.following and one.followed_at for one in details)


async def test_a_wrong_secret_is_found_by_the_check(scene: Scene) -> None:
    wrong = replace(SETTINGS, api_base=scene.sandbox.url, app_secret="wrong-secret-wrong-secret")
    channel = OfficialAccount(wrong, scene.session, RememberedTokens(), SandboxClock(scene.sandbox), nonce)
    (finding,) = await channel.chores.check()
    assert (finding.subject, finding.well, finding.reason) == ("token", False, "secret_wrong")
