"""Read models for people: counts by day, ready to be drawn. Nothing here writes.

Rows are grouped by hour of UTC in the database and summed to the reader's days afterwards, so that a
table of any size comes back as a few thousand rows, by one statement on both databases.
"""

from storage.reports.costs import coupon_costs
from storage.reports.dwelling import stays
from storage.reports.happenings import CouponCount, EventCount, coupons, inbound, totals
from storage.reports.ledgers import Audit, audited
from storage.reports.proofs import Books, Delivery, books, deliveries
from storage.reports.pushes import Push, PushCount, latest_pushes, outbox_states, pushes
from storage.reports.stages import Flow, Move, flow_of, stage_counts, stage_flow, stage_moves
from storage.reports.touches import orders_and_touches

__all__ = [
    "Audit",
    "Books",
    "CouponCount",
    "Delivery",
    "EventCount",
    "Flow",
    "Move",
    "Push",
    "PushCount",
    "audited",
    "books",
    "coupon_costs",
    "coupons",
    "deliveries",
    "flow_of",
    "inbound",
    "latest_pushes",
    "orders_and_touches",
    "outbox_states",
    "pushes",
    "stage_counts",
    "stage_flow",
    "stage_moves",
    "stays",
    "totals",
]
