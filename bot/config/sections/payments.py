"""Merchants whose coupons are handed out beside our own."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import PlainValidator

from bot.config.sections.base import Section
from bot.config.sections.fields import ApiUrl, Name, PlatformId
from bot.domain.payments import PaymentSettings
from bot.paying.signing import private_key, public_key


def _pem(load: Callable[[str], object], what: str) -> Callable[[object], str]:
    """Return a reader of keys in PEM."""

    def read(value: object) -> str:
        try:
            load(str(value))
        except Exception as error:  # cryptography has many ways of saying that this is no key
            raise ValueError(
                f"write {what} in PEM, or name a file by NAME_FILE in the environment"
            ) from error
        return str(value)

    return read


def _v3_key(value: object) -> str:
    """Return an API v3 key: 32 letters and digits.

    https://pay.weixin.qq.com/doc/v3/merchant/4013053267
    """
    if not isinstance(value, str) or len(value.encode()) != 32:
        raise ValueError("an API v3 key has 32 letters and digits")
    return value


PrivateKey = Annotated[str, PlainValidator(_pem(private_key, "apiclient_key.pem"))]
PublicKey = Annotated[str, PlainValidator(_pem(public_key, "pub_key.pem"))]
V3Key = Annotated[str, PlainValidator(_v3_key)]


class PaymentSection(Section):
    """One entry of `payments:`; its coupons go to the followers of `account`."""

    kind: Literal["wechat_pay"]
    account: Name
    mch_id: PlatformId
    serial: PlatformId
    private_key: PrivateKey
    public_key_id: PlatformId
    public_key: PublicKey
    api_v3_key: V3Key
    api_base: ApiUrl = "https://api.mch.weixin.qq.com"

    def built(self, name: str, app_id: str) -> PaymentSettings:
        """Return it frozen, with the app id of its account."""
        return PaymentSettings(
            name,
            self.account,
            app_id,
            self.mch_id,
            self.serial,
            self.public_key_id,
            self.private_key,
            self.public_key,
            self.api_v3_key,
            self.api_base,
        )
