"""What members do. Each act changes the platform's state at once, then delivers its callback."""

import re
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from bot.sandbox import messages
from bot.sandbox.account import Account, QrCode
from bot.sandbox.courier import Delivery, deliver
from bot.sandbox.people import Member
from bot.sandbox.shapes import BadFieldError, Json, flag, table, text
from bot.sandbox.visits import visit
from bot.sandbox.webhook import post_webhook
from bot.sandbox.world import World

Act = Callable[[World, Json], Coroutine[Any, Any, Json]]
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/[A-Za-z0-9/_-]+")
_UNTIL_OPENED_S = 60.0


async def say(world: World, body: Json) -> Json:
    """``{from, text}`` or ``{from, type, fields}``; ``menu_id`` makes it a click in a menu message.

    With ``opens`` the member opens the first address of ours in the answer, a minute later.
    """
    account, member = world.member(body)
    _require_following(member)
    fields = dict(table(body, "fields", {}))
    if "text" in body:
        fields["Content"] = text(body, "text")
    if "menu_id" in body:
        fields["bizmsgmenuid"] = body["menu_id"]
    sent = messages.message(world, account, member, text(body, "type", "text"), fields)
    if "menu_id" in body:
        member.window.after_event(world.clock.now(), "CLICK")
    else:
        member.window.after_message(world.clock.now())
    member.last_spoke = world.clock.epoch()
    delivery = await deliver(world, account, member, sent)
    if flag(body, "opens", default=False):
        _open_later(world, delivery)
    return delivery.shown()


def _open_later(world: World, delivery: Delivery) -> None:
    found = _ADDRESS.search(str((delivery.reply or {}).get("Content", "")))
    if found is None:
        return
    url = found.group()

    async def opens() -> None:
        await visit(world, {"url": url})

    world.later(_UNTIL_OPENED_S, url, opens)


async def follow(world: World, body: Json) -> Json:
    """``{from, scene?, unionid?}`` follows, by a parametric code if there is a scene."""
    account = world.account(body)
    return await _follow(world, account, _meet(account, body), text(body, "scene", ""))


async def unfollow(world: World, body: Json) -> Json:
    """The member leaves: windows close, the platform's tags are gone, no answer is shown."""
    account, member = world.member(body)
    _require_following(member)
    member.following = False
    member.tags.clear()
    member.window.close()
    sent = messages.event(world, account, member, "unsubscribe", {"EventKey": ""})
    result = await deliver(world, account, member, sent)
    member.gone_known = result.delivered and not member.following
    return result.shown()


async def scan(world: World, body: Json) -> Json:
    """``{from, scene}``: SCAN for a follower, a follow for anyone else; a dead code does nothing."""
    account, scene = world.account(body), text(body, "scene")
    member = _meet(account, body)
    if not member.following:
        return await _follow(world, account, member, scene)
    code = _code(world, account, scene)
    if code is None:
        return Delivery(delivered=False, status="the code has expired").shown()
    return await _event(world, account, member, "SCAN", {"EventKey": scene, "Ticket": code.ticket})


async def click(world: World, body: Json) -> Json:
    """``{from, key}``: a tap on a CLICK entry of the menu."""
    account, member = world.member(body)
    _require_following(member)
    return await _event(world, account, member, "CLICK", {"EventKey": text(body, "key")})


async def subscribe(world: World, body: Json) -> Json:
    """``{from, template, accept, scene?, change?}``: the answer to a pop-up; accepted, it allows one send.

    ``change: true`` is a withdrawal in the member's settings instead.
    """
    account, member = world.member(body)
    template, accept = text(body, "template"), flag(body, "accept", default=True)
    if flag(body, "change", default=False):
        member.grants[template] = 0
        row: Json = {"TemplateId": template, "SubscribeStatusString": "reject"}
        name = "subscribe_msg_change_event"
    else:
        member.grants[template] += 1 if accept else 0
        status = "accept" if accept else "reject"
        row = {
            "TemplateId": template,
            "SubscribeStatusString": status,
            "PopupScene": text(body, "scene", "1"),
        }
        name = "subscribe_msg_popup_event"
    sent = messages.subscription_event(world, account, member, name, row)
    return (await deliver(world, account, member, sent)).shown()


async def event(world: World, body: Json) -> Json:
    """``{from, event, fields}``: any event by its platform name, with the windows and sessions it changes."""
    name, fields = text(body, "event"), table(body, "fields", {})
    if name in ("subscribe", "unsubscribe"):
        return await (follow if name == "subscribe" else unfollow)(world, body)
    account, member = world.member(body)
    if name in ("kf_create_session", "kf_switch_session"):
        account.desk[member.openid] = str(fields.get("KfAccount") or fields.get("ToKfAccount") or "")
    elif name == "kf_close_session":
        account.desk.pop(member.openid, None)
    return await _event(world, account, member, name, fields)


async def webhook(world: World, body: Json) -> Json:
    """``{url, body, headers?, secret?, id?}``: a business system's request, signed with the virtual time."""
    return await post_webhook(world, body)


ACTS: dict[str, Act] = {
    "say": say,
    "follow": follow,
    "unfollow": unfollow,
    "scan": scan,
    "click": click,
    "subscribe": subscribe,
    "event": event,
    "webhook": webhook,
    "visit": visit,
}


def _meet(account: Account, body: Json) -> Member:
    who = text(body, "from")
    unionid = body.get("unionid")
    if unionid is None and account.unionids and account.member(who) is None:
        unionid = account.people.union_id(who)
    return account.people.meet(who, unionid)


async def _follow(world: World, account: Account, member: Member, scene: str) -> Json:
    if member.following:
        return Delivery(delivered=False, status="already a follower").shown()
    member.following, member.gone_known = True, False
    member.follow_time = world.clock.epoch()
    member.scene, member.qr_scene = ("ADD_SCENE_QR_CODE", scene) if scene else ("ADD_SCENE_SEARCH", "")
    code = _code(world, account, scene) if scene else None
    fields: Json = {"EventKey": ""}
    if code is not None:
        fields = {"EventKey": f"qrscene_{scene}", "Ticket": code.ticket}
    return await _event(world, account, member, "subscribe", fields)


async def _event(world: World, account: Account, member: Member, name: str, fields: Json) -> Json:
    if member.following:
        member.window.after_event(world.clock.now(), name)
    sent = messages.event(world, account, member, name, fields)
    return (await deliver(world, account, member, sent)).shown()


def _code(world: World, account: Account, scene: str) -> QrCode | None:
    """The living code of that scene; one printed long ago if none was ever made; None if all have ended."""
    living = account.qr(scene, world.clock.now())
    if living is None and not any(code.scene == scene for code in account.codes.values()):
        ticket = "gQ" + world.chance.named(94, "ticket", account.app_id, scene)
        living = QrCode(
            scene, ticket, f"http://weixin.qq.com/q/{ticket[-22:]}", world.clock.now() + timedelta(days=1)
        )
    return living


def _require_following(member: Member) -> None:
    if not member.following:
        raise BadFieldError(f"{member.name} does not follow the account")
