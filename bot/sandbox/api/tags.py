"""The platform's own tags: 100 an account, 20 a member, 50 members a call.

https://developers.weixin.qq.com/doc/service/api/usermanage/tag/api_batchtagging.html
"""

from bot.sandbox.api.call import OK, Call, Endpoint
from bot.sandbox.api.followers import page_after, shown_page
from bot.sandbox.people import Member
from bot.sandbox.refusal import Refusal
from bot.sandbox.shapes import Json

_TAGS, _PER_MEMBER, _PER_CALL, _NAME_BYTES, _FANS = 100, 20, 50, 30, 100_000
_RESERVED = frozenset({0, 1, 2})
_FIRST = 100


def _create(call: Call) -> Json:
    name = _name(call)
    if len(call.account.tags) >= _TAGS:
        raise Refusal(45056)
    number = max(call.account.tags, default=_FIRST - 1) + 1
    call.account.tags[number] = name
    return {"tag": {"id": number, "name": name}}


def _update(call: Call) -> Json:
    number, name = _number(call.body.get("tag", {}).get("id"), call), _name(call)
    call.account.tags[number] = name
    return OK


def _delete(call: Call) -> Json:
    number = _number(call.body.get("tag", {}).get("id"), call)
    tagged = _tagged(call, number)
    if len(tagged) > _FANS:
        raise Refusal(45057)
    del call.account.tags[number]
    for member in tagged:
        member.tags.remove(number)
    return OK


def _list(call: Call) -> Json:
    rows = [
        {"id": number, "name": name, "count": len(_tagged(call, number))}
        for number, name in call.account.tags.items()
    ]
    return {"tags": rows}


def _tag(call: Call) -> Json:
    number, members = _number(call.body.get("tagid"), call), _members(call)
    if any(number not in member.tags and len(member.tags) >= _PER_MEMBER for member in members):
        raise Refusal(45059)
    for member in members:
        if number not in member.tags:
            member.tags.append(number)
    return OK


def _untag(call: Call) -> Json:
    number = _number(call.body.get("tagid"), call)
    for member in _members(call):
        if number in member.tags:
            member.tags.remove(number)
    return OK


def _tagged_page(call: Call) -> Json:
    members = _tagged(call, _number(call.body.get("tagid"), call))
    return shown_page(page_after(members, call.text("next_openid", "")))


def _of_member(call: Call) -> Json:
    return {"tagid_list": list(call.member(call.text("openid", "")).tags)}


def _name(call: Call) -> str:
    tag = call.body.get("tag")
    name = tag.get("name") if isinstance(tag, dict) else None
    if not isinstance(name, str) or not name or name in call.account.tags.values():
        raise Refusal(45157)
    if len(name.encode()) > _NAME_BYTES:
        raise Refusal(45158)
    return name


def _number(value: object, call: Call) -> int:
    if value in _RESERVED:
        raise Refusal(45058)
    if not isinstance(value, int) or value not in call.account.tags:
        raise Refusal(45159)
    return value


def _members(call: Call) -> list[Member]:
    openids = call.openids("openid_list")
    if not 1 <= len(openids) <= _PER_CALL:
        raise Refusal(40032)
    members = [call.account.people.by_openid(openid) for openid in openids]
    if any(member is None or not member.following for member in members):
        raise Refusal(49003)
    return [member for member in members if member is not None]


def _tagged(call: Call, number: int) -> list[Member]:
    return [member for member in call.account.people.followers() if number in member.tags]


ENDPOINTS: dict[str, Endpoint] = {
    "/cgi-bin/tags/create": Endpoint("POST", _create),
    "/cgi-bin/tags/update": Endpoint("POST", _update),
    "/cgi-bin/tags/delete": Endpoint("POST", _delete),
    "/cgi-bin/tags/get": Endpoint("GET", _list),
    "/cgi-bin/tags/members/batchtagging": Endpoint("POST", _tag),
    "/cgi-bin/tags/members/batchuntagging": Endpoint("POST", _untag),
    "/cgi-bin/tags/getidlist": Endpoint("POST", _of_member),
    "/cgi-bin/user/tag/get": Endpoint("POST", _tagged_page),
}
