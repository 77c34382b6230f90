"""What the sandbox remembers having seen: messages, calls, broken rules, and oddities of its own run."""

from collections import Counter, deque
from typing import Protocol

from bot.sandbox.clock import Clock
from bot.sandbox.shapes import Json

_LOG_LENGTH = 200_000


class Named(Protocol):
    """A member, as far as a row needs one."""

    name: str
    openid: str


class Record:
    """Four append-only lists of JSON rows, each stamped with the virtual time, and a tally of deliveries."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.outbox: list[Json] = []
        self.log: deque[Json] = deque(maxlen=_LOG_LENGTH)
        self.violations: list[Json] = []
        self.warnings: list[Json] = []
        self.tally: Counter[tuple[str, str, bool]] = Counter()

    def message(self, account: str, member: Named, route: str, kind: str, **more: object) -> Json:
        """A message that reached ``member``; ``text`` and ``content`` are always there."""
        row: Json = {
            "at": self._at(),
            "account": account,
            "member": member.name,
            "openid": member.openid,
            "route": route,
            "kind": kind,
            "text": "",
            "content": {},
            **more,
        }
        self.outbox.append(row)
        return row

    def posted(self, to: str, kind: str, *, accepted: bool) -> None:
        """One callback (``to`` an account) or webhook (``to`` its path) that was answered, or given up."""
        self.tally[to, kind, accepted] += 1

    def call(self, method: str, path: str, **more: object) -> None:
        """An API call and what was answered."""
        self.log.append({"at": self._at(), "method": method, "path": path, **more})

    def violation(self, account: str, rule: str, detail: str, **more: object) -> None:
        """A rule of the platform that the account broke by itself, not by an injected fault."""
        self.violations.append({"at": self._at(), "account": account, "rule": rule, "detail": detail, **more})

    def warning(self, detail: str, **more: object) -> None:
        """Something the person who runs the sandbox should know, such as a follower that stalled."""
        self.warnings.append({"at": self._at(), "detail": detail, **more})

    def _at(self) -> str:
        return self._clock.now().isoformat()


def masked(secret: str) -> str:
    """Enough of a secret to tell two apart, and no more."""
    return secret[:6] + "…" if len(secret) > 12 else "…"
