"""A glance at a member: the few facts that deciding a repeated event asks for.

Most events are a member saying something again, and change nothing but counts and windows. They are
decided on a glance. Whatever asks for a fact that a glance does not hold raises `Unread`, and the event
is decided anew with everything known; deciding is pure, so having tried costs nothing but time.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NoReturn

from bot.domain.lifecycle.enrollment import Enrollment
from bot.domain.members import Member, Tag


class Unread(AttributeError):
    """A fact was asked for that the glance at this member did not read."""


class Glance(Member):
    """A member of whom little was read: a slot that was not filled raises `Unread` when it is asked for.

    `last` says when the member last did each kind of event at hand; `concerned` are the runs that such
    an event may concern, which is not all of them.
    """

    __slots__ = ("_concerned", "_last")
    _concerned: tuple[Enrollment, ...]
    _last: Mapping[str, datetime]

    def __init__(
        self,
        member_id: int,
        zone: str | None,
        review_at: datetime | None,
        last: Mapping[str, datetime],
        concerned: tuple[Enrollment, ...],
        tags: Mapping[str, Tag],
        repeats_at: datetime | None = None,
    ) -> None:
        """Fill what was read, and nothing else."""
        put = object.__setattr__  # to the type checker a value is frozen
        put(self, "id", member_id)
        put(self, "zone", zone)
        put(self, "review_at", review_at)
        put(self, "tags", tags)
        put(self, "repeats_at", repeats_at)
        put(self, "_last", last)
        put(self, "_concerned", concerned)

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
        return Glance(self.id, self.zone, self.review_at, last, self._concerned, self.tags, before)

    def __getattr__(self, name: str) -> NoReturn:
        """Refuse what was not read."""
        raise Unread(name)
