"""Members acting, now or on schedule."""

from bot.sandbox.acts import ACTS
from bot.sandbox.agenda import Deed
from bot.sandbox.clock import read_moment
from bot.sandbox.control.door import Handler, Request, Room
from bot.sandbox.shapes import BadFieldError, Json, flag, rows, text
from bot.sandbox.sides import IN_GROUPS
from bot.sandbox.world import World

PLAYABLE = (*ACTS, *IN_GROUPS)


def _now(act: str) -> Handler:
    async def handler(room: Room, request: Request) -> Json:
        if flag(request.body, "wait", default=True):
            return await _played(room.world, act, request.body)
        room.world.spawn(_played(room.world, act, request.body))
        return {"delivered": False, "status": "on its way", "reply": None}

    return handler


async def _played(world: World, name: str, body: Json) -> Json:
    """Play an act on the account it names, whatever kind that is."""
    side = world.side(body)
    if side is not None:
        with world.presence.flight():
            return await side.play(name, body)
    act = ACTS.get(name)
    if act is None:
        raise BadFieldError(f"{name} needs an account with groups, or a merchant")
    return await act(world, body)


async def schedule(room: Room, request: Request) -> Json:
    """``{actions: [{at, do, …}]}``: all are checked before any is taken."""
    actions = rows(request.body, "actions")
    planned = [
        (read_moment(text(action, "at")), _who(action), _deed(room.world, action)) for action in actions
    ]
    for at, who, deed in planned:
        room.world.agenda.add(at, who, deed)
    room.world.presence.plans.ring()
    return {"scheduled": len(planned), "waiting": len(room.world.agenda)}


def _deed(world: World, action: Json) -> Deed:
    name = text(action, "do")
    if name not in PLAYABLE:
        raise BadFieldError(f"do must be one of {', '.join(PLAYABLE)}, not {name!r}")

    async def deed() -> None:
        try:
            await _played(world, name, action)
        except (BadFieldError, ValueError) as exc:
            world.record.warning(f"a scheduled {name} could not be done: {exc}", action=action)

    return deed


def _who(action: Json) -> str:
    """Actions of one member at one instant keep their order; a webhook keeps its own."""
    return str(action.get("lane") or action.get("from") or action.get("url") or "")


ROUTES: dict[tuple[str, str], Handler] = {
    **{("POST", name): _now(name) for name in PLAYABLE},
    ("POST", "schedule"): schedule,
}
