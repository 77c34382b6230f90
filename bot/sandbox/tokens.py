"""Access tokens: the stable kind and the old kind, which know nothing of each other.

https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.html
https://developers.weixin.qq.com/doc/service/en/Basic_Information/Get_access_token.html
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.chance import Chance
from bot.sandbox.refusal import Refusal

_LIFE = timedelta(seconds=7200)
_OVERLAP = timedelta(minutes=5)
_FORCED_PER_DAY, _FORCED_APART = 20, timedelta(seconds=30)


@dataclass(slots=True)
class Token:
    """One issued token: it ends at ``ends``, or at ``replaced`` because of a newer one."""

    value: str
    account: str
    issued: datetime
    ends: datetime
    replaced: datetime | None = None


class Tokens:
    """All tokens of all accounts."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._issued: dict[str, Token] = {}
        self._stable: dict[str, Token] = {}
        self._plain: dict[str, Token] = {}
        self._forced: Counter[tuple[str, str]] = Counter()
        self._forced_at: dict[str, datetime] = {}

    def account_of(self, value: str, now: datetime) -> str:
        """The account that may call with ``value``; 41001, 40014, 42001 or 40001 otherwise."""
        if not value:
            raise Refusal(41001)
        token = self._issued.get(value)
        if token is None:
            raise Refusal(40001 if len(value) >= 64 else 40014)
        if now >= token.ends:
            raise Refusal(42001)
        if token.replaced is not None and now >= token.replaced:
            raise Refusal(40001)
        return token.account

    def stable(self, account: str, now: datetime, *, force: bool) -> Token:
        """The stable token: the same within its life, renewed 5 minutes early; 20 forced ones a day."""
        held = self._stable.get(account)
        if force:
            self._count_force(account, now)
            if held is not None:
                held.replaced = now
        elif held is not None and now < held.ends - _OVERLAP and held.replaced is None:
            return held
        self._stable[account] = self._issue(account, now)
        return self._stable[account]

    def plain(self, account: str, now: datetime) -> Token:
        """A new old-style token; the one before lives 5 more minutes."""
        held = self._plain.get(account)
        if held is not None:
            held.replaced = now + _OVERLAP
        self._plain[account] = self._issue(account, now)
        return self._plain[account]

    def revoke(self, account: str, now: datetime) -> None:
        """Make every token of ``account`` invalid, as when another system forces a refresh."""
        for token in self._issued.values():
            if token.account == account:
                token.replaced = now

    def _count_force(self, account: str, now: datetime) -> None:
        last = self._forced_at.get(account)
        if last is not None and now - last < _FORCED_APART:
            raise Refusal(45011)
        today = (account, f"{now:%Y-%m-%d}")
        if self._forced[today] >= _FORCED_PER_DAY:
            raise Refusal(45009)
        self._forced[today] += 1
        self._forced_at[account] = now

    def _issue(self, account: str, now: datetime) -> Token:
        token = Token(f"{len(self._issued)}_" + self._chance.text(130), account, now, now + _LIFE)
        self._issued[token.value] = token
        return token
