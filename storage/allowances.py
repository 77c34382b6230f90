"""The ledger of what the platforms allow: windows and grants per member and route."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, literal_column, update

from bot.domain.effects import EarnGrant, OpenWindow
from storage.dialect import greatest, insert_for, listed, within
from storage.outbox.queue import wake_waiting
from storage.reading import stamper
from storage.tables import table
from storage.tables.delivery import AllowanceRow
from storage.writing import Change, Valued

ALLOWANCE = table(AllowanceRow)
KEYS = ["member_id", "route", "template"]
Spend = tuple[int, str, str]


def open_windows(c: Connection, windows: Sequence[OpenWindow]) -> int:
    """Open windows: allowance and expiry become the larger of old and new, never their sum.

    An expired window counts for nothing. What waits for the door becomes due; returns how many rows.
    """
    merged: dict[tuple[int, str], OpenWindow] = {}
    for window in windows:
        key = (window.member_id, window.route)
        old = merged.get(key)
        merged[key] = window if old is None else _larger(old, window)
    stamp = stamper(c)
    _OPEN.run(c, [_row(merged[key], stamp) for key in sorted(merged)])
    moments = {window.opened_at for window in merged.values()}
    return wake_waiting(c, merged, max(moments)) if moments else 0


def earn(c: Connection, grants: Sequence[EarnGrant]) -> int:
    """Record accepted (+1 each) and refused (none left) templates; wake what waits; return how many rows."""
    for grant in grants:
        values = {
            "member_id": grant.member_id,
            "route": grant.route,
            "template": grant.template,
            "remaining": 1 if grant.accepted else 0,
            "opened_by": "grant",
            "opened_at": grant.at,
            "expires_at": None,
        }
        statement = insert_for(c, ALLOWANCE).values(values)
        more = ALLOWANCE.c.remaining + 1 if grant.accepted else 0
        c.execute(
            statement.on_conflict_do_update(
                index_elements=KEYS, set_={"remaining": more, "opened_at": grant.at, "opened_by": "grant"}
            )
        )
    accepted = [grant for grant in grants if grant.accepted]
    if not accepted:
        return 0
    return wake_waiting(
        c, [(grant.member_id, grant.route) for grant in accepted], max(grant.at for grant in accepted)
    )


def spend(c: Connection, wanted: Sequence[Spend]) -> bool:
    """Take one allowance for each entry by compare-and-set; false when any was gone, then roll back."""
    by_door: dict[tuple[str, str], list[int]] = {}
    for member_id, route, template in wanted:
        by_door.setdefault((route, template), []).append(member_id)
    for (route, template), members in sorted(by_door.items()):
        for distinct in _rounds(members):
            taken = _SPEND.run(c, r=route, t=template, ids=listed(c, distinct))
            if taken != len(distinct):
                return False
    return True


def give_back(c: Connection, unspent: Iterable[Spend]) -> None:
    """Return allowances of sends that did not happen."""
    rows = [{"m": member_id, "r": route, "t": template} for member_id, route, template in sorted(unspent)]
    if rows:
        c.execute(_GIVE_BACK, rows)


def correct(c: Connection, doors: Iterable[Spend], *, closed_at: datetime | None = None) -> None:
    """Believe the platform: nothing is left there; with `closed_at` the window itself is shut as well."""
    rows = [{"m": member_id, "r": route, "t": template} for member_id, route, template in sorted(set(doors))]
    if not rows:
        return
    values: Mapping[str, Any] = {"remaining": 0} | ({"expires_at": closed_at} if closed_at else {})
    c.execute(update(ALLOWANCE).where(_DOOR).values(**values), rows)


_DOOR = (
    (ALLOWANCE.c.member_id == bindparam("m"))
    & (ALLOWANCE.c.route == bindparam("r"))
    & (ALLOWANCE.c.template == bindparam("t"))
)
_GIVE_BACK = update(ALLOWANCE).where(_DOOR).values(remaining=ALLOWANCE.c.remaining + 1)
_SPEND = Change(
    lambda c: (
        update(ALLOWANCE)
        .where(
            ALLOWANCE.c.route == bindparam("r"),
            ALLOWANCE.c.template == bindparam("t"),
            ALLOWANCE.c.remaining > literal_column("0"),
            within(c, ALLOWANCE.c.member_id),
        )
        .values(remaining=ALLOWANCE.c.remaining - 1)
    )
)


def _rounds(members: Sequence[int]) -> Iterable[list[int]]:
    # A member with two messages spends twice, and one UPDATE touches a row only once.
    left = list(members)
    while left:
        distinct = list(dict.fromkeys(left))
        yield distinct
        for member_id in distinct:
            left.remove(member_id)


def _larger(old: OpenWindow, new: OpenWindow) -> OpenWindow:
    return OpenWindow(
        new.member_id,
        new.route,
        max(old.allowance, new.allowance),
        new.opened_by,
        max(old.opened_at, new.opened_at),
        max(old.expires_at, new.expires_at),
    )


def _row(window: OpenWindow, stamp: Callable[[datetime], Any]) -> tuple[Any, ...]:
    return (
        window.member_id, window.route, "", window.allowance, window.opened_by, stamp(window.opened_at),
        stamp(window.expires_at),
    )  # fmt: skip


def _opening(c: Connection) -> Any:
    statement = insert_for(c, ALLOWANCE).inline()
    old, new = ALLOWANCE.c, statement.excluded
    both = greatest(c, old.remaining, new.remaining)
    return statement.on_conflict_do_update(
        index_elements=KEYS,
        set_={
            "remaining": case((old.expires_at > new.opened_at, both), else_=new.remaining),
            "expires_at": case((old.expires_at > new.expires_at, old.expires_at), else_=new.expires_at),
            "opened_by": new.opened_by,
            "opened_at": greatest(c, old.opened_at, new.opened_at),
        },
    )


_OPEN = Valued(
    _opening, "member_id", "route", "template", "remaining", "opened_by", "opened_at", "expires_at"
)
