"""The ledger of deliveries: what waits, what is being sent, what became of it."""

from storage.outbox.brakes import pause_program, resume_program
from storage.outbox.claim import Claimed, claim_due
from storage.outbox.doubts import BEAT, DEAD_AFTER, Unknown, adopt, beat, resolve, unknown
from storage.outbox.judgement import Ask, ContendedError
from storage.outbox.mass import adopt_batches, close_batch, store_batch
from storage.outbox.queue import at_rest, cancel, end_waits, enqueue, next_due, park, wake_held, wake_waiting
from storage.outbox.results import record

__all__ = [
    "BEAT",
    "DEAD_AFTER",
    "Ask",
    "Claimed",
    "ContendedError",
    "Unknown",
    "adopt",
    "adopt_batches",
    "at_rest",
    "beat",
    "cancel",
    "claim_due",
    "close_batch",
    "end_waits",
    "enqueue",
    "next_due",
    "park",
    "pause_program",
    "record",
    "resolve",
    "resume_program",
    "store_batch",
    "unknown",
    "wake_held",
    "wake_waiting",
]
