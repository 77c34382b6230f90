"""Members in a real database, and the rules' passes over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select, select

from bot.domain.events import InboundEvent, Scalar
from bot.domain.folding import fold
from bot.domain.lifecycle.decide import decide
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.outbox import OutboxState
from storage import effects, enrollments, events, members
from storage.database import Connection, Database
from storage.members import Wanted
from storage.tables import table
from storage.tables.delivery import OutboxRow
from storage.tables.lifecycle import EnrollmentRow
from storage.tables.members import MemberRow
from tests.unit.lifecycle.community import NOW, STAGES, book_of

OUTBOX, RUN, MEMBER = table(OutboxRow), table(EnrollmentRow), table(MemberRow)


@contextmanager
def opened(url: str) -> Iterator[Database]:
    with Database.open(url) as database:
        yield database


class Town:
    """A database with members and a book of rules."""

    def __init__(self, database: Database, rules: str, stages: str = STAGES) -> None:
        self.database = database
        self.book: Rulebook = book_of(rules, stages)
        self.now = NOW
        self._count = 0

    def settle(self, count: int, **columns: object) -> None:
        """Members 1 to `count`, known since now unless said otherwise, as an import leaves them."""
        self.settle_more(1, count, **columns)

    def settle_more(self, first: int, last: int, **columns: object) -> None:
        """Members `first` to `last` as well."""
        rows = [
            {**members.new_member(self.now), **columns, "id": number} for number in range(first, last + 1)
        ]
        self.database.transact(lambda c: c.execute(MEMBER.insert(), rows))

    def hear(
        self, kind: str, who: int, properties: Mapping[str, Scalar] | None = None, text: str = ""
    ) -> None:
        """An event of a member is handled in a transaction, as the dispatcher does."""
        self._count += 1
        event = InboundEvent(
            f"t{self._count}", "shop", kind, self.now, f"member:m{who}", text, properties or {}
        )

        def work(c: Connection) -> None:
            wanted = Wanted(self.book.moment_kinds, self.book.moment_window)
            member = members.load(c, [who], wanted, self.now)[who].did(kind, self.now)
            found = decide(self.book, event, member, self.now)
            for effect in found:
                member = fold(member, effect)
            events.append(c, [events.Happened.of(who, event)], self.now)
            effects.apply(c, [found], self.now)

        self.database.transact(work)

    def finish_messages(self, state: OutboxState = OutboxState.SENT) -> int:
        """Every waiting row becomes final, as the sender does it; return how many."""

        def work(c: Connection) -> int:
            keys = list(c.execute(select(OUTBOX.c.key).where(OUTBOX.c.state == "queued")).scalars())
            c.execute(OUTBOX.update().where(OUTBOX.c.key.in_(keys)).values(state=state.value))
            enrollments.wake(c, keys, self.now)
            return len(keys)

        return self.database.transact(work)

    def rows(self, query: Select[Any]) -> list[tuple[Any, ...]]:
        return self.database.transact(lambda c: [tuple(row) for row in c.execute(query)])

    def runs(self) -> list[tuple[str, str, str]]:
        """(id, state, step) of every run."""
        return self.rows(select(RUN.c.id, RUN.c.state, RUN.c.step).order_by(RUN.c.id))

    def messages(self) -> list[str]:
        return [key for (key,) in self.rows(select(OUTBOX.c.key).order_by(OUTBOX.c.key))]
