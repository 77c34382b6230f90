"""The watch: once a minute it looks for trouble, keeps the alerts, and tells the operators in chat."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.config import Config
from bot.domain.alarms import CRITICAL, alarms
from bot.domain.clock import SystemClock, monotonic
from bot.domain.delivery.policy import SERVICE
from bot.domain.delivery.routes import TALKS
from bot.domain.identity import split
from bot.domain.outbox import OutboxMessage, Unreachable
from storage import watch
from storage.alerts import Alert
from storage.commands import planned
from storage.database import Connection, Database
from storage.directory import owners_of
from storage.disk import free_share

EVERY = timedelta(minutes=1)
# A virtual clock runs through many minutes in a second; more looks than this show nothing new.
EVERY_S = 0.05
LASTS = timedelta(days=1)
# How an operator's plan ended, and what is told of it.
ENDED = "operators/ended"
ENDS = ("sent", "failed", "skipped", "expired", "unknown")


@dataclass(frozen=True, slots=True)
class Machine:
    """What the machine shows: the free share of the disk, and how far the wall clock moved meanwhile."""

    free: Callable[[], float]
    drift: Callable[[], timedelta] = field(default_factory=lambda: SystemClock().drift)


class Watch:
    """A pass of the heart; it makes nothing due, so it has no outlook and stops no virtual clock."""

    def __init__(self, database: Database, config: Config, machine: Machine | None = None) -> None:
        """Look at this database and machine (this one)."""
        self._database = database
        self._config = config
        self._machine = machine or Machine(lambda: free_share(database))
        self._looked_at: datetime | None = None
        self._looked = float("-inf")
        self._failures: list[tuple[datetime, int]] = []

    async def run(self, now: datetime) -> int:
        """Look, unless the last look was less than a minute ago; return how many messages were queued."""
        early = self._looked_at is not None and timedelta() <= now - self._looked_at < EVERY
        if early or monotonic() - self._looked < EVERY_S:
            return 0
        self._looked_at, self._looked = now, monotonic()
        return await self._database.write(lambda c: self._look(c, now))

    def _look(self, c: Connection, now: datetime) -> int:
        config = self._config
        low = {name: batch.low_stock for name, batch in config.coupons.items() if batch.low_stock}
        seen = replace(
            watch.signs(c, now, config.alerts.stuck_after, low),
            free=self._machine.free(),
            drift=self._machine.drift(),
            failures=self._recent_failures(now),
        )
        watch.settle(c, alarms(seen), now)
        listeners = watch.listeners(c, config.alerts.to)
        news = watch.news(c, {member_id for _, member_id in listeners}, now) if listeners else []
        messages = [
            self._message(alert, who.known_as, member_id, now)
            for alert in news
            for who, member_id in listeners
        ]
        ended = self._plans_ended(c, now)
        watch.tell(c, {alert.name for alert in news}, [*messages, *ended], now)
        return len(messages) + len(ended)

    def _plans_ended(self, c: Connection, now: datetime) -> list[OutboxMessage]:
        """Return what tells operators how the plans ended that they had confirmed."""
        over = planned.finished(c, now)
        members = owners_of(c, [known_as for _, _, known_as, _ in over])
        return [
            OutboxMessage(
                key=f"plan:{code}#ended",
                member_id=members[known_as],
                template=ENDED,
                purpose=SERVICE,
                via=self._answers_through(split(known_as)[0]),
                created_at=now,
                due_at=now,
                expires_at=now + LASTS,
                priority=100,
                unreachable=Unreachable.WAIT,
                context={"code": code, "name": name, **{state: states.get(state, 0) for state in ENDS}},
            )
            for code, name, known_as, states in over
            if known_as in members
        ]

    def _answers_through(self, account: str) -> tuple[str, ...]:
        routes = self._config.routes.values()
        return tuple(one.name for one in routes if one.method in TALKS and one.account == account)

    def _recent_failures(self, now: datetime) -> int:
        """Return what the database failed at within the last hour, by its own count."""
        self._failures.append((now, self._database.failures))
        while now - self._failures[0][0] > timedelta(hours=1):
            self._failures.pop(0)
        return self._database.failures - self._failures[0][1]

    def _message(self, alert: Alert, known_as: str, member_id: int, now: datetime) -> OutboxMessage:
        account = split(known_as)[0]
        family, _, about = alert.name.partition(":")
        reason, _, detail = alert.text.partition(": ")
        return OutboxMessage(
            # By its hour in the key, two processes which look at once tell once.
            key=f"alert:{alert.name}:{alert.since.isoformat()}:{now:%Y%m%dT%H}:{member_id}",
            member_id=member_id,
            template=watch.MESSAGE,
            step=alert.name,
            purpose=SERVICE,
            via=self._answers_through(account),
            created_at=now,
            due_at=now,
            expires_at=now + LASTS,
            priority=100,
            unreachable=Unreachable.WAIT,
            context={
                "family": family,
                "about": about,
                "reason": reason,
                "detail": detail,
                "since": _clock_time(alert.since, self._config.app.zone),
            },
            # Waking somebody is right when members are not served; anything else can wait for the morning.
            is_answer=alert.severity == CRITICAL,
        )


def _clock_time(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%m-%d %H:%M}"
