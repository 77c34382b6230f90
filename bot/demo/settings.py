"""The demo's configuration: the project's own file, pointed at the sandbox, secrets made up here."""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.demo.grid import OPENING
from bot.demo.pastimes import DRAWN_ON, DRAWS_UNTIL, sale_at

ACCOUNT = "shop"
GATEWAY = "groups"
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the file takes from the environment, known to both sides of the pretence."""

    app_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    aes_key: str = field(default_factory=lambda: base64.b64encode(secrets.token_bytes(32)).decode()[:43])
    webhook: str = field(
        default_factory=lambda: "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    )
    key: str = field(default_factory=lambda: secrets.token_hex(32))
    index_key: str = field(default_factory=lambda: secrets.token_hex(32))
    gateway: str = field(default_factory=lambda: secrets.token_hex(16))

    def environ(self) -> dict[str, str]:
        """Return the environment the configuration is read with."""
        return {
            "SHOP_APP_SECRET": self.app_secret,
            "SHOP_TOKEN": self.token,
            "SHOP_AES_KEY": self.aes_key,
            "HETANG_WEBHOOK_SECRET": self.webhook,
            "HETANG_KEY": self.key,
            "HETANG_INDEX_KEY": self.index_key,
            "ONEBOT_TOKEN": self.gateway,
        }


@dataclass(frozen=True, slots=True)
class Settings:
    """The file written for one run, what stands in it, and what the sandbox must know of the account."""

    path: Path
    body: Mapping[str, Any]
    secrets: Secrets
    app_id: str
    subscription_templates: tuple[str, ...]

    def registration(self, callback: str = "") -> dict[str, object]:
        """Return the account as the sandbox registers it; without a callback nothing is verified."""
        return {
            "name": ACCOUNT,
            "kind": "official_account",
            "app_id": self.app_id,
            "secret": self.secrets.app_secret,
            "token": self.secrets.token,
            "encoding_aes_key": self.secrets.aes_key,
            "mode": "safe",
            "callback_url": callback,
            "templates": [{"id": one, "kind": "subscription"} for one in self.subscription_templates],
        }


def gateway_registration(made: Settings, bot: str) -> dict[str, object]:
    """Return the gateway with the group as the sandbox registers it; `bot` is where we are."""
    return {
        "name": GATEWAY,
        "kind": "onebot12",
        "connect": "webhook",
        "access_token": made.secrets.gateway,
        "callback_url": f"{bot}/callback/{GATEWAY}",
    }


def _play_within(activities: dict[str, Any]) -> None:
    """Let what has a time happen within the play."""
    sale = sale_at(OPENING)
    activities["lottery"] |= {
        "opens": OPENING.isoformat(), "closes": (OPENING + timedelta(days=DRAWS_UNTIL)).isoformat(),
    }  # fmt: skip
    activities["lotteries"]["new_year"] |= {
        "opens": OPENING.isoformat(),
        "closes": (OPENING + timedelta(days=DRAWN_ON)).isoformat(),
        "draws_at": (OPENING + timedelta(days=DRAWN_ON, hours=12)).isoformat(),
    }
    activities["flash_sale"]["tea"] |= {
        "opens": sale.isoformat(), "closes": (sale + timedelta(hours=2)).isoformat(),
    }  # fmt: skip


def write(folder: Path, platform: str, port: int) -> Settings:
    """Write the configuration of a run whose platform is at `platform` into `folder`."""
    body: dict[str, Any] = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    account = body["accounts"][ACCOUNT]
    account["api_base"] = platform
    gateway = {
        "kind": "onebot12",
        "enabled": True,
        "connect": "webhook",
        "access_token": "${ONEBOT_TOKEN}",
        "api_base": f"{platform}/onebot/{GATEWAY}",
    }
    body["accounts"] = {ACCOUNT: account, GATEWAY: gateway}
    body["routes"]["group"] = {
        "account": GATEWAY,
        "purposes": ["service"],
        "allowance": {"per_group": 8, "per": "1d"},
    }
    _play_within(body["activities"])
    body["server"] = {"host": "127.0.0.1", "port": port, "public_url": f"http://127.0.0.1:{port}"}
    body["storage"] = {"url": f"sqlite+aiosqlite:///{folder / 'demo.db'}"}
    body["templates"] = {"path": [str(ROOT / one) for one in body["templates"]["path"]]}
    path = folder / "config.yaml"
    # JSON is YAML too, with every text quoted: no time of day turns into a number.
    path.write_text(json.dumps(body, ensure_ascii=False, indent=2), encoding="utf-8")
    templates = tuple(account.get("subscription_templates", {}).values())
    return Settings(path, body, Secrets(), account["app_id"], templates)
