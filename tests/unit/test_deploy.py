"""The files of deploy/ say what the program really needs and offers."""

import re
from datetime import timedelta
from typing import Any

import pytest
import yaml

from bot.cli.options import BAD_CONFIG
from bot.heart import Pulse
from bot.web.metrics import Metrics
from storage.vitals import Vitals
from tools.house import ROOT

DEPLOY = ROOT / "deploy"
UNIT = (DEPLOY / "hetang.service").read_text(encoding="utf-8")
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
ALERTS = (DEPLOY / "alerts.yaml").read_text(encoding="utf-8")
RULES: list[dict[str, Any]] = yaml.safe_load(ALERTS)["groups"][0]["rules"]
SECRETS = set(re.findall(r"\$\{(\w+)\}", (ROOT / "config.yaml").read_text(encoding="utf-8"))) - {"NAME"}


def settings(unit: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def metrics() -> set[str]:
    counted = Metrics()
    counted.callback("shop", "heard")
    counted.webhook("accepted", 1)
    vitals = Vitals("1", "1", {"sent": 1}, {("reply", "sent"): 1}, timedelta(), 0, {}, {}, ())
    lines = counted.text(vitals, Pulse()).decode().splitlines()
    return {re.split(r"[{ ]", line)[0] for line in lines if not line.startswith("#")}


def test_every_secret_of_the_configuration_is_handed_over_by_systemd() -> None:
    handed = settings(UNIT)
    files = {line.partition("=")[0]: line.partition("=")[2] for line in handed["Environment"]}
    assert {f"{name}_FILE" for name in SECRETS} <= set(files)
    loaded = {line.partition(":")[0] for line in handed["LoadCredential"]}
    assert {path.removeprefix("%d/") for name, path in files.items() if name.endswith("_FILE")} == loaded


def test_every_secret_of_the_configuration_is_handed_over_by_compose() -> None:
    service = COMPOSE["services"]["hetang"]
    files = service["environment"]
    assert {f"{name}_FILE" for name in SECRETS} <= set(files)
    assert {path.removeprefix("/run/secrets/") for path in files.values()} == set(service["secrets"])
    assert set(service["secrets"]) == set(COMPOSE["secrets"])


def test_no_secret_stands_in_what_is_deployed() -> None:
    for text in (UNIT, DOCKERFILE, (DEPLOY / "compose.yaml").read_text(encoding="utf-8")):
        assert not re.search(r"(?i)(secret|token|key|password)\w*\s*[=:]\s*[\"']?[0-9a-f]{16}", text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NoNewPrivileges", "yes"), ("ProtectSystem", "strict"), ("ProtectHome", "yes"), ("UMask", "0077"),
        ("PrivateTmp", "yes"), ("CapabilityBoundingSet", ""), ("User", "hetang"),
    ],
)  # fmt: skip
def test_the_unit_gives_the_program_no_more_than_it_needs(name: str, value: str) -> None:
    assert settings(UNIT)[name] == [value]


def test_the_unit_lets_the_program_drain_and_does_not_retry_a_bad_configuration() -> None:
    unit = settings(UNIT)
    assert int(unit["TimeoutStopSec"][0]) > 25
    assert unit["RestartPreventExitStatus"] == [str(BAD_CONFIG)]
    assert "HUP" in unit["ExecReload"][0]


def test_nothing_of_the_containers_is_open_to_a_network_or_runs_as_root() -> None:
    published = [port for one in COMPOSE["services"].values() for port in one.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)
    assert "\nUSER hetang\n" in DOCKERFILE
    assert COMPOSE["services"]["hetang"]["read_only"] is True


def test_the_image_holds_every_folder_of_the_program_and_only_hashed_packages() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.MULTILINE))
    assert copied == {"bot", "handlers", "scheduler", "storage", "templates"}
    assert "--require-hashes" in DOCKERFILE
    assert "\npsycopg-binary==" in (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_neither_the_image_nor_the_repository_takes_secrets_or_data_along() -> None:
    sent = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    copied = {
        name
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for name in line.split()[:-1]
    }
    assert "*" in sent
    assert {line.removeprefix("!") for line in sent if line.startswith("!")} == copied
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/data/", "/deploy/secrets/"} <= set(ignored)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_an_alert_rule_asks_for_metrics_that_exist(rule: dict[str, Any]) -> None:
    named = set(re.findall(r"hetang_\w+", rule["expr"]))
    assert named <= metrics()
    assert named or rule["expr"].startswith("up{")
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert rule["annotations"]["summary"]


def test_a_metric_that_does_not_exist_is_seen() -> None:
    assert not {"hetang_outbox_lag_minutes"} <= metrics()
