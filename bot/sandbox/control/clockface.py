"""The clock as others see and move it."""

from datetime import datetime

from aiohttp import web

from bot.sandbox.clock import read_moment, read_span
from bot.sandbox.control.door import Handler, Request, Room
from bot.sandbox.shapes import BadFieldError, Json, text

_IDLE_S = 30.0


async def read(room: Room, request: Request) -> Json:
    """``{"now"}``; with ``?follower=…&seen=…&next_due=…`` a long poll that reports how far one has come."""
    name = request.query.get("follower")
    if name is None:
        now = room.world.clock.now()
    else:
        seen, due = _moment(request, "seen"), _moment(request, "next_due")
        now = await room.world.presence.follow(name, seen, due)
    return {"now": now.isoformat()}


async def move(room: Room, request: Request) -> Json:
    """``{advance: span}`` walks; ``{set: moment}`` walks if that lies ahead of a frozen clock, else jumps.

    ``jump: true`` with ``set`` always jumps, as a machine's clock does when somebody corrects it.
    """
    clock, body = room.world.clock, request.body
    seen = len(room.world.record.warnings)
    if "advance" in body:
        await room.timekeeper.advance(clock.now() + read_span(body["advance"]))
    elif "set" in body:
        target = read_moment(text(body, "set"))
        if clock.frozen and target >= clock.now() and not body.get("jump"):
            await room.timekeeper.advance(target)
        else:
            await room.timekeeper.jump(target)
    else:
        raise BadFieldError("say {advance: span} or {set: moment}")
    return {"now": clock.now().isoformat(), "warnings": room.world.record.warnings[seen:]}


async def idle(room: Room, request: Request) -> Json:
    """Answers when nothing is due or in flight; 503 after ``?timeout=`` seconds of real time (30)."""
    busy = await room.timekeeper.idle(float(request.query.get("timeout", _IDLE_S)))
    if busy:
        raise web.HTTPServiceUnavailable(reason="still busy: " + ", ".join(busy))
    return {"now": room.world.clock.now().isoformat(), "idle": True}


def _moment(request: Request, name: str) -> datetime | None:
    given = request.query.get(name)
    return read_moment(given) if given else None


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "clock"): read,
    ("POST", "clock"): move,
    ("GET", "idle"): idle,
}
