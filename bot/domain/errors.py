"""Every failure the program names, drawn once.

    HetangError
      ConfigError            the file, a template or a plug-in is wrong; start-up stops, exit 2
      CallbackRejected       not authentic or malformed: answer `status`, store nothing
        CallbackMalformed    400
        CallbackTooLarge     413
      CallbackUnintelligible authentic but not understood: answer success, keep it in quarantine
      StorageUnavailable     nothing was stored: answer 503, let the platform retry
      SendError              leaves named by what the caller must do
        TryLater             keep the row, try at `retry_at`
        Undeliverable        give up on this row; `reason` says what else is known
        OutcomeUnknown       it may have been sent; never resend by itself
        AccountDisabled      stop the whole account (or one API of it) and call an operator
      NoSuchMember           a person asked for a member that is not there

Leaves carry a `reason`: a short code that `why` shows, with its sentence in the catalogue.
"""

from datetime import datetime


class HetangError(Exception):
    """Any failure this program names."""


class ConfigError(HetangError):
    """The configuration cannot be used; each problem is one line that starts with its path."""

    def __init__(self, problems: list[str]) -> None:
        """Keep the problems; the message is all of them."""
        super().__init__("\n".join(problems))
        self.problems = problems


class CallbackRejected(HetangError):
    """A callback that is not authentic: 403, nothing stored, the same short answer always."""

    status = 403

    def __init__(self, reason: str) -> None:
        """Keep the reason for the counter; it is never shown to the caller."""
        super().__init__(reason)
        self.reason = reason


class CallbackMalformed(CallbackRejected):
    """A callback whose shape is wrong before anything was authenticated."""

    status = 400


class CallbackTooLarge(CallbackRejected):
    """A callback over the size limit."""

    status = 413


class CallbackUnintelligible(HetangError):
    """An authentic callback that could not be understood; it goes to quarantine, answered success."""

    def __init__(self, reason: str, key: str, body: bytes) -> None:
        """Keep what the quarantine row needs: a reason code, the dedupe key and the decrypted bytes."""
        super().__init__(reason)
        self.reason = reason
        self.key = key
        self.body = body


class StorageUnavailable(HetangError):
    """The database is gone or full; nothing was stored and nothing may be acknowledged."""


class SendError(HetangError):
    """A send that did not end in a plain success."""

    def __init__(self, reason: str, *, code: int | None = None, detail: str = "") -> None:
        """Keep the reason code, the platform's numeric code and its words (already free of secrets)."""
        super().__init__(f"{reason} ({code}): {detail}" if code is not None else f"{reason}: {detail}")
        self.reason = reason
        self.code = code
        self.detail = detail


class TryLater(SendError):
    """Nothing was sent; the same row may be tried again at `retry_at`.

    `scope` says what rests until then: ``message``, ``member``, ``api`` (this route of the account)
    or ``account``. `slower` asks to halve the account's rate.
    """

    def __init__(
        self,
        reason: str,
        retry_at: datetime,
        *,
        scope: str = "message",
        slower: bool = False,
        code: int | None = None,
        detail: str = "",
    ) -> None:
        """Keep when and how widely to rest."""
        super().__init__(reason, code=code, detail=detail)
        self.retry_at = retry_at
        self.scope = scope
        self.slower = slower


class Undeliverable(SendError):
    """Nothing was sent and this row never will be by this route.

    `correction` names what the ledger must learn: ``close_window``, ``empty_window``, ``empty_grant``,
    ``unfollowed``, ``refused``, ``invalid_member``, ``disable_template``, ``reupload_media`` or nothing.
    """

    def __init__(
        self, reason: str, *, correction: str = "", code: int | None = None, detail: str = ""
    ) -> None:
        """Keep the correction for the ledger."""
        super().__init__(reason, code=code, detail=detail)
        self.correction = correction


class OutcomeUnknown(SendError):
    """The call may have had its effect; only a platform key makes a resend harmless."""


class AccountDisabled(SendError):
    """The platform refuses the whole account or API: stop sending there and tell an operator."""


class NoSuchMember(HetangError):
    """No member answers to this name."""
