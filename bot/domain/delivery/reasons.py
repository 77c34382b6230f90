"""Why a message was held or dropped: codes; their sentences stand in templates/catalogue/reasons.yaml."""

from enum import StrEnum


class Reason(StrEnum):
    """A code stored on the row and in the trail of gates; `why` shows its sentence."""

    PAUSED = "paused"  # an operator stopped every send
    FENCED = "fenced"  # the database was restored from a backup and nobody said resume yet
    PROGRAM_PAUSED = "program_paused"  # its rule or campaign is paused or a draft
    RUN_ENDED = "run_ended"  # the enrollment that queued it is over
    EXITED = "exited"  # a condition of exit_on holds now
    NO_CONSENT = "no_consent"  # no live grant for the purpose
    CONSENT_WITHDRAWN = "consent_withdrawn"  # the member said no to the purpose
    SUPPRESSED = "suppressed"  # the purpose is suppressed for the member until a time
    HUMAN_SESSION = "human_session"  # a person of ours is talking with the member
    HOLDOUT = "holdout"  # the member belongs to the group that gets no marketing
    FILTERED = "filtered"  # the rule's filter or the campaign's audience no longer holds
    WHEN_FALSE = "when_false"  # the step's `when` no longer holds
    UNFAIR_BASIS = "unfair_basis"  # the offer's basis is not among the published ones
    UNFAIR_FACT = "unfair_fact"  # the offer depends on a fact no offer may depend on
    EXPIRED = "expired"  # its time passed
    QUIET_HOURS = "quiet_hours"  # it is night where the member lives
    CAP = "cap"  # the member had as many of this purpose as the caps allow
    PRIORITY = "priority"  # a more important message of the same member took the place
    COUPON = "coupon"  # the coupon cannot be had; the code is `coupon_` and the cause, see coupon_reason
    NO_ROUTE = "no_route"  # none of its routes exists or may carry its purpose
    UNFOLLOWED = "unfollowed"  # the member cannot be reached: no address, or no longer following
    NO_WINDOW = "no_window"  # the member opened no window, or it closed
    WINDOW_USED_UP = "window_used_up"  # the open window allows no more sends
    NO_GRANT = "no_grant"  # the member gave no permission for this notice
    QUOTA = "quota"  # the route's quota for the member is used up
    NEEDS_CLAIM = "needs_claim"  # the route's text is the same for all and the coupon has no claim keyword
    AWAITS_BATCH = "awaits_batch"  # it is pooled for the route's next batch
    ALONE = "alone"  # nobody else had the same text at the batch's time
    RESTING = "resting"  # the platform asked the account or one of its APIs to rest
    BUSY = "busy"  # another call to the same member is under way
    RATE = "rate"  # the account's rate allows no more calls just now
    COOLING = "cooling"  # the same was said in the group just now
    HANDED_OFF = "handed_off"  # unreachable, so a person was asked to look
    NO_VARIANT = "no_variant"  # who refused personal messages has no text to get by this route
    UNRENDERABLE = "unrenderable"  # its template failed with the member's values
    NOTHING_NEW = "nothing_new"  # it lists items of the library, and the member was shown all there are
    POISON = "poison"  # it failed too often in ways nobody foresaw
    RETRY = "retry"  # the platform was busy; it is tried again
    DOUBTFUL = "doubtful"  # whether the call had its effect is not known, and no key protects a repeat
    NO_CHANNEL = "no_channel"  # the route's account is not connected here
    ACCOUNT_STOPPED = "account_stopped"  # the platform refuses the whole account
    CANCELLED = "cancelled"  # withdrawn before it was sent
    RESOLVED = "resolved"  # an operator said what became of it


# What waits for the time of a batch.
POOLED = frozenset({Reason.AWAITS_BATCH.value, Reason.ALONE.value})


def coupon_reason(cause: str) -> str:
    """Return the code of a coupon that cannot be had, such as ``coupon_sold_out``."""
    return f"{Reason.COUPON}_{cause}"
