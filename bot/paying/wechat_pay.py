"""代金券 of WeChat Pay V3, one call a coupon.

https://pay.weixin.qq.com/docs/merchant/apis/cash-coupons/coupon/send-coupon.html : 500 calls a second, and
the same ``out_request_no`` brings the same coupon again.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import aiohttp

from bot.domain.clock import Clock
from bot.domain.errors import AccountDisabled, OutcomeUnknown, SendError, TryLater, Undeliverable
from bot.domain.payments import CashWish, PaymentSettings
from bot.paying.signing import Forged, Signing

PATH = "/v3/marketing/favor/users/{address}/coupons"
WITHIN = aiohttp.ClientTimeout(total=5)
MAX_ANSWER = 64 * 1024
REST = timedelta(seconds=10)
BAD_ANSWER = "bad_answer"
# What is so of this member for good, by the platform's words (FREQUENCY_LIMITED and SYSTEM_ERROR pass by).
OF_THE_MEMBER = frozenset({"USER_ACCOUNT_ABNORMAL", "RULE_LIMIT", "RULELIMIT", "USER_NOT_EXISTS"})
PASSING = frozenset({"FREQUENCY_LIMITED", "SYSTEM_ERROR", "SYSTEMERROR"})


class WechatPay:
    """Hands out the coupons of one merchant; a `CouponIssuer`."""

    def __init__(
        self,
        settings: PaymentSettings,
        session: aiohttp.ClientSession,
        clock: Clock,
        nonce: Callable[[], str],
    ) -> None:
        """Raise ValueError for keys that are none; `nonce` gives 32 letters nobody can foresee."""
        self._settings, self._session, self._clock, self._nonce = settings, session, clock, nonce
        self._signing = Signing(settings)

    async def grant(self, wish: CashWish) -> str:
        """Return WeChat Pay's id of the coupon, see `CouponIssuer`."""
        path = PATH.format(address=wish.address)
        body = json.dumps(
            {
                "stock_id": wish.stock_id,
                "out_request_no": wish.number,
                "appid": self._settings.app_id,
                "stock_creator_mchid": self._settings.mch_id,
            }
        )
        status, answer = await self._call(path, body)
        if status != 200:
            raise self._meaning(status, answer)
        coupon_id = answer.get("coupon_id")
        if not isinstance(coupon_id, str) or not coupon_id:
            raise OutcomeUnknown(BAD_ANSWER, detail="no coupon_id")
        return coupon_id

    async def _call(self, path: str, body: str) -> tuple[int, dict[str, Any]]:
        now = self._clock.now()
        headers = {
            "Authorization": self._signing.authorization("POST", path, body, self._nonce(), now),
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Wechatpay-Serial": self._settings.public_key_id,
            "User-Agent": "hetang",
        }
        url = f"{self._settings.api_base}{path}"
        try:
            async with self._session.post(
                url, data=body.encode(), headers=headers, timeout=WITHIN, allow_redirects=False
            ) as response:
                said = await _whole(response.content)
                self._signing.verify(response.headers, said, self._clock.now())
                answer = json.loads(said)
        except Forged as error:
            # A proxy's page is not signed, nor is what answers a request whose own signature does not fit.
            raise OutcomeUnknown(BAD_ANSWER, detail=f"HTTP {response.status}, {error}") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise OutcomeUnknown("no_answer", detail=type(error).__name__) from error
        except ValueError as error:
            raise OutcomeUnknown(BAD_ANSWER, detail="no JSON") from error
        return response.status, answer if isinstance(answer, dict) else {}

    def _meaning(self, status: int, answer: dict[str, Any]) -> SendError:
        code, words = str(answer.get("code", "")), str(answer.get("message", ""))[:200]
        if code in OF_THE_MEMBER:
            return Undeliverable(code.lower(), detail=words)
        if status >= 500 or status == 429 or code in PASSING:
            return TryLater(code.lower() or f"http_{status}", self._clock.now() + REST, detail=words)
        # The stock's budget, its state, our key or our right to it: an operator can mend each.
        return AccountDisabled(code.lower() or f"http_{status}", detail=words)


async def _whole(stream: aiohttp.StreamReader) -> bytes:
    """Return an answer whole, in however many pieces it comes; of one too long what no signature fits."""
    said = b""
    async for piece in stream.iter_any():
        said += piece
        if len(said) > MAX_ANSWER:
            break
    return said
