"""Followers, page by page. The platform no longer tells nicknames or pictures.

https://developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_getfans.html
"""

from bot.sandbox.api.call import OK, Call, Endpoint
from bot.sandbox.people import Member
from bot.sandbox.refusal import Refusal
from bot.sandbox.shapes import Json

PAGE = 10_000
_BATCH = 100
_REMARK = 30


def page_after(followers: list[Member], start: str) -> list[Member]:
    """The page of followers after the openid ``start`` (empty: the first page); 40003 if nobody has it."""
    if not start:
        return followers[:PAGE]
    place = next((index for index, one in enumerate(followers) if one.openid == start), None)
    if place is None:
        raise Refusal(40003)
    return followers[place + 1 : place + 1 + PAGE]


def shown_page(page: list[Member]) -> Json:
    """``count``, ``data`` and ``next_openid`` of a page; an empty one has no data."""
    shown: Json = {"count": len(page), "next_openid": page[-1].openid if page else ""}
    if page:
        shown["data"] = {"openid": [one.openid for one in page]}
    return shown


def _get(call: Call) -> Json:
    followers = call.account.people.followers()
    return {"total": len(followers), **shown_page(page_after(followers, call.query.get("next_openid", "")))}


def _info(call: Call) -> Json:
    return _shown(call.member(call.query.get("openid", "")))


def _batch(call: Call) -> Json:
    wanted = call.body.get("user_list")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= _BATCH:
        raise Refusal(40032)
    openids = [row.get("openid", "") if isinstance(row, dict) else "" for row in wanted]
    return {"user_info_list": [_shown(call.member(openid)) for openid in openids]}


def _shown(member: Member) -> Json:
    if not member.following:
        return {"subscribe": 0, "openid": member.openid, "tagid_list": []}
    shown: Json = {
        "subscribe": 1,
        "openid": member.openid,
        "nickname": "",
        "sex": 0,
        "language": "zh_CN",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "subscribe_time": member.follow_time,
        "remark": member.remark,
        "groupid": member.tags[0] if member.tags else 0,
        "tagid_list": list(member.tags),
        "subscribe_scene": member.scene,
        "qr_scene": 0,
        "qr_scene_str": member.qr_scene,
    }
    return shown | ({"unionid": member.unionid} if member.unionid else {})


def _remark(call: Call) -> Json:
    member, remark = call.member(call.text("openid", "")), call.text("remark")
    if len(remark) > _REMARK:
        raise Refusal(40035, "remark")
    member.remark = remark
    return OK


ENDPOINTS: dict[str, Endpoint] = {
    "/cgi-bin/user/get": Endpoint("GET", _get),
    "/cgi-bin/user/info": Endpoint("GET", _info),
    "/cgi-bin/user/info/batchget": Endpoint("POST", _batch),
    "/cgi-bin/user/info/updateremark": Endpoint("POST", _remark),
}
