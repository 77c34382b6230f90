"""What members and the shop do, as the script has it, and how that is told to the sandbox."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

Fields = Mapping[str, object]

SAY, FOLLOW, UNFOLLOW, CLICK, SCAN, ANSWER_POPUP = "say", "follow", "unfollow", "click", "scan", "subscribe"
VISIT = "visit"
ORDER, REFUND, REDEEM, VIEW, IDENTIFY, ALIAS = "order", "refund", "redeem", "view", "identify", "alias"
# What the shop's own system tells, over signed webhooks; everything else the platform tells.
BY_SHOP = frozenset({ORDER, REFUND, REDEEM, VIEW, IDENTIFY, ALIAS})
_EVENTS = {
    ORDER: "Order Completed",
    REFUND: "Order Refunded",
    REDEEM: "Coupon Redeemed",
    VIEW: "Product Viewed",
}


@dataclass(frozen=True, slots=True)
class Act:
    """One act of the member called `who`; `fields` go to the sandbox or into the webhook's properties."""

    at: datetime
    who: str
    do: str
    fields: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wire:
    """Turns acts into the sandbox's scheduled actions; `base` and `secret` are the bot's webhooks."""

    account: str
    base: str
    secret: str

    def action(self, act: Act, number: int, address: str) -> dict[str, object]:
        """Return the action; `number` makes its message id, `address` is the member's at the platform."""
        at = act.at.isoformat()
        if act.do not in BY_SHOP:
            return {"at": at, "do": act.do, "account": self.account, "from": act.who, **act.fields}
        kind = act.do if act.do in (IDENTIFY, ALIAS) else "track"
        body: dict[str, object] = {
            "type": kind,
            "messageId": f"demo-{number}-{act.who}",
            "userId": act.fields.get("userId") or f"{self.account}:{address}",
            "timestamp": at,
        }
        rest = {key: value for key, value in act.fields.items() if key != "userId"}
        if kind == "track":
            body |= {"event": _EVENTS[act.do], "properties": rest}
        else:
            body |= rest
        return {
            "at": at,
            "do": "webhook",
            "lane": act.who,
            "url": f"{self.base}/v1/{kind}",
            "secret": self.secret,
            "id": f"msg_demo_{number}",
            "body": body,
        }
