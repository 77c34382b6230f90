import json
from typing import Any

import pytest

from tests.integration.sandbox.bot_side import APP_ID, SECRET, Stage

GOOD = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}


async def stable(stage: Stage, **change: object) -> dict[str, Any]:
    async with stage.session.post("/cgi-bin/stable_token", json=GOOD | change) as response:
        answer: dict[str, Any] = await response.json()
        return answer


async def plain(stage: Stage, **change: str) -> dict[str, Any]:
    async with stage.session.get("/cgi-bin/token", params=GOOD | change) as response:
        answer: dict[str, Any] = await response.json()
        return answer


async def works(stage: Stage, token: str) -> int:
    stage.token = token
    return await stage.code("/cgi-bin/tags/get")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"grant_type": "password"}, 40002),
        ({"appid": ""}, 41002),
        ({"appid": "wxnobody"}, 40013),
        ({"secret": ""}, 41004),
        ({"secret": "wrong"}, 40125),
    ],
)
async def test_credentials_are_checked(stage: Stage, change: dict[str, str], code: int) -> None:
    assert (await stable(stage, **change))["errcode"] == code
    assert (await plain(stage, **change))["errcode"] == code


async def test_a_stable_token_is_the_same_within_its_life_and_renewed_five_minutes_early(
    stage: Stage,
) -> None:
    first = await stable(stage)
    assert first["expires_in"] == 7200
    await stage.post("clock", advance="1h54m59s")
    second = await stable(stage)
    assert second == {"access_token": first["access_token"], "expires_in": 301}
    await stage.post("clock", advance="1s")
    third = await stable(stage)
    assert third["access_token"] != first["access_token"]
    assert await works(stage, first["access_token"]) == await works(stage, third["access_token"]) == 0
    await stage.post("clock", advance="5m")
    assert await works(stage, first["access_token"]) == 42001
    assert await works(stage, third["access_token"]) == 0
    assert await stage.rules_broken() == []


async def test_a_forced_refresh_ends_the_token_before_and_is_limited(stage: Stage) -> None:
    first = (await stable(stage))["access_token"]
    second = (await stable(stage, force_refresh=True))["access_token"]
    assert await works(stage, first) == 40001
    assert await works(stage, second) == 0
    assert (await stable(stage, force_refresh=True))["errcode"] == 45011
    for _ in range(19):
        await stage.post("clock", advance="30s")
        assert "access_token" in await stable(stage, force_refresh=True)
    await stage.post("clock", advance="30s")
    assert (await stable(stage, force_refresh=True))["errcode"] == 45009
    await stage.post("clock", advance="1d")
    assert "access_token" in await stable(stage, force_refresh=True)


async def test_each_plain_token_ends_the_one_before_after_five_minutes(stage: Stage) -> None:
    first, second = [(await plain(stage))["access_token"] for _ in range(2)]
    steady = (await stable(stage))["access_token"]
    assert await works(stage, first) == await works(stage, second) == 0
    await stage.post("clock", advance="5m")
    assert await works(stage, first) == 40001
    assert await works(stage, second) == await works(stage, steady) == 0


@pytest.mark.parametrize(("token", "code"), [("", 41001), ("short", 40014), ("x" * 120, 40001)])
async def test_a_token_of_nobody_is_refused(stage: Stage, token: str, code: int) -> None:
    async with stage.session.get("/cgi-bin/tags/get", params={"access_token": token}) as response:
        assert (await response.json())["errcode"] == code


async def test_a_revoked_token_is_no_longer_the_latest(stage: Stage) -> None:
    token = (await stable(stage))["access_token"]
    await stage.post("revoke")
    assert await works(stage, token) == 40001
    assert await stage.rules_broken() == []
    assert (await stable(stage))["access_token"] != token


async def test_a_storm_of_token_fetches_is_one_violation(stage: Stage) -> None:
    for _ in range(25):
        await stable(stage)
    assert await stage.rules_broken() == ["token_storm"]


async def test_the_day_ends_at_midnight_in_shanghai_and_so_do_its_quotas(stage: Stage) -> None:
    await stage.post("limit", path="/cgi-bin/user/get", daily=2)
    assert [await stage.code("/cgi-bin/user/get") for _ in range(3)] == [0, 0, 45009]
    await stage.post("clock", set="2026-12-01T23:59:59+08:00")
    stage.token = ""
    assert await stage.code("/cgi-bin/user/get") == 45009
    await stage.post("clock", advance="1s")
    assert await stage.code("/cgi-bin/user/get") == 0
    assert await stage.rules_broken() == ["daily_quota", "daily_quota"]


async def test_the_quota_of_tokens_is_that_of_the_platform(stage: Stage) -> None:
    await stage.post("limit", path="/cgi-bin/token", daily=1)
    assert "access_token" in await plain(stage)
    assert (await plain(stage))["errcode"] == 45009


async def test_a_minute_has_its_own_quota(stage: Stage) -> None:
    await stage.post("limit", path="/cgi-bin/tags/get", minute=2)
    assert [await stage.code("/cgi-bin/tags/get") for _ in range(3)] == [0, 0, 45011]
    await stage.post("clock", advance="1m")
    assert await stage.code("/cgi-bin/tags/get") == 0
    assert await stage.rules_broken() == ["minute_quota"]


async def test_quotas_can_be_read_and_cleared_ten_times_a_month(stage: Stage) -> None:
    await stage.code("/cgi-bin/user/get")
    path = {"cgi_path": "/cgi-bin/user/get"}
    quota = (await stage.api("/cgi-bin/openapi/quota/get", path))["quota"]
    assert quota == {"daily_limit": 500, "used": 1, "remain": 499}
    body = {"appid": APP_ID, "appsecret": SECRET}
    for _ in range(5):
        assert await stage.code("/cgi-bin/clear_quota", {"appid": APP_ID}) == 0
        async with stage.session.post("/cgi-bin/clear_quota/v2", json=body) as response:
            assert (await response.json())["errcode"] == 0
    assert (await stage.api("/cgi-bin/openapi/quota/get", path))["quota"]["used"] == 0
    assert await stage.code("/cgi-bin/clear_quota", {"appid": APP_ID}) == 48006
    assert await stage.code("/cgi-bin/openapi/quota/get", {"cgi_path": "/nope"}) == 76021


async def test_method_path_and_body_are_checked(stage: Stage) -> None:
    assert await stage.code("/cgi-bin/tags/get", {"x": 1}) == 43001
    assert await stage.code("/cgi-bin/tags/create") == 43002
    assert await stage.code("/cgi-bin/nonsense") == 40066
    params = {"access_token": stage.token}
    for raw, code in ((b"", 44002), (b"{", 47001), (b"[]", 47001), (b"\xff", 47001)):
        async with stage.session.post("/cgi-bin/tags/create", params=params, data=raw) as response:
            assert (await response.json())["errcode"] == code


async def test_the_log_holds_no_secret(stage: Stage) -> None:
    token = (await stable(stage))["access_token"]
    await works(stage, token)
    log = json.dumps(await stage.get("log"))
    assert "/cgi-bin/tags/get" in log
    assert token not in log
    assert SECRET not in log


async def test_addresses_are_listed(stage: Stage) -> None:
    assert (await stage.api("/cgi-bin/getcallbackip"))["ip_list"]
    assert (await stage.api("/cgi-bin/get_api_domain_ip"))["ip_list"]


async def test_the_same_seed_gives_the_same_ids_and_another_seed_others(stage: Stage) -> None:
    async def ids(seed: int) -> tuple[str, str, str]:
        await stage.post("reset", seed=seed)
        await stage.register()
        await stage.post("follow", from_="小明")
        return await stage.openid("小明"), await stage.fetch_token(), ""

    assert await ids(3) == await ids(3)
    assert await ids(3) != await ids(4)


async def test_starting_over_forgets_everything(stage: Stage) -> None:
    await stage.send_text(await stage.openid("小明"))
    await stage.post("reset", seed=7)
    for name in ("outbox", "log", "violations", "warnings", "fault"):
        assert await stage.get(name) == []
    assert (await stable(stage))["errcode"] == 40013
