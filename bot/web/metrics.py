"""What Prometheus reads: closed sets of labels, base units, nothing about a member.

https://prometheus.io/docs/practices/naming/
"""

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily

from bot.heart import Pulse
from storage.vitals import Vitals

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class _Callbacks:
    """Callbacks counted in plain numbers; a counter with labels would cost each a microsecond."""

    def __init__(self, counts: Mapping[tuple[str, str], int]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """Yield the numbers as a counter of Prometheus."""
        found = CounterMetricFamily("hetang_callbacks", "Callbacks by outcome", labels=["account", "outcome"])
        for place, number in list(self._counts.items()):
            found.add_metric(place, number)
        yield found


class Metrics:
    """Counts what this process does; what the database knows is set before each reading."""

    def __init__(self) -> None:
        """Start at nought."""
        self._registry = registry = CollectorRegistry()
        self._callbacks: dict[tuple[str, str], int] = {}
        registry.register(_Callbacks(self._callbacks))
        self._webhooks = Counter(
            "hetang_webhooks", "Requests with business events by outcome", ["outcome"], registry=registry
        )
        self._events = Counter("hetang_webhook_events", "Business events accepted", registry=registry)
        self._pushes = Gauge(
            "hetang_pushes", "Messages that came to an end", ["route", "result"], registry=registry
        )
        self._outbox = Gauge("hetang_outbox", "Messages by where they stand", ["state"], registry=registry)
        self._lag = Gauge(
            "hetang_outbox_lag_seconds", "How long the oldest due message waits", registry=registry
        )
        self._quarantine = Gauge(
            "hetang_quarantine", "Callbacks and events set aside and not looked at", registry=registry
        )
        self._alerts = Gauge("hetang_alerts", "Open alerts", ["severity"], registry=registry)
        self._beats = Gauge("hetang_beats", "Beats of the heart since the start", registry=registry)
        self._beating = Gauge("hetang_beat_seconds", "Time spent in beats since the start", registry=registry)
        self._broken = Gauge("hetang_beats_broken", "Beats that broke off", registry=registry)

    def callback(self, account: str, outcome: str) -> None:
        """Count a callback; `outcome` is a reason code of ours."""
        place = (account, outcome)
        self._callbacks[place] = self._callbacks.get(place, 0) + 1

    def webhook(self, outcome: str, events: int) -> None:
        """Count a request of a shop's system; `outcome` is a reason code of ours."""
        self._webhooks.labels(outcome).inc()
        self._events.inc(events)

    def text(self, vitals: Vitals | None, pulse: Pulse) -> bytes:
        """Return everything as text; without a database only what this process knows."""
        self._beats.set(pulse.beats)
        self._beating.set(pulse.seconds)
        self._broken.set(pulse.broken)
        if vitals is not None:
            self._set(vitals)
        return generate_latest(self._registry)

    def _set(self, vitals: Vitals) -> None:
        self._outbox.clear()
        self._pushes.clear()
        self._alerts.clear()
        for state, number in vitals.outbox.items():
            self._outbox.labels(state).set(number)
        for (route, result), number in vitals.pushes.items():
            self._pushes.labels(route or "none", result).set(number)
        for severity in ("warning", "critical"):
            found = [alert for alert in vitals.alerts if alert.severity == severity]
            self._alerts.labels(severity).set(len(found))
        self._lag.set(vitals.lag.total_seconds())
        self._quarantine.set(vitals.quarantine)
