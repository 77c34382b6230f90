"""Names of business events: the Segment words and CloudEvents types that we know, and ours for the rest."""

import re

from bot.domain import events as kinds
from bot.web.problems import unfit

LONGEST = 80
CUSTOM = "custom."
# What a shop may tell us; the rest of our kinds (member.followed, coupon.issued, …) only we can know.
OURS = frozenset({
    kinds.ORDER_PAID, kinds.ORDER_REFUNDED, kinds.ORDER_CANCELLED, kinds.PRODUCT_VIEWED, kinds.PRODUCT_ADDED,
    kinds.COUPON_REDEEMED, kinds.COMPLAINT_OPENED, kinds.COMPLAINT_CLOSED, kinds.REFERRAL_QUALIFIED,
    kinds.ACTIVITY_JOINED, kinds.LINK_CLICKED,
})  # fmt: skip
# https://segment.com/docs/connections/spec/ecommerce/v2/
_SYNONYMS = {
    "order_completed": kinds.ORDER_PAID,
    "order_canceled": kinds.ORDER_CANCELLED,
    "product_clicked": kinds.PRODUCT_VIEWED,
    "product_added_to_cart": kinds.PRODUCT_ADDED,
    "complaint": kinds.COMPLAINT_OPENED,
}
_WORDS = {kind.replace(".", "_"): kind for kind in OURS} | _SYNONYMS
# A reversed domain in front of a CloudEvents type, such as com.shop.
_DOMAINS = frozenset({"com", "cn", "org", "net", "io", "dev", "app", "co", "shop", "me", "biz"})


def kind_of_name(name: str, path: str) -> str:
    """Return our kind for ``Order Completed``; a name we don't know becomes ``custom.<snake_case>``."""
    word = _snake(name)
    if not word:
        raise unfit("bad_event", path, "name the event, such as Order Completed")
    if len(word) > LONGEST:
        raise unfit("bad_event", path, f"name the event in at most {LONGEST} letters")
    return _WORDS.get(word, f"{CUSTOM}{word}")


def kind_of_type(name: str, path: str) -> str:
    """Return our kind for a CloudEvents type such as ``com.shop.order.paid`` or ``com.shop.signup``."""
    labels = name.split(".")
    if labels[0].lower() in _DOMAINS and len(labels) > 2:
        labels = labels[2:]
    if labels[0].lower() == "custom" and len(labels) > 1:
        labels = labels[1:]
    return kind_of_name(" ".join(labels), path)


def _snake(name: str) -> str:
    """Return lower-case ASCII words joined by underscores; other letters by their code point."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name.strip())
    spelled = "".join(
        letter if letter.isascii() else f" u{ord(letter):04x} " if letter.isalnum() else " "
        for letter in split
    )
    return re.sub(r"[^a-z0-9]+", "_", spelled.lower()).strip("_")
