"""Secrets come from outside, whole and unread by others."""

from pathlib import Path

import pytest

from bot.config import loading
from bot.config.loading import examine
from tests.unit.config.files import ENVIRON, PARTS, errors, examined, lines, small


def without(*names: str) -> dict[str, str]:
    """The environment without some names."""
    return {name: value for name, value in ENVIRON.items() if name not in names}


def secret_file(folder: Path, value: str, mode: int = 0o600) -> str:
    """A file with a secret."""
    file = folder / "secret"
    file.write_text(value, encoding="utf-8")
    file.chmod(mode)
    return str(file)


def test_a_name_that_is_not_set_is_a_problem_of_its_place(tmp_path: Path) -> None:
    environ = {**without("SHOP_TOKEN"), "SHOP_TOKN": "abc"}
    unset = "SHOP_TOKEN is not set in the environment, nor SHOP_TOKEN_FILE"
    assert lines(examined(tmp_path, small(), environ).problems) == [
        f'accounts.shop.token: {unset}; did you mean "SHOP_TOKN"?'
    ]


def test_a_secret_can_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    environ = {**without("SHOP_TOKEN"), "SHOP_TOKEN_FILE": secret_file(tmp_path, "fromfile\n")}
    config = examined(tmp_path, small(), environ).config
    assert config is not None
    assert config.accounts["shop"].token == "fromfile"


def test_a_secret_file_that_everybody_can_read_is_refused(tmp_path: Path) -> None:
    environ = {**without("SHOP_TOKEN"), "SHOP_TOKEN_FILE": secret_file(tmp_path, "fromfile", 0o644)}
    assert lines(examined(tmp_path, small(), environ).problems) == [
        "accounts.shop.token: everybody can read the file of SHOP_TOKEN_FILE; chmod 600 it"
    ]


def test_a_name_and_its_file_together_are_refused(tmp_path: Path) -> None:
    environ = {**ENVIRON, "SHOP_TOKEN_FILE": secret_file(tmp_path, "fromfile")}
    assert (
        "both SHOP_TOKEN and SHOP_TOKEN_FILE are set"
        in lines(examined(tmp_path, small(), environ).problems)[0]
    )


@pytest.mark.parametrize("value", ["", "   "])
@pytest.mark.parametrize("name", ["SHOP_TOKEN", "SHOP_APP_SECRET", "SHOP_AES_KEY", "HETANG_KEY"])
def test_an_empty_secret_is_refused(tmp_path: Path, name: str, value: str) -> None:
    assert examined(tmp_path, small(), {**ENVIRON, name: value}).config is None


@pytest.mark.parametrize(
    ("path", "literal"),
    [
        ("accounts__shop__app_secret", "0123456789abcdef"),
        ("accounts__shop__token", "plaintoken"),
        ("accounts__shop__encoding_aes_key", "a" * 43),
        ("privacy__key", "abc"),
        ("webhooks", {"secrets": ["whsec_c2VjcmV0c2VjcmV0c2VjcmV0"]}),
        ("storage__url", "postgresql+psycopg://hetang:hunter2@127.0.0.1/hetang"),
    ],
)
def test_a_secret_written_out_is_refused_outside_the_demo(tmp_path: Path, path: str, literal: object) -> None:
    body = small(**{path: literal})
    found = lines(examined(tmp_path, body).problems)
    assert len(found) == 1
    assert "a secret does not stand in the file" in found[0]
    assert examined(tmp_path, body, demo=True).config is not None


def test_the_refusal_of_literals_is_what_refuses_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: without the check the same file is taken."""
    body = small(accounts__shop__token="plaintoken")
    assert examined(tmp_path, body).config is None
    monkeypatch.setattr(loading, "refuse_literals", lambda *_args, **_kwargs: None)
    assert examined(tmp_path, body).config is not None


def test_a_file_with_secrets_that_everybody_can_read_is_refused_even_in_the_demo(tmp_path: Path) -> None:
    examined(tmp_path, small(privacy__key="abc"), demo=True)
    path = tmp_path / "config.yaml"
    path.chmod(0o644)
    assert lines(examine(path, ENVIRON, PARTS, demo=True).problems) == [
        "config.yaml: everybody can read this file and it holds secrets; chmod 600 it"
    ]


def test_a_password_in_the_database_address_can_come_from_outside(tmp_path: Path) -> None:
    body = small(storage__url="postgresql+psycopg://hetang:${PG_PASSWORD}@127.0.0.1/hetang")
    config = examined(tmp_path, body, {**ENVIRON, "PG_PASSWORD": "hunter2"}).config
    assert config is not None
    assert config.storage_url == "postgresql+psycopg://hetang:hunter2@127.0.0.1/hetang"


def test_an_account_that_is_not_enabled_asks_for_no_secret(tmp_path: Path) -> None:
    groups = {"kind": "onebot12", "enabled": False, "connect": "webhook", "access_token": "${NOBODY}"}
    assert errors(tmp_path, accounts__groups=groups) == []
    assert len(errors(tmp_path, accounts__groups={**groups, "enabled": True})) == 1


def test_no_problem_ever_shows_a_secret(tmp_path: Path) -> None:
    canary = "canary*value*never*shown"
    environ = dict.fromkeys(ENVIRON, canary)
    shown = "\n".join(lines(examined(tmp_path, small(), environ).problems))
    assert "accounts.shop.token" in shown
    assert canary not in shown
