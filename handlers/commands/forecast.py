"""预演: what would happen in the coming days, by the rules as they are."""

from bot.domain.commanding.apart import AskForecast
from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query, wrong
from handlers.commands._forecast import drawn, worded

DEFAULT_DAYS, MOST_DAYS = 30, 92


def run(asked: Asked) -> Outcome:
    """Ask for a forecast of so many days, by all rules or by those that are named."""
    words = asked.line.rest.replace("，", " ").replace(",", " ").split()
    counts = [word.removesuffix("天").removesuffix("d") for word in words]
    days = next((int(count) for count in counts if count.isdecimal()), DEFAULT_DAYS)
    rules = frozenset(word for word, count in zip(words, counts, strict=True) if not count.isdecimal())
    strange = sorted(rules - asked.house.book.rules.keys())
    if strange:
        known = "、".join(asked.house.book.rules)
        raise wrong("no_such_rule_here", "forecast", name=strange[0], known=known)
    if not 1 <= days <= MOST_DAYS:
        raise wrong("forecast_days", "forecast", most=MOST_DAYS)
    return Query(AskForecast(days, rules, asked.house.foretell), worded, drawn)


COMMAND = Command("预演", "forecast", Level.READ, "read", run, ("预测",))
