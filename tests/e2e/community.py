"""A whole program with accounts that have groups."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.whole import ENVIRONMENT, Whole, whole

ONEBOT = """
  groups:
    kind: onebot12
    enabled: true
    connect: reverse_websocket
    access_token: "${ONEBOT_TOKEN}"
"""
ROBOT = """
  ops:
    kind: wecom_aibot
    connect: websocket
    bot_id: BOT1
    secret: "${OPS_BOT_SECRET}"
    ws_url: "WS_SANDBOX/openws"
    token: "${CORP_TOKEN}"
    encoding_aes_key: "${SHOP_AES_KEY}"
"""
ROBOT_ROUTE = """
  group: {account: ops, purposes: [service], allowance: {per_group: 20, per: 1d}}
"""
CORP = """
  corp:
    kind: wecom_app
    corp_id: wx5823bf96d3bd56c7
    agent_id: 1000002
    secret: "${CORP_SECRET}"
    token: "${CORP_TOKEN}"
    encoding_aes_key: "${SHOP_AES_KEY}"
    api_base: "SANDBOX/qy"
  archive:
    kind: wecom_archive
    source: "SANDBOX/archive"
"""
CORP_ROUTES = """
  wecom_kf:
    account: corp
    windows: [{opened_by: member.message, allowance: 5, lasts: 48h}]
    idempotency: {key: msgid}
  wecom_mass: {account: corp, confirmed_by: employee, allowance: {per_member: 1, per: 1d}}
  group:      {account: corp, purposes: [service], allowance: {per_group: 5, per: 1d}}
"""
GROUP_ROUTE = """
  group: {account: groups, purposes: [service], allowance: {per_group: 20, per: 1d}}
"""


@asynccontextmanager
async def community(
    folder: Path, url: str = "", *, connect: str = "reverse_websocket", allowance: str = "20, per: 1d"
) -> AsyncIterator[Whole]:
    """Run it with a OneBot gateway called ``groups``, connected."""
    accounts = ONEBOT.replace("reverse_websocket", connect)
    if connect == "webhook":
        accounts += '    api_base: "SANDBOX/onebot/groups"\n'
    changes = {
        "\nwebhooks:": f"{accounts}\nwebhooks:",
        "\nconsent:": f"{GROUP_ROUTE.replace('20, per: 1d', allowance)}\nconsent:",
    }
    async with whole(folder, url, changes) as running:
        await running.post(
            "account",
            name="groups",
            kind="onebot12",
            connect=connect,
            callback_url=f"{running.program.url}/callback/groups",
            access_token=ENVIRONMENT["ONEBOT_TOKEN"],
        )
        yield running


@asynccontextmanager
async def with_robot(folder: Path, url: str = "", connect: str = "websocket") -> AsyncIterator[Whole]:
    """Run it with a robot called ``ops``, connected."""
    changes = {
        "\nwebhooks:": f"{ROBOT.replace('websocket', connect)}\nwebhooks:",
        "\nconsent:": f"{ROBOT_ROUTE}\nconsent:",
    }
    async with whole(folder, url, changes) as running:
        await running.post(
            "account",
            name="ops",
            kind="wecom_aibot",
            connect=connect,
            bot_id="BOT1",
            secret=ENVIRONMENT["OPS_BOT_SECRET"],
            token=ENVIRONMENT["CORP_TOKEN"],
            encoding_aes_key=ENVIRONMENT["SHOP_AES_KEY"],
            callback_url=f"{running.program.url}/callback/ops",
        )
        yield running


@asynccontextmanager
async def with_corp(folder: Path, url: str = "") -> AsyncIterator[Whole]:
    """Run it with a corp called ``corp`` and its archive."""
    changes = {
        "\nwebhooks:": f"{CORP}\nwebhooks:",
        "\nconsent:": f"{CORP_ROUTES}\nconsent:",
    }
    async with whole(folder, url, changes) as running:
        await running.post(
            "account",
            name="corp",
            kind="wecom_app",
            corp_id="wx5823bf96d3bd56c7",
            secret=ENVIRONMENT["CORP_SECRET"],
            token=ENVIRONMENT["CORP_TOKEN"],
            encoding_aes_key=ENVIRONMENT["SHOP_AES_KEY"],
            callback_url=f"{running.program.url}/callback/corp",
        )
        yield running


CHANNELS = ("ops", "groups")


@asynccontextmanager
async def everywhere(folder: Path) -> AsyncIterator[Whole]:
    """Run it with a robot and a gateway, both connected."""
    routes = GROUP_ROUTE + "  direct: {account: ops}\n"
    changes = {
        "\nwebhooks:": f"{ONEBOT}{ROBOT}\nwebhooks:",
        "\nconsent:": f"{routes}\nconsent:",
    }
    async with whole(folder, "", changes) as running:
        await running.post(
            "account",
            name="groups",
            kind="onebot12",
            callback_url=f"{running.program.url}/callback/groups",
            access_token=ENVIRONMENT["ONEBOT_TOKEN"],
        )
        await running.post(
            "account",
            name="ops",
            kind="wecom_aibot",
            bot_id="BOT1",
            secret=ENVIRONMENT["OPS_BOT_SECRET"],
        )
        yield running
