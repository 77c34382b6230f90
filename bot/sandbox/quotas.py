"""How often an account may call each API: per day at Shanghai's midnight, and per minute.

https://developers.weixin.qq.com/doc/service/Message_Management/API_Call_Limits.html
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from bot.sandbox.refusal import Refusal

DAILY: dict[str, int] = {
    "/cgi-bin/token": 2_000,
    "/cgi-bin/stable_token": 500_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/message/custom/typing": 500_000,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/message/subscribe/bizsend": 100_000,
    "/cgi-bin/message/mass/send": 100,
    "/cgi-bin/message/mass/sendall": 100,
    "/cgi-bin/message/mass/preview": 100,
    "/cgi-bin/media/upload": 100_000,
    "/cgi-bin/media/get": 200_000,
    "/cgi-bin/material/add_material": 1_000,
    "/cgi-bin/draft/add": 1_000,
    "/cgi-bin/menu/create": 1_000,
    "/cgi-bin/menu/get": 10_000,
    "/cgi-bin/menu/delete": 1_000,
    "/cgi-bin/qrcode/create": 100_000,
    "/cgi-bin/user/get": 500,
    "/cgi-bin/user/info": 5_000_000,
    "/cgi-bin/user/info/batchget": 5_000_000,
    "/cgi-bin/user/info/updateremark": 10_000,
}
PER_MINUTE: dict[str, int] = {
    "/cgi-bin/stable_token": 10_000,
    "/cgi-bin/message/mass/send": 60,
    "/cgi-bin/message/mass/sendall": 60,
}
# Cleared at most ten times a calendar month; 48006 from then on.
_CLEARS = 10


@dataclass(slots=True)
class Quotas:
    """Counts of one account's calls, and the limits they run into."""

    daily: dict[str, int] = field(default_factory=lambda: dict(DAILY))
    per_minute: dict[str, int] = field(default_factory=lambda: dict(PER_MINUTE))
    used: Counter[str] = field(default_factory=Counter)
    _minute: Counter[str] = field(default_factory=Counter)
    _clears: Counter[str] = field(default_factory=Counter)
    _day: str = ""
    _this_minute: str = ""

    def spend(self, path: str, now: datetime) -> None:
        """Count one call; 45009 or 45011 if it is one too many (which is not counted)."""
        self.turn(now)
        if self.used[path] >= self.daily.get(path, 1 << 62):
            raise Refusal(45009)
        if self._minute[path] >= self.per_minute.get(path, 1 << 62):
            raise Refusal(45011)
        self.used[path] += 1
        self._minute[path] += 1

    def clear(self, now: datetime) -> None:
        """Forget the day's counts, ten times a month at most."""
        month = f"{now:%Y-%m}"
        if self._clears[month] >= _CLEARS:
            raise Refusal(48006)
        self._clears[month] += 1
        self.used.clear()

    def turn(self, now: datetime) -> None:
        """Start new counts when the day or the minute has changed."""
        day, minute = f"{now:%Y-%m-%d}", f"{now:%Y-%m-%dT%H:%M}"
        if day != self._day:
            self._day = day
            self.used.clear()
        if minute != self._this_minute:
            self._this_minute = minute
            self._minute.clear()
