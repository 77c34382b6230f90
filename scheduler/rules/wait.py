"""wait: for a time, until a moment the member's facts name, or until a time of day."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from bot.domain.lifecycle.anniversaries import Feb29, month_day, next_anniversary
from bot.domain.lifecycle.kinds import Fields, StepKind
from bot.domain.lifecycle.program import Action, Answer, Go, Here, Stay
from bot.domain.lifecycle.spans import NO_SPAN, Span, after, clock_on_day_of, next_clock, on_day

MIDNIGHT = time(0)
EVENT, MEMBER, COUPON, EXPIRES = "event.", "member.", "coupon.", ".expires"


@dataclass(frozen=True, slots=True)
class Wait(Action):
    """Wait `lasts`, or until `until` (shifted by `offset`), then until the clock shows `at`."""

    lasts: Span = NO_SPAN
    until: str = ""
    offset: Span = NO_SPAN
    at: time | None = None
    feb29: Feb29 = Feb29.FEB28

    @property
    def takes_time(self) -> bool:
        """Return True: a moment that is past now stays past, so `goto … max` bounds the rest."""
        return True

    def begin(self, here: Here) -> Answer:
        """Wait until the moment; one that is missing or past completes the wait at once."""
        moment = self.moment(here)
        if moment is None:
            return Go(note="no_moment")
        return Stay(moment) if moment > here.now else Go(note="past")

    def resume(self, here: Here) -> Answer:
        """Go on when the moment has come."""
        due = here.run.due_at
        return Stay(due) if due is not None and here.now < due else Go()

    def moment(self, here: Here) -> datetime | None:
        """Return the moment waited for, in UTC; None when the facts name none."""
        if not self.until:
            moment = after(here.now, self.lasts, here.zone)
            if self.at is None:
                return moment
            return next_clock(moment, self.at, here.zone)
        named = self._named(here)
        if named is None:
            return None
        shifted = after(named, self.offset, here.zone)
        return shifted if self.at is None else clock_on_day_of(shifted, self.at, here.zone)

    def _named(self, here: Here) -> datetime | None:
        if self.until.startswith(COUPON):
            holding = here.member.holdings.get(self.until.removeprefix(COUPON).removesuffix(EXPIRES))
            return None if holding is None else holding.expires_at
        if self.until == "member.birthday":
            return self._birthday(here)
        if self.until.startswith(EVENT):
            return _moment(here.run.context.get(self.until.removeprefix(EVENT)), here)
        if self.until.startswith(MEMBER):
            return _moment(here.member.attributes.get(self.until.removeprefix(MEMBER)), here)
        return _moment(self.until, here)

    def _birthday(self, here: Here) -> datetime | None:
        found = month_day(here.member.birthday)
        if found is None:
            return None
        # The birthday meant is the one ahead, seen from the day the offset reaches back to.
        today = here.now.astimezone(here.zone).date()
        day = next_anniversary(*found, today, self.feb29)
        return None if day is None else on_day(day, MIDNIGHT, here.zone)


def _moment(value: object, here: Here) -> datetime | None:
    """Return the moment a text names; without a zone it is the member's wall clock."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=here.zone)
    return found.astimezone(UTC)


def read(fields: Fields) -> Wait:
    """Return the step as the file states it: ``wait: 14d`` or a mapping."""
    if not fields.is_mapping("wait"):
        return Wait(lasts=_ahead(fields, "wait", fields.span("wait", required=True)))
    inside = fields.inside("wait")
    at = inside.clock("at")
    feb29 = Feb29(inside.word("feb29", [each.value for each in Feb29], "feb28"))
    if inside.has("until"):
        return Wait(until=_until(inside), offset=inside.span("offset") or NO_SPAN, at=at, feb29=feb29)
    if not inside.has("for") and at is None:
        inside.error("say how long with for, until when with until, or a time of day with at")
    return Wait(lasts=_ahead(inside, "for", inside.span("for")), at=at)


def _ahead(fields: Fields, name: str, lasts: Span | None) -> Span:
    if lasts is not None and lasts.length.total_seconds() <= 0:
        fields.error("a wait lasts longer than nothing", name)
    return lasts or NO_SPAN


def _until(fields: Fields) -> str:
    until = fields.text("until")
    if until.startswith(COUPON):
        if not until.endswith(EXPIRES):
            fields.error("write coupon.NAME.expires", "until")
        return until
    if until.startswith((EVENT, MEMBER)):
        return until
    try:
        datetime.fromisoformat(until)
    except ValueError:
        fields.error(
            "write member.birthday, member.NAME, event.NAME, coupon.NAME.expires or a moment in quotes",
            "until",
        )
    return until


RULE_KIND = StepKind("wait", read)
