"""Setting the stage: accounts, existing members, limits, faults, starting over."""

from bot.sandbox.account import set_limit
from bot.sandbox.control.door import Handler, Request, Room
from bot.sandbox.courier import verify_url
from bot.sandbox.shapes import BadFieldError, Json, flag, table, text, whole
from bot.sandbox.sides.corp import CorpSide


async def reset(room: Room, request: Request) -> Json:
    """Forget everything; ``{seed}``."""
    room.world.begin(whole(request.body, "seed", room.world.seed))
    return {"seed": room.world.seed}


async def account(room: Room, request: Request) -> Json:
    """Register an account and verify its URL (unless ``verify`` is false or it has none)."""
    kind = text(request.body, "kind", "official_account")
    if kind != "official_account":
        return await room.world.take_side(kind, request.body)
    made = room.world.register(request.body)
    verified: bool | None = None
    if made.link.callback_url and flag(request.body, "verify", default=True):
        verified = await verify_url(room.world, made)
    return {"name": made.name, "original_id": made.original_id, "mode": made.link.mode, "verified": verified}


async def accounts(room: Room, _request: Request) -> list[Json]:
    """The accounts with what the bot has set up on them: menu, and QR codes by scene."""
    return [
        {
            "name": one.name,
            "original_id": one.original_id,
            "callback_url": one.link.callback_url,
            "mode": one.link.mode,
            "menu": one.menu,
            "tags": one.tags,
            "codes": {code.scene: code.url for code in one.codes.values()},
        }
        for one in room.world.accounts.values()
    ]


async def members(room: Room, request: Request) -> Json:
    """Existing followers ``{account, count, prefix}``, without callbacks, named prefix0001 and so on."""
    made = room.world.account(request.body)
    count, prefix = whole(request.body, "count"), text(request.body, "prefix", "old")
    if count < 0:
        raise BadFieldError("count must not be negative")
    for number in range(1, count + 1):
        name = f"{prefix}{number:04d}"
        member = made.people.meet(name, made.people.union_id(name) if made.unionids else None)
        member.following, member.follow_time = True, room.world.clock.epoch()
    return {"members": len(made.people.followers())}


async def limit(room: Room, request: Request) -> Json:
    """Change one API's limits: ``{account, path, daily?, minute?}``."""
    made = room.world.account(request.body)
    path = text(request.body, "path")
    set_limit(made, path, request.body)
    return {"path": path, "daily": made.quotas.daily.get(path), "minute": made.quotas.per_minute.get(path)}


async def revoke(room: Room, request: Request) -> Json:
    """Make the account's tokens invalid, as another system's forced refresh does."""
    made = room.world.account(request.body)
    room.world.tokens.revoke(made.name, room.world.clock.now())
    return {"revoked": made.name}


async def member(room: Room, request: Request) -> Json:
    """Change what a member allows: ``{from, set: {blocks?}}``; blocked template sends fail in the receipt."""
    _, one = room.world.member(request.body)
    one.blocks = flag(table(request.body, "set", {}), "blocks", default=one.blocks)
    return one.summary()


async def fault(room: Room, request: Request) -> Json:
    """Add a fault."""
    return room.world.faults.add(request.body).shown()


async def faults(room: Room, _request: Request) -> list[Json]:
    """The faults in force."""
    return room.world.faults.shown()


async def unfault(room: Room, request: Request) -> list[Json]:
    """Remove the fault ``id``, or all."""
    chosen = request.query.get("id")
    room.world.faults.remove(int(chosen) if chosen else None)
    return room.world.faults.shown()


async def confirm(room: Room, request: Request) -> Json:
    """An employee confirms a mass message: ``{msgid, chats?}``."""
    for side in room.world.sides.values():
        if isinstance(side, CorpSide) and request.body.get("msgid") in side.tasks:
            return side.confirm(request.body)
    raise BadFieldError("no such msgid")


async def archive(room: Room, request: Request) -> Json:
    """Serve words the platform should not, ``{account, who, group, text}``, or skip ``count`` records."""
    side = room.world.side(request.body)
    if not isinstance(side, CorpSide):
        raise BadFieldError("account must be a corp")
    if "count" in request.body:
        side.archive.skip(whole(request.body, "count"))
    else:
        words = text(request.body, "text")
        side.archive.add(text(request.body, "who"), text(request.body, "group"), "text", {"content": words})
    return {"records": len(side.archive.rows)}


ROUTES: dict[tuple[str, str], Handler] = {
    ("POST", "reset"): reset,
    ("POST", "employee/confirm"): confirm,
    ("POST", "archive/forge"): archive,
    ("POST", "archive/skip"): archive,
    ("POST", "account"): account,
    ("GET", "account"): accounts,
    ("POST", "members"): members,
    ("POST", "member"): member,
    ("POST", "limit"): limit,
    ("POST", "revoke"): revoke,
    ("POST", "fault"): fault,
    ("GET", "fault"): faults,
    ("DELETE", "fault"): unfault,
}
