"""Merchants and their coupons in the file, and what referral may not be paid for."""

import copy
from pathlib import Path
from typing import Any

import pytest

from bot.config.loading import Examined
from tests.paying import MERCHANT, PUBLIC_KEY_ID, environment
from tests.unit.config.files import ENVIRON, REMOVED, examined, small

PAY: dict[str, Any] = {
    "kind": "wechat_pay", "account": "shop", **MERCHANT, "private_key": "${PAY_PRIVATE_KEY}",
    "public_key_id": PUBLIC_KEY_ID, "public_key": "${PAY_PUBLIC_KEY}", "api_v3_key": "${PAY_API_V3_KEY}",
}  # fmt: skip
CASH: dict[str, Any] = {
    "title": "代金券", "amount_off": 30, "stock": 10, "valid": "7d",
    "cash": {"payment": "pay", "stock": "9856000", "note": "付款时自动抵扣"},
}  # fmt: skip
SECRETS = {**ENVIRON, **{name: one for name, one in environment().items() if name.startswith("PAY_")}}
GOOD: dict[str, Any] = {"payments__pay": PAY, "coupons__cash": CASH}


def read(folder: Path, **changes: object) -> Examined:
    return examined(folder, small(**{**copy.deepcopy(GOOD), **changes}), SECRETS)


def errors(folder: Path, **changes: object) -> list[str]:
    found = read(folder, **changes).problems
    return [f"{one.path}: {one.message}" for one in found if one.level == "error"]


def test_a_merchant_and_its_coupons_are_read(tmp_path: Path) -> None:
    config = read(tmp_path).config
    assert config is not None
    assert config.payments["pay"].app_id == config.accounts["shop"].app_id
    assert config.coupons["cash"].cash is not None
    shown = repr(config)
    assert "PRIVATE KEY" not in shown
    assert SECRETS["PAY_API_V3_KEY"] not in shown


@pytest.mark.parametrize(
    ("path", "value", "where", "what"),
    [
        ("payments__pay__account", "shpo", "payments.pay.account", "shop"),
        ("payments__pay__private_key", "${SHOP_TOKEN}", "payments.pay.private_key", "PEM"),
        ("payments__pay__private_key", "-----BEGIN", "payments.pay.private_key", "a secret does not stand"),
        ("payments__pay__public_key", "x", "payments.pay.public_key", "PEM"),
        ("payments__pay__api_v3_key", "${SHOP_TOKEN}", "payments.pay.api_v3_key", "32"),
        ("payments__pay__kind", "alipay", "payments.pay.kind", "wechat_pay"),
        ("payments__pay__mch_id", "", "payments.pay.mch_id", "id"),
        ("payments__pay__serial", REMOVED, "payments.pay.serial", "required"),
        ("coupons__cash__cash__payment", "pya", "coupons.cash.cash.payment", "pay"),
        ("coupons__cash__cash__note", REMOVED, "coupons.cash.cash.note", "required"),
        ("coupons__cash__stock", "csv:codes.csv", "coupons.cash", "fixed amount_off"),
    ],
)
def test_each_mistake_is_named_with_its_path(
    tmp_path: Path, path: str, value: object, where: str, what: str
) -> None:
    found = errors(tmp_path, **{path: value})
    assert any(one.startswith(where) and what in one for one in found), found


def test_cash_takes_no_per_cent_off(tmp_path: Path) -> None:
    percent = {**CASH, "percent_off": 20, "max_off": 50}
    del percent["amount_off"]
    assert any("fixed amount_off" in one for one in errors(tmp_path, coupons__cash=percent))


REFERRAL: dict[str, Any] = {"per_inviter": "5/1d", "terms": "terms/referral"}


@pytest.mark.parametrize(
    ("key", "value"),
    [("per_share", 5), ("levels", 2), ("crowd", {"count": 0}), ("crowd", "5/10m/1"), ("per_inviter", 0)],
)
def test_referral_pays_for_nothing_but_a_first_order_of_one_level(
    tmp_path: Path, key: str, value: object
) -> None:
    assert errors(tmp_path, activities={"referral": REFERRAL}) == []
    found = errors(tmp_path, activities={"referral": {**REFERRAL, key: value}})
    assert any(f"activities.referral.{key}" in one for one in found), found


@pytest.mark.parametrize(("notice", "warned"), [("7d", True), ("8d", True), ("6d", False)])
def test_a_notice_that_nobody_gets_is_warned_of(tmp_path: Path, notice: str, warned: bool) -> None:
    found = read(tmp_path, points={"expire": "7d", "expire_notice": notice})
    assert (
        "points.expire_notice" in {one.path for one in found.problems if one.level == "warning"}
    ) is warned
    assert found.config is not None
    assert (found.config.points.notice is None) is warned
    assert any("points" in one for one in errors(tmp_path, points={"expire_notice": notice}))
