"""Words that echo a time which was understood, or ask about one which was not."""

from datetime import UTC, datetime, tzinfo

from bot.domain.commanding.saying import Said, listed, say
from bot.domain.commanding.times import Heard
from bot.spoken_time.calendar import ChineseCalendar
from bot.spoken_time.reading import understand
from bot.spoken_time.results import Ambiguous, Moment, Past, Repeating


def heard(text: str, now: datetime, zone: tzinfo, calendar: ChineseCalendar) -> Heard:
    """Return the moment a text means, in UTC, with an absolute date to check; or a question back."""
    found = understand(text, now.astimezone(zone), calendar)
    if isinstance(found, Moment):
        return Heard(found.at.astimezone(UTC), echo(found.at, calendar))
    if isinstance(found, Repeating):
        return Heard(None, say("time_repeats", text=text, first=echo(found.first, calendar)))
    if isinstance(found, Ambiguous):
        choices = listed((echo(one, calendar) for one in found.choices), " / ")
        return Heard(None, say("time_ambiguous", text=text, choices=choices))
    if isinstance(found, Past):
        over = say("time_past", text=text, at=echo(found.at, calendar))
        return Heard(
            None, over + say("time_next", at=echo(found.next_at, calendar)) if found.next_at else over
        )
    return Heard(None, say("time_not_understood", text=text, rest=found.rest))


def echo(at: datetime, calendar: ChineseCalendar) -> Said:
    """Return an absolute date with its weekday, whether it is worked, and the time."""
    kind = calendar.kind(at.date())
    word = (
        ("day_shifted_work" if kind.working else "day_shifted_off")
        if kind.shifted
        else ("day_work" if kind.working else "day_off")
    )
    said = say(
        "time_echo",
        year=at.year,
        month=at.month,
        day=at.day,
        weekday=say(f"weekday_{at.weekday()}"),
        kind=say(word),
        time=f"{at:%H:%M}",
    )
    if kind.known:
        return said
    return listed((said, say("time_unarranged", year=at.year)), "")
