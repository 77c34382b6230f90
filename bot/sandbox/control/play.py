"""Members acting, now or on schedule."""

from bot.sandbox.acts import ACTS, Act
from bot.sandbox.agenda import Deed
from bot.sandbox.clock import read_moment
from bot.sandbox.control.door import Handler, Request, Room
from bot.sandbox.shapes import BadFieldError, Json, flag, rows, text
from bot.sandbox.world import World


def _now(act: Act) -> Handler:
    async def handler(room: Room, request: Request) -> Json:
        if flag(request.body, "wait", default=True):
            return await act(room.world, request.body)
        room.world.spawn(act(room.world, request.body))
        return {"delivered": False, "status": "on its way", "reply": None}

    return handler


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
    act = ACTS.get(name)
    if act is None:
        raise BadFieldError(f"do must be one of {', '.join(ACTS)}, not {name!r}")

    async def deed() -> None:
        try:
            await act(world, action)
        except (BadFieldError, ValueError) as exc:
            world.record.warning(f"a scheduled {name} could not be done: {exc}", action=action)

    return deed


def _who(action: Json) -> str:
    """Actions of one member at one instant keep their order; a webhook keeps its own."""
    return str(action.get("lane") or action.get("from") or action.get("url") or "")


ROUTES: dict[tuple[str, str], Handler] = {
    **{("POST", name): _now(act) for name, act in ACTS.items()},
    ("POST", "schedule"): schedule,
}
