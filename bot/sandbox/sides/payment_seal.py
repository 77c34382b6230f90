"""WeChat Pay V3's keys: the merchant's signature checked, answers signed, notifications sealed.

https://pay.weixin.qq.com/doc/v3/merchant/4012365342
"""

import base64
import binascii
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from bot.sandbox.shapes import BadFieldError, Json, text

_SCHEME = "WECHATPAY2-SHA256-RSA2048 "
_FIELD = re.compile(r'([a-z_]+)="([^"]*)"')


class Keys:
    """The merchant's public key, the platform's own pair, and the secret that both share."""

    def __init__(self, body: Json) -> None:
        merchant = load_pem_public_key(text(body, "merchant_key").encode())
        own = load_pem_private_key(text(body, "platform_key").encode(), password=None)
        if not isinstance(merchant, rsa.RSAPublicKey) or not isinstance(own, rsa.RSAPrivateKey):
            raise BadFieldError("merchant_key and platform_key must be RSA keys in PEM")
        self._merchant, self._own = merchant, own
        self.public_key_id = text(body, "public_key_id")
        self._shared = AESGCM(text(body, "api_v3_key").encode())

    def fields(self, authorization: str) -> dict[str, str]:
        """What stands in an ``Authorization`` header; nothing for another scheme."""
        if not authorization.startswith(_SCHEME):
            return {}
        return dict(_FIELD.findall(authorization[len(_SCHEME) :]))

    def signed(self, fields: dict[str, str], method: str, path: str, body: bytes) -> bool:
        """Whether the merchant signed this request."""
        line = f"{method}\n{path}\n{fields.get('timestamp')}\n{fields.get('nonce_str')}\n".encode()
        try:
            signature = base64.b64decode(fields.get("signature", ""), validate=True)
            self._merchant.verify(signature, line + body + b"\n", padding.PKCS1v15(), SHA256())
        except (binascii.Error, InvalidSignature):
            return False
        return True

    def headers(self, body: bytes, at: int, nonce: str) -> dict[str, str]:
        """The headers by which the platform signs an answer or a notification."""
        signature = self._own.sign(f"{at}\n{nonce}\n".encode() + body + b"\n", padding.PKCS1v15(), SHA256())
        return {
            "Wechatpay-Serial": self.public_key_id,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Signature-Type": _SCHEME.strip(),
            "Wechatpay-Timestamp": str(at),
            "Wechatpay-Nonce": nonce,
        }

    def sealed(self, plain: bytes, nonce: str, about: str) -> Json:
        """A notification's ``resource``."""
        cipher = self._shared.encrypt(nonce.encode(), plain, about.encode())
        return {
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": base64.b64encode(cipher).decode(),
            "associated_data": about,
            "original_type": "coupon",
            "nonce": nonce,
        }
