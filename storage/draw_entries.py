"""Chances taken: numbered without a gap, paid for, each with one outcome whatever happens."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from bot.domain.activities.drawing import NOTHING, drawn_at_once
from bot.domain.activities.opening import NOT_YET, OVER, shut
from bot.domain.effects import EnterDraw, TellDraw
from bot.domain.events import Scalar
from bot.domain.points import Change
from storage import points
from storage.draw_prizes import GIVEN, Prize, hand_out
from storage.draw_terms import INSTANT, ends_of, prizes_of, stands, told
from storage.draws import DRAW, ENTRY, OPEN, seed_of
from storage.outcomes import Came
from storage.players import is_operator
from storage.privacy import ring_of

CAUSE = "draw"
OPERATOR, LIMIT = "operator", "limit"
# So many hexadecimal digits stand for a member, or for a callback, in the public list.
STAND_IN = 16


def enter(connection: Connection, actions: Sequence[EnterDraw], now: datetime) -> list[Came]:
    """Take the chances in their order; the same key again tells what came of it the first time."""
    return [_entered(connection, one, now) for one in actions]


def tell(connection: Connection, actions: Sequence[TellDraw], _now: datetime) -> list[Came]:
    """Tell the public side of draws."""
    return [_public(connection, one) for one in actions]


def _entered(connection: Connection, one: EnterDraw, now: datetime) -> Came:
    name = one.lottery.name
    row: Any = connection.execute(select(DRAW).where(DRAW.c.name == name).with_for_update()).one_or_none()
    before = connection.execute(select(ENTRY).where(ENTRY.c.key == one.key)).one_or_none()
    if before is not None:
        return Came(facts=_facts(connection, one, row, before))
    refused = _refused(connection, one, row, now)
    if refused is not None:
        return refused
    cost = int(row.terms["cost"])
    if cost:
        price = Change(f"{one.key}#cost", one.member_id, -cost, CAUSE, name)
        (paid,) = points.change(connection, [price], one.terms, now)
        if paid.reason:
            return Came(paid.reason, {**told(row), "points": paid.balance})
    return _numbered(connection, one, row, now)


def _refused(connection: Connection, one: EnterDraw, row: Any, now: datetime) -> Came | None:
    if row is None:
        return Came(NOT_YET, {"opens": ""})
    ends = ends_of(row)
    over = row.state != OPEN or (ends is not None and now >= ends)
    why = OVER if over else shut(stands(row, one.lottery), {row.name: one.by_hand}, now)
    if why:
        return Came(why, told(row))
    if is_operator(connection, one.member_id):
        return Came(OPERATOR)
    left = _left(connection, one, row, now)
    return Came(LIMIT, {"most": int(row.terms["most"])}) if left == 0 else None


def _left(connection: Connection, one: EnterDraw, row: Any, now: datetime) -> int | None:
    """Return how many chances the member still has now, None for as many as they like."""
    most, within = row.terms["most"], row.terms["within"]
    if most is None:
        return None
    mine = [ENTRY.c.member_id == one.member_id, ENTRY.c.draw == row.name]
    if within is not None:
        mine.append(ENTRY.c.at > now - timedelta(seconds=within))
    had = connection.execute(select(func.count()).where(*mine)).scalar_one()
    return max(0, int(most) - int(had))


def _numbered(connection: Connection, one: EnterDraw, row: Any, now: datetime) -> Came:
    number = row.entries + 1
    connection.execute(update(DRAW).where(DRAW.c.name == row.name).values(entries=number))
    entry = {
        "draw": row.name, "number": number, "member_id": one.member_id, "key": one.key, "at": now,
        "who": _stand_in(connection, "draw", f"{row.name}:{one.member_id}"),
        "token": _stand_in(connection, "draw_entry", one.key), "prize": "", "given": "",
    }  # fmt: skip
    facts: dict[str, Scalar] = {"prize": ""}
    followed: tuple[Any, ...] = ()
    if row.kind == INSTANT:
        entry["prize"] = drawn_at_once(seed_of(connection, row), row.name, number, prizes_of(row))
        prize = Prize(row.name, str(entry["prize"]), one.member_id, one.key, one.basis, one.terms)
        handed = hand_out(connection, prize, now)
        entry["given"], facts, followed = handed.outcome, handed.facts, handed.followed
    connection.execute(ENTRY.insert(), entry)
    left = _left(connection, one, row, now)
    facts |= told(row)
    facts |= {
        "number": number,
        "left": -1 if left is None else left,
        "points": points.balance(connection, one.member_id),
    }
    return Came(facts=facts, followed=followed)


def _stand_in(connection: Connection, kind: str, of: str) -> str:
    """Return what stands for a member or a callback in the public list: nobody without the key can try."""
    return ring_of(connection).blind(kind, of)[:STAND_IN]


def _facts(connection: Connection, one: EnterDraw, row: Any, entry: Any) -> dict[str, Scalar]:
    """Return what was told of an entry when it was made, as far as it is still known."""
    kind, _, what = str(entry.prize).partition(".")
    facts: dict[str, Scalar] = {
        **told(row),
        "prize": kind if entry.given == GIVEN else NOTHING if entry.prize else "",
        "number": entry.number,
        "left": -1,
        "points": points.balance(connection, one.member_id),
    }
    if facts["prize"] == "points":
        facts["worth"] = int(what)
    elif facts["prize"] == "coupon":
        facts |= {"key": f"{one.key}#coupon", "batch": what}
    return facts


def _public(connection: Connection, one: TellDraw) -> Came:
    row = connection.execute(select(DRAW).where(DRAW.c.name == one.lottery.name)).one_or_none()
    if row is None:
        return Came(NOT_YET)
    proof: dict[str, Scalar] = {"commitment": row.commitment, "seed": row.revealed, "entries": row.entries}
    return Came(facts={**told(row), **proof})
