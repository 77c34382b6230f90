"""What became of earlier sends, and which subscription templates a member accepted.

https://developers.weixin.qq.com/doc/service/guide/product/subscription_messages/push.md
"""

from collections.abc import Mapping

from bot.channels._official.fields import MAX_VALUE, text_at
from bot.channels._official.vocabulary import MASS_RECEIPT, SUBSCRIPTION_RECEIPT
from bot.channels._wechat.xml import Tree
from bot.domain.events import Scalar

_WRAPPERS = ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent")
_METHODS = {MASS_RECEIPT: "mass", SUBSCRIPTION_RECEIPT: "subscription_notice"}
_MASS_DONE = ("send success", "sendsuccess")


def receipts(name: str, tree: Tree, found: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """Return the common properties of a receipt: `method`, `platform_id`, `status`, `delivered`."""
    method = _METHODS.get(name, "template_message")
    if name == SUBSCRIPTION_RECEIPT:
        return {"method": method, **_subscription_receipt(tree)}
    status = str(found.get("status", ""))
    done = status in _MASS_DONE if name == MASS_RECEIPT else status == "success"
    return {"method": method, "delivered": done}


def answers(tree: Tree) -> dict[str, Scalar]:
    """Return which templates were accepted and refused, platform ids separated by spaces.

    When there was one question only, `template` and `accept` say the same more simply.
    """
    asked = [(text_at(row, "TemplateId"), text_at(row, "SubscribeStatusString")) for row in rows(tree)]
    accepted = [template for template, status in asked if template and status == "accept"]
    refused = [template for template, status in asked if template and status != "accept"]
    found: dict[str, Scalar] = {
        "accepted": " ".join(accepted)[:MAX_VALUE],
        "refused": " ".join(refused)[:MAX_VALUE],
    }
    if len(accepted) + len(refused) == 1:
        found |= {"template": (accepted or refused)[0][:MAX_VALUE], "accept": bool(accepted)}
    return found


def rows(tree: Tree) -> list[Tree]:
    """Return the rows of a subscription event; the platform sends one `List` element a row."""
    for wrapper in _WRAPPERS:
        inner = tree.get(wrapper)
        listed = inner.get("List") if isinstance(inner, dict) else None
        if isinstance(listed, list):
            return [row for row in listed if isinstance(row, dict)]
    return []


def _subscription_receipt(tree: Tree) -> dict[str, Scalar]:
    # One call sends one notice to one member, so its receipt has one row.
    for row in rows(tree):
        code = text_at(row, "ErrorCode")
        status = text_at(row, "ErrorStatus")
        return {
            "platform_id": text_at(row, "MsgID")[:MAX_VALUE],
            "template": text_at(row, "TemplateId")[:MAX_VALUE],
            "status": (status if code == "0" else f"{code} {status}").strip()[:MAX_VALUE],
            "delivered": code == "0",
        }
    return {"delivered": False, "status": ""}
