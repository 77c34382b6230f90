"""The ledger of deliveries: what waits, what is being sent, what became of it."""

from storage.outbox.claim import Claimed, claim_due
from storage.outbox.doubts import Unknown, adopt, beat, resolve, unknown
from storage.outbox.judgement import Ask, ContendedError
from storage.outbox.queue import cancel, enqueue, next_due, wake_held, wake_waiting
from storage.outbox.results import record

__all__ = [
    "Ask",
    "Claimed",
    "ContendedError",
    "Unknown",
    "adopt",
    "beat",
    "cancel",
    "claim_due",
    "enqueue",
    "next_due",
    "record",
    "resolve",
    "unknown",
    "wake_held",
    "wake_waiting",
]
