"""Noticing a platform that ails: each further call would only be one more whose outcome nobody knows."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

# So many calls in doubt in a row are no chance any more.
IN_A_ROW = 3
REST = timedelta(seconds=30)
LONGEST = timedelta(minutes=5)
# So many understood in a row, and it is well again.
WELL = 3


@dataclass(slots=True)
class _Account:
    doubts: int = 0
    understood: int = 0
    rests: int = 0
    until: datetime | None = None


@dataclass(slots=True)
class Ailing:
    """Counts calls in doubt an account; rests grow until calls are understood again."""

    _accounts: dict[str, _Account] = field(default_factory=dict)

    def understood(self, account: str) -> None:
        """Note a call whose outcome is known, whatever it is."""
        found = self._accounts.get(account)
        if found is None:
            return
        found.doubts, found.understood = 0, found.understood + 1
        if found.understood >= WELL:
            del self._accounts[account]

    def doubted(self, account: str, now: datetime) -> datetime | None:
        """Note a call in doubt; return until when the account should rest, None if it may go on."""
        found = self._accounts.setdefault(account, _Account())
        found.doubts, found.understood = found.doubts + 1, 0
        if found.doubts < IN_A_ROW:
            return None
        if found.until is None or found.until <= now:
            found.until = now + min(REST * 2**found.rests, LONGEST)
            found.rests = min(found.rests + 1, 8)
        return found.until
