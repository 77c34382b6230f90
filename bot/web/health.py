"""Probes: ``/healthz`` (the process lives), ``/readyz`` (it can do its work), ``/metrics`` (Prometheus)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus

from aiohttp import web

from bot.domain.alarms import LEAST_FREE, MOST_DRIFT
from bot.domain.clock import Clock, SystemClock, monotonic
from bot.domain.errors import StorageUnavailable
from bot.heart import Heart, Pulse
from bot.web.metrics import CONTENT_TYPE, Metrics
from storage.database import Database
from storage.vitals import Vitals, look

# A beat is due each second on a real clock; a virtual one stands still while nothing happens.
LATEST_BEAT = timedelta(minutes=1)
# Counting a large outbox is not free, and probes come often.
FRESH_S = 2.0


class Health:
    """Answers the probes of one process."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        heart: Heart | None,
        metrics: Metrics,
        free_share: Callable[[], float],
    ) -> None:
        """`heart` is None where another process beats; `free_share` is how much of the disk is free."""
        self._database = database
        self._clock = clock
        self._heart = heart
        self._metrics = metrics
        self._free_share = free_share
        self._seen: Vitals | None = None
        self._seen_at = float("-inf")

    def routes(self) -> list[web.RouteDef]:
        """Return the probes' routes."""
        return [
            web.get("/healthz", self.healthz),
            web.get("/readyz", self.readyz),
            web.get("/metrics", self.metrics),
        ]

    async def healthz(self, _request: web.Request) -> web.Response:
        """Answer 200 as long as the process answers at all."""
        return web.json_response({"ok": True})

    async def readyz(self, _request: web.Request) -> web.Response:
        """Answer 200 when callbacks can be stored, else 503; what else is wrong stands in the details."""
        vitals = await self._vitals()
        checks = self._checks(vitals, self._clock.now())
        ready = all(check["ok"] for check in checks.values() if check["vital"])
        alerts = [
            {
                "name": alert.name,
                "severity": alert.severity,
                "text": alert.text,
                "since": alert.since.isoformat(),
            }
            for alert in (vitals.alerts if vitals else ())
        ]
        body = {"ready": ready, "checks": checks, "alerts": alerts}
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return web.json_response(body, status=status, headers={"Cache-Control": "no-store"})

    async def metrics(self, _request: web.Request) -> web.Response:
        """Answer what Prometheus reads."""
        vitals = await self._vitals()
        body = self._metrics.text(vitals, self._heart.pulse if self._heart else Pulse())
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    async def _vitals(self) -> Vitals | None:
        if self._seen is None or monotonic() - self._seen_at > FRESH_S:
            now = self._clock.now()
            try:
                self._seen = await self._database.read(lambda c: look(c, now))
            except StorageUnavailable:
                self._seen = None
            self._seen_at = monotonic()
        return self._seen

    def _checks(self, vitals: Vitals | None, now: datetime) -> dict[str, dict[str, object]]:
        # What can be read but not written, such as a full disk, stores no callback.
        taking = vitals is not None and not self._database.refusing
        checks = {"database": _check(taking, vital=True, failures=self._database.failures)}
        if vitals is not None:
            checks |= _stored(vitals, now)
        if self._heart is not None:
            checks["heart"] = self._beating(now)
        if isinstance(self._clock, SystemClock):
            drift = self._clock.drift()
            checks["clock"] = _check(abs(drift) <= MOST_DRIFT, drift_s=round(drift.total_seconds(), 3))
        free = self._free_share()
        checks["disk"] = _check(free >= LEAST_FREE, free=round(free, 3))
        return checks

    def _beating(self, now: datetime) -> dict[str, object]:
        last = self._heart.pulse.last_at if self._heart else None
        age = (now - last).total_seconds() if last else None
        alive = age is not None and age <= LATEST_BEAT.total_seconds()
        return _check(alive, last_beat_age_s=age)


def _stored(vitals: Vitals, now: datetime) -> dict[str, dict[str, object]]:
    stopped = dict(vitals.off)
    return {
        "schema": _check(vitals.revision == vitals.newest, vital=True, revision=vitals.revision),
        "tokens": _check(
            not stopped,
            stopped=stopped,
            good_until={name: until.isoformat() for name, until in vitals.tokens.items() if until > now},
        ),
        "outbox": _check(ok=True, states=dict(vitals.outbox), lag_s=vitals.lag.total_seconds()),
        "quarantine": _check(ok=True, open=vitals.quarantine),
    }


def _check(ok: bool, vital: bool = False, **facts: object) -> dict[str, object]:
    """Return one check; only a vital one makes the process unready when it fails."""
    return {"ok": ok, "vital": vital, **facts}
