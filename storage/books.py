"""What outlives a member's name: ledgers that must balance, and show for years what was given to a number."""

from bot.domain.events import (
    CONSENT_GRANTED,
    CONSENT_WITHDRAWN,
    COUPON_EXPIRED,
    COUPON_ISSUED,
    COUPON_REDEEMED,
    ORDER_CANCELLED,
    ORDER_PAID,
    ORDER_REFUNDED,
)
from storage.tables import table
from storage.tables.activities import DrawEntryRow, PartyMemberRow, ReferralRow
from storage.tables.points import PointAccountRow, PointChangeRow

# Kept under the member number: trade records (E-Commerce Law 31), consents (PIPL 14), coupons given.
LAWFUL = (
    ORDER_PAID, ORDER_REFUNDED, ORDER_CANCELLED, CONSENT_GRANTED, CONSENT_WITHDRAWN, COUPON_ISSUED,
    COUPON_REDEEMED, COUPON_EXPIRED,
)  # fmt: skip
# Points; draws, which the law wants shown for two years; coupons bought together; and who was brought by
# whom, since nobody is new twice.
BOOKS = frozenset(
    table(one) for one in (PointChangeRow, PointAccountRow, DrawEntryRow, PartyMemberRow, ReferralRow)
)
