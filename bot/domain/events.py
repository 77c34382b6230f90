"""What happened: the one shape every platform and webhook is normalised to."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from bot.domain.identity import Identity
from bot.domain.value import value

Scalar = str | int | float | bool | None

FOLLOWED = "member.followed"
UNFOLLOWED = "member.unfollowed"
MESSAGE = "member.message"
MENU_CLICK = "member.menu_click"
SCANNED = "member.scanned"
JOINED_GROUP = "member.joined_group"
LEFT_GROUP = "member.left_group"
GROUP_MESSAGE = "group.message"
CONSENT_GRANTED = "consent.granted"
CONSENT_WITHDRAWN = "consent.withdrawn"
TAG_ADDED = "tag.added"
TAG_REMOVED = "tag.removed"
STAGE_CHANGED = "stage.changed"
ORDER_PAID = "order.paid"
ORDER_REFUNDED = "order.refunded"
ORDER_CANCELLED = "order.cancelled"
PRODUCT_VIEWED = "product.viewed"
PRODUCT_ADDED = "product.added"
COUPON_ISSUED = "coupon.issued"
COUPON_REDEEMED = "coupon.redeemed"
COUPON_EXPIRED = "coupon.expired"
COMPLAINT_OPENED = "complaint.opened"
COMPLAINT_CLOSED = "complaint.closed"
REFERRAL_QUALIFIED = "referral.qualified"
ACTIVITY_JOINED = "activity.joined"
LINK_CLICKED = "link.clicked"
# Enough points were earned for a higher level; points were not used in time, or soon will not have been.
LEVEL_REACHED = "level.reached"
POINTS_EXPIRED = "points.expired"
POINTS_EXPIRING = "points.expiring"
# A draw at a time was drawn, and this member won.
DRAW_WON = "draw.won"
# A member gave a score they were asked for.
SURVEY_ANSWERED = "survey.answered"
# The group that a member buys with is full, or was not filled in time.
GROUP_BUY_FILLED = "group_buy.filled"
GROUP_BUY_EXPIRED = "group_buy.expired"
# What a platform tells about itself or our sends; never a condition of a rule.
SUBSCRIPTION_ANSWERED = "subscription.answered"
DELIVERY_RECEIPT = "delivery.receipt"
ERASURE_ASKED = "privacy.erasure_asked"
# The member asked us to forget them and was asked whether they mean it.
ERASURE_WISHED = "privacy.erasure_wished"
# A shop's system told us traits of a member, or two names of one.
IDENTIFIED = "member.identified"
# Taken over from a file or a platform's list; always silent.
IMPORTED = "member.imported"
# A member said the word that binds operators, with some code.
BIND_TRIED = "operator.bind_tried"
# Somebody who was bound as an operator wrote a command: not a member's message, but it opens what one opens.
COMMANDED = "operator.commanded"
# A group got a name, an owner or a notice, or is gone; what was said in it was taken back.
GROUP_CHANGED = "group.changed"
GROUP_RECALLED = "group.recalled"
# Somebody was in a group before we knew it.
SEEN_IN_GROUP = "group.member_seen"
# Somebody has said nothing in their groups for long.
QUIET_IN_GROUP = "member.quiet_in_group"
# A customer let the company keep what they say, or no longer does.
ARCHIVE_AGREED = "archive.agreed"
ARCHIVE_DISAGREED = "archive.disagreed"

# A person of ours began, or ended, a talk with the member.
HUMAN_BEGAN = "human.began"
HUMAN_ENDED = "human.ended"

# Something a person said, wherever.
SAID = frozenset({MESSAGE, GROUP_MESSAGE})

KNOWN_KINDS = frozenset({
    FOLLOWED, UNFOLLOWED, MESSAGE, MENU_CLICK, SCANNED, JOINED_GROUP, LEFT_GROUP, GROUP_MESSAGE,
    QUIET_IN_GROUP, CONSENT_GRANTED, CONSENT_WITHDRAWN, TAG_ADDED, TAG_REMOVED, STAGE_CHANGED, ORDER_PAID,
    ORDER_REFUNDED, ORDER_CANCELLED, PRODUCT_VIEWED, PRODUCT_ADDED, COUPON_ISSUED, COUPON_REDEEMED,
    COUPON_EXPIRED, COMPLAINT_OPENED, COMPLAINT_CLOSED, REFERRAL_QUALIFIED, ACTIVITY_JOINED, LINK_CLICKED,
    HUMAN_BEGAN, HUMAN_ENDED, LEVEL_REACHED, POINTS_EXPIRED, POINTS_EXPIRING, DRAW_WON,
    GROUP_BUY_FILLED, GROUP_BUY_EXPIRED, SURVEY_ANSWERED,
})  # fmt: skip

# What the member does by their own will; these make a member "active" (`did: any`).
OWN_ACTS = frozenset({
    FOLLOWED, MESSAGE, MENU_CLICK, SCANNED, JOINED_GROUP, GROUP_MESSAGE, ORDER_PAID, PRODUCT_VIEWED,
    PRODUCT_ADDED, COUPON_REDEEMED, REFERRAL_QUALIFIED, ACTIVITY_JOINED, LINK_CLICKED, SURVEY_ANSWERED,
})  # fmt: skip


@value
class InboundEvent:
    """One thing that happened to one member, whatever platform told us.

    `key` is unique per account for ever: the same key again is a platform's retry. One that holds
    ``:@`` and 16 hexadecimal digits says by them where it stands in time, roughly. `account` is the
    configured account name, or ``webhook``, ``console``, ``import``, ``clock``. `known_as` is who it
    happened to; `also_known_as` are identities the same message proves. `platform_kind` keeps the
    platform's own word for what has no name of ours. `amount` is money in minor units (分).
    `traits` are attributes to set on the member. `silent` events change facts but are never shown to
    rules or handlers (an import of old data). `group` is where it was said or happened, empty for a talk of
    two, and `mentions_bot` whether it was said to us there. What `needs_agreement` leaves no trace of a
    member who did not agree to be kept.
    """

    key: str
    account: str
    kind: str
    at: datetime
    known_as: Identity
    text: str = ""
    properties: Mapping[str, Scalar] = field(default_factory=dict)
    amount: int = 0
    also_known_as: tuple[Identity, ...] = ()
    traits: Mapping[str, Scalar] = field(default_factory=dict)
    platform_kind: str = ""
    can_reply: bool = False
    silent: bool = False
    group: Identity = ""
    mentions_bot: bool = False
    needs_agreement: bool = False


@value
class Moment:
    """An event as the member's history keeps it: kind, time, money in minor units, properties."""

    kind: str
    at: datetime
    amount: int = 0
    properties: Mapping[str, Scalar] = field(default_factory=dict)
