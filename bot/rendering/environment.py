"""The sandbox messages are compiled in, once, and the filters they may use."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from jinja2 import StrictUndefined, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.rendering.scope import LISTED

LONGEST_LIST = 20


class MessageEnvironment(ImmutableSandboxedEnvironment):
    """Jinja's immutable sandbox, narrowed: a dot looks a key up in a plain mapping and does nothing else.

    The stock sandbox fetches the Python attribute first and then judges it. Here no attribute of any
    object is ever fetched, which is stricter and cheaper.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        """Build the sandbox; days and times are shown in `zone`."""
        super().__init__(undefined=StrictUndefined, autoescape=False, cache_size=0)
        self.globals.clear()
        self.filters = {
            "day": lambda value: shown_day(value, zone),
            "date": lambda value: shown_date(value, zone),
            "time": lambda value: shown_time(value, zone),
            "money": shown_money,
            "mask": masked,
            "default": _default,
            "d": _default,
            "length": len,
            LISTED: _listed,
        }
        self.tests = {
            name: self.tests[name] for name in ("defined", "undefined", "none", "true", "false", "in")
        }

    def getattr(self, obj: object, attribute: str) -> object:
        """Return what stands under the key, or an undefined that raises when used."""
        if type(obj) is dict:
            try:
                return obj[attribute]
            except KeyError:
                return self.undefined(obj=obj, name=attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: object, argument: object) -> object:
        """Return what stands under the key of a mapping; nothing else can be subscribed."""
        if not isinstance(obj, Mapping):
            return self.unsafe_undefined(obj, str(argument))
        try:
            return obj[argument]
        except KeyError:
            return self.undefined(obj=obj, name=str(argument))

    def is_safe_callable(self, obj: object) -> bool:
        """Return False: a message calls nothing."""
        return False


def shown_day(value: object, zone: ZoneInfo) -> str:
    """Return ``12月1日`` of a moment (in the zone), a day, or text such as 2026-12-01 or 12-01."""
    if isinstance(value, datetime):
        value = value.astimezone(zone).date()
    if isinstance(value, date):
        return f"{value.month}月{value.day}日"
    if isinstance(value, str) and len(value) == 5:
        # The leap year keeps 29 February a day.
        return shown_day(date.fromisoformat(f"2000-{value}"), zone)
    return shown_day(_moment(value), zone)


def shown_date(value: object, zone: ZoneInfo) -> str:
    """Return ``2026年12月1日``, the form the platform's date fields take, of a moment or a day."""
    found = value if isinstance(value, date) else _moment(value)
    if isinstance(found, datetime):
        found = found.astimezone(zone)
    return f"{found.year}年{found.month}月{found.day}日"


def shown_time(value: object, zone: ZoneInfo) -> str:
    """Return ``19:30`` of a moment, in the zone."""
    if not isinstance(value, datetime):
        value = _moment(value)
    if not isinstance(value, datetime):
        raise TypeError("a day has no time")
    return value.astimezone(zone).strftime("%H:%M")


def _moment(value: object) -> date:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} is no moment")
    if len(value) == 10:
        return date.fromisoformat(value)
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return moment


def shown_money(value: object) -> str:
    """Return ``10元``, ``9.9元`` or ``1,299元`` of an amount in yuan."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{type(value).__name__} is no amount")
    shown = f"{value:,.2f}"
    return (shown.rstrip("0").rstrip(".") if "." in shown else shown) + "元"


def masked(value: object) -> str:
    """Return the text with its middle hidden: ``138****8000``, ``张**``."""
    text = str(value)
    if len(text) >= 7:
        return f"{text[:3]}****{text[-4:]}"
    return f"{text[:1]}**"


def _default(value: object, instead: object = "") -> object:
    """Return `instead` where nothing was given."""
    return instead if isinstance(value, Undefined) or value is None else value


def _listed(value: object) -> list[object]:
    """Return at most twenty items of a list; text is no list."""
    if not isinstance(value, list | tuple | frozenset | set):
        raise TypeError(f"{type(value).__name__} is no list")
    return list(value)[:LONGEST_LIST]
