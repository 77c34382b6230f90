"""When a member may be written to, and how often.

https://developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage : 5 messages within
48 h of a member's message; 3 within 1 min of a follow, a scan, or a click on a CLICK or scancode menu entry.
Whether allowances add up is not documented for official accounts; here, as for mini programs, the larger
allowance and the later end win.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

_MESSAGE = (5, timedelta(hours=48))
_GESTURE = (3, timedelta(minutes=1))
_GESTURES = frozenset({"subscribe", "SCAN", "CLICK", "scancode_push", "scancode_waitmsg"})


@dataclass(slots=True)
class Window:
    """What customer-service messages one member may still get."""

    left: int = 0
    until: datetime | None = None

    def open(self, now: datetime, allowance: int, lasts: timedelta) -> None:
        """The member did something: the larger of the two allowances and the later of the two ends hold."""
        if self.until is None or self.until <= now:
            self.left, self.until = allowance, now + lasts
        else:
            self.left, self.until = max(self.left, allowance), max(self.until, now + lasts)

    def after_message(self, now: datetime) -> None:
        """The member wrote."""
        self.open(now, *_MESSAGE)

    def after_event(self, now: datetime, event: str) -> None:
        """Most events open nothing; the gestures in the table above do."""
        if event in _GESTURES:
            self.open(now, *_GESTURE)

    def close(self) -> None:
        """The member left."""
        self.left, self.until = 0, None

    def is_open(self, now: datetime) -> bool:
        """Whether the time, if not the allowance, still permits a message."""
        return self.until is not None and now < self.until
