"""A merchant at the pretend WeChat Pay: keys of its own, a batch of its coupons, the program told of both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from bot.domain.payments import PaymentSettings
from tests.whole import APP_ID, ENVIRONMENT, Whole, whole

V3_KEY = "0123456789abcdef0123456789abcdef"
PUBLIC_KEY_ID = "PUB_KEY_ID_0000000000000024101100397200000006"
MERCHANT = {"mch_id": "1900000109", "serial": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"}
STOCK = "9856000"
SECTION = f"""
payments:
  pay:
    kind: wechat_pay
    account: shop
    mch_id: "{MERCHANT["mch_id"]}"
    serial: {MERCHANT["serial"]}
    private_key: "${{PAY_PRIVATE_KEY}}"
    public_key_id: {PUBLIC_KEY_ID}
    public_key: "${{PAY_PUBLIC_KEY}}"
    api_v3_key: "${{PAY_API_V3_KEY}}"
    api_base: "SANDBOX"

coupons:"""
SALE = "tea_sale: {title: 秒杀茶券, amount_off: 30, min_spend: 60, stock: 200, valid: 1d, per_member: 1}"
CASH = SALE.replace("}", f', cash: {{payment: pay, stock: "{STOCK}", note: 付款时自动抵扣}}}}')


@cache
def key(whose: str) -> RSAPrivateKey:
    """Return somebody's key; making one takes a while, so each is made once."""
    assert whose
    return generate_private_key(public_exponent=65537, key_size=2048)


def private(whose: str) -> str:
    return key(whose).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public(whose: str) -> str:
    written = key(whose).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return written.decode()


def environment() -> dict[str, str]:
    secrets = {
        "PAY_PRIVATE_KEY": private("merchant"),
        "PAY_PUBLIC_KEY": public("platform"),
        "PAY_API_V3_KEY": V3_KEY,
    }
    return {**ENVIRONMENT, **secrets}


def settings(api_base: str = "http://127.0.0.1:9") -> PaymentSettings:
    return PaymentSettings(
        "pay", "shop", APP_ID, MERCHANT["mch_id"], MERCHANT["serial"], PUBLIC_KEY_ID, private("merchant"),
        public("platform"), V3_KEY, api_base,
    )  # fmt: skip


@asynccontextmanager
async def paying(folder: Path, url: str = "", most: int = 3, per_user: int = 60) -> AsyncIterator[Whole]:
    """Run the shop with its flash sale's coupons handed out by WeChat Pay."""
    open_now = ('opens: "2026-12-12T12:00:00+08:00", closes', 'opens: "2026-11-12T12:00:00+08:00", closes')
    changes = {"\ncoupons:": SECTION, SALE: CASH, open_now[0]: open_now[1]}
    async with whole(folder, url, changes, environment=environment()) as running:
        await running.post(
            "account",
            name="pay",
            kind="wechat_pay",
            app_id=APP_ID,
            merchant_key=public("merchant"),
            platform_key=private("platform"),
            public_key_id=PUBLIC_KEY_ID,
            api_v3_key=V3_KEY,
            notify_url=f"{running.program.url}/pay/pay",
            stocks={STOCK: {"most": most, "per_user": per_user}},
            **MERCHANT,
        )
        yield running
