"""WeChat Pay tells a merchant that a coupon was used.

https://pay.weixin.qq.com/docs/merchant/apis/cash-coupons/check-notice.html
"""

import json
from typing import TYPE_CHECKING

from aiohttp import ClientError, ClientTimeout

if TYPE_CHECKING:
    from bot.sandbox.sides.payment import PaymentSide

TIMES = 9
EVERY_S = 60.0
_WITHIN_S = 5


async def notify(
    side: "PaymentSide", stock_id: str, coupon_id: str, transaction_id: str, told: int = 1
) -> int:
    """Tell it once now, and again each minute until it is taken; return how it was answered (0: not)."""
    world, now = side.world, side.world.clock.now()
    resource = {
        "stock_creator_mchid": side.mch_id, "stock_id": stock_id, "coupon_id": coupon_id, "status": "USED",
        "consume_information": {
            "consume_time": now.isoformat(), "consume_mchid": side.mch_id, "transaction_id": transaction_id,
        },
    }  # fmt: skip
    sealed = side.keys.sealed(json.dumps(resource).encode(), world.chance.text(12), "coupon")
    body = json.dumps({
        "id": world.rid(), "create_time": now.isoformat(), "event_type": "COUPON.USE",
        "resource_type": "encrypt-resource", "summary": "代金券核销通知", "resource": sealed,
    }).encode()  # fmt: skip
    headers = side.keys.headers(body, int(now.timestamp()), world.chance.text(32))
    headers["Content-Type"] = "application/json"
    try:
        async with world.session.post(
            side.notify_url, data=body, headers=headers, timeout=ClientTimeout(total=_WITHIN_S)
        ) as answer:
            status = answer.status
    except (ClientError, TimeoutError, OSError):
        status = 0
    world.record.posted(side.name, "COUPON.USE", accepted=status == 200)
    if status != 200 and told < TIMES:

        async def again() -> None:
            await notify(side, stock_id, coupon_id, transaction_id, told + 1)

        world.later(EVERY_S, side.name, again)
    return status
