"""The corp's API under ``/qy/cgi-bin``: tokens, groups, contacts, tags, mass messages, customer service.

https://developer.work.weixin.qq.com/document/path/90454 and the page of each API.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.api.mishaps import WRECKING, wreck
from bot.sandbox.shapes import Json
from bot.sandbox.sides.archive_side import ArchiveSide
from bot.sandbox.sides.corp import CorpSide
from bot.sandbox.sides.corp_messages import MESSAGES, RefusedError

if TYPE_CHECKING:
    from bot.sandbox.world import World

PREFIX = "/qy/cgi-bin/"
TOKEN_LIVES_S = 7200
SECRETS = frozenset({"access_token", "corpsecret"})
Call = Callable[[CorpSide, Json], Json]


def serve_corp(world: "World") -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler of every path under ``/qy/cgi-bin/``."""

    async def serve(request: web.Request) -> web.StreamResponse:
        with world.presence.flight():
            raw = await request.read()
            body: Json = {**request.query, **(json.loads(raw) if raw else {})}
            fault = world.faults.strike(request.path, WRECKING)
            if fault is not None and fault.kind != "accept_then_hang":
                return await wreck(world, request, fault)
            answer = web.json_response(_answered(world, request.path.removeprefix(PREFIX), body))
            return answer if fault is None else await wreck(world, request, fault)

    return serve


def serve_archive(world: "World") -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler of ``/archive/records``: what a puller around the native library serves."""

    async def serve(request: web.Request) -> web.StreamResponse:
        seq, limit = int(request.query.get("seq", 0)), int(request.query.get("limit", 1000))
        with world.presence.flight():
            fault = world.faults.strike(request.path, WRECKING)
            if fault is not None:
                return await wreck(world, request, fault)
            sides = (one for one in world.sides.values() if isinstance(one, CorpSide | ArchiveSide))
            side = next(sides, None)
            return web.json_response({"records": side.archive.page(seq, limit) if side else []})

    return serve


def _corps(world: "World") -> Iterator[CorpSide]:
    return (side for side in world.sides.values() if isinstance(side, CorpSide))


def _answered(world: "World", path: str, body: Json) -> Json:
    world.record.call(
        "CORP", path, body={k: v for k, v in body.items() if k not in {"access_token", "corpsecret"}}
    )
    try:
        if path == "gettoken":
            return _token(world, body)
        side = _caller(world, str(body.pop("access_token", "")))
        return {"errcode": 0, "errmsg": "ok", **CALLS.get(path, _nowhere)(side, body)}
    except RefusedError as refused:
        return {"errcode": refused.code, "errmsg": f"{refused} hint: [pretend]"}


def _token(world: "World", body: Json) -> Json:
    for side in _corps(world):
        if side.corp_id == body.get("corpid"):
            if side.secret != body.get("corpsecret"):
                raise RefusedError(40001, "invalid credential")
            value = world.chance.text(64)
            side.tokens[value] = world.clock.now().timestamp() + TOKEN_LIVES_S
            return {"errcode": 0, "errmsg": "ok", "access_token": value, "expires_in": TOKEN_LIVES_S}
    raise RefusedError(40013, "invalid corpid")


def _caller(world: "World", token: str) -> CorpSide:
    for side in _corps(world):
        ends = side.tokens.get(token)
        if ends is not None:
            if ends < world.clock.now().timestamp():
                raise RefusedError(42001, "access_token expired")
            return side
    raise RefusedError(40014, "invalid access_token")


def _nowhere(_side: CorpSide, _body: Json) -> Json:
    raise RefusedError(40066, "invalid url")


def _chats(side: CorpSide, _body: Json) -> Json:
    rooms = [one for one in side.crowd.rooms.values() if not one.dismissed]
    return {"group_chat_list": [{"chat_id": one.chat_id, "status": 0} for one in rooms], "next_cursor": ""}


def _chat(side: CorpSide, body: Json) -> Json:
    room = side.crowd.by_chat(str(body.get("chat_id")))
    if room is None or room.dismissed:
        raise RefusedError(90501, "chat not external")
    people = [{"userid": side.employee, "type": 1, "join_time": 1, "join_scene": 1}]
    for name, how in room.people.items():
        person = side.crowd.people[name]
        row = {"userid": person.openid, "type": 2, "name": name, **how}
        people.append(row | ({"unionid": person.unionid} if person.unionid else {}))
    version = f"v{room.version}"
    return {"group_chat": {"chat_id": room.chat_id, "name": room.name, "owner": room.owner or side.employee,
                           "member_list": people, "member_version": version}}  # fmt: skip


def _contact(side: CorpSide, body: Json) -> Json:
    person = side.crowd.by_id(str(body.get("external_userid")))
    if person is None:
        raise RefusedError(84061, "not external contact")
    contact = {"external_userid": person.openid, "name": person.name, "unionid": person.unionid}
    tags = [{"tag_id": one} for one in sorted(side.tagged.get(person.openid, ()))]
    return {"external_contact": contact, "follow_user": [{"userid": side.employee, "tags": tags}]}


def _corp_tags(side: CorpSide, _body: Json) -> Json:
    tags = [{"id": tag_id, "name": name} for name, tag_id in side.tags.items()]
    return {"tag_group": [{"group_id": "g1", "group_name": "荷塘", "tag": tags}]}


def _add_tag(side: CorpSide, body: Json) -> Json:
    made = []
    for one in body.get("tag", []):
        tag_id = side.tags.setdefault(str(one["name"]), "et" + side.world.chance.text(20))
        made.append({"id": tag_id, "name": one["name"]})
    return {"tag_group": {"group_id": "g1", "group_name": body.get("group_name", ""), "tag": made}}


def _mark(side: CorpSide, body: Json) -> Json:
    add, remove = body.get("add_tag") or [], body.get("remove_tag") or []
    if not add and not remove:
        side.broke("mark_tag", "neither add_tag nor remove_tag")
        raise RefusedError(40058, "both empty")
    who = str(body.get("external_userid"))
    if who not in side.friends:
        raise RefusedError(84061, "not external contact")
    side.tagged[who] = (side.tagged.get(who, set()) | set(add)) - set(remove)
    return {}


CALLS: dict[str, Call] = {
    "externalcontact/groupchat/list": _chats,
    "externalcontact/groupchat/get": _chat,
    "externalcontact/get": _contact,
    "externalcontact/get_corp_tag_list": _corp_tags,
    "externalcontact/add_corp_tag": _add_tag,
    "externalcontact/mark_tag": _mark,
    **MESSAGES,
}
