"""The ledger of deliveries: what waits, what is being sent, what became of it."""

from storage.outbox.brakes import pause_program, resume_program
from storage.outbox.claim import Claimed, claim_due
from storage.outbox.doubts import BEAT, DEAD_AFTER, Unknown, adopt, beat, resolve, unknown
from storage.outbox.judgement import Ask, ContendedError
from storage.outbox.mass import adopt_batches, close_batch, store_batch
from storage.outbox.queue import Ahead, ahead, cancel, end_waits, enqueue, park, wake_held, wake_waiting
from storage.outbox.results import record
from storage.outbox.stocking import stocked

__all__ = [
    "BEAT",
    "DEAD_AFTER",
    "Ahead",
    "Ask",
    "Claimed",
    "ContendedError",
    "Unknown",
    "adopt",
    "adopt_batches",
    "ahead",
    "beat",
    "cancel",
    "claim_due",
    "close_batch",
    "end_waits",
    "enqueue",
    "park",
    "pause_program",
    "record",
    "resolve",
    "resume_program",
    "stocked",
    "store_batch",
    "unknown",
    "wake_held",
    "wake_waiting",
]
