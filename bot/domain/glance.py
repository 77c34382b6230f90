"""A glance at a member: the few facts that deciding a repeated event asks for.

Most events are a member saying something again, and change nothing but counts and windows. They are
decided on a glance. Whatever asks for a fact that a glance does not hold raises `Unread`, and the event
is decided anew with everything known; deciding is pure, so having tried costs nothing but time.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.domain.lifecycle.enrollment import Enrollment
from bot.domain.members import Consent, Member, Tag
from bot.domain.value import value

NOTHING: Mapping[str, Any] = MappingProxyType({})
_STANDING = frozenset({"tags", "consents", "suppressed"})


class Unread(AttributeError):
    """A fact was asked for that the glance at this member did not read."""


@value
class Stance:
    """What of a member stands for a while: tags, consents, what is silenced until when."""

    tags: Mapping[str, Tag]
    consents: Mapping[str, Consent]
    suppressed: Mapping[str, datetime]


class Glance(Member):
    """A member of whom little was read: a slot that was not filled raises `Unread` when it is asked for.

    `last` says when the member last did each kind of event at hand; `concerned` are the runs that such
    an event may concern, which is not all of them.
    """

    __slots__ = ("_concerned", "_last", "_stance")
    _concerned: tuple[Enrollment, ...]
    _last: Mapping[str, datetime]
    _stance: Stance

    def __init__(
        self,
        member_id: int,
        zone: str | None,
        review_at: datetime | None,
        last: Mapping[str, datetime],
        concerned: tuple[Enrollment, ...],
        stance: Stance,
        repeats_at: datetime | None = None,
    ) -> None:
        """Fill what was read, and nothing else."""
        self.id, self.zone = member_id, zone  # type: ignore[misc]  # slots are filled once, here
        self.review_at, self.repeats_at = review_at, repeats_at  # type: ignore[misc]  # slots are filled once, here
        self._last, self._concerned, self._stance = last, concerned, stance

    @property
    def concerned(self) -> tuple[Enrollment, ...]:
        """Return the runs that were read."""
        return self._concerned

    def did(self, kind: str, at: datetime, amount: int = 0) -> "Glance":
        """Return the member after one more event."""
        del amount
        before = self._last.get(kind)
        if before is None:
            raise Unread(kind)
        last = {**self._last, kind: max(before, at)}
        return Glance(self.id, self.zone, self.review_at, last, self._concerned, self._stance, before)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the facts are
        """Return what stands, and refuse what was not read."""
        if name in _STANDING:
            return getattr(self._stance, name)
        raise Unread(name)
