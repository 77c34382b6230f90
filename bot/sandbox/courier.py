"""Carries callbacks to the bot and judges what comes back.

An answer is due within 5 s; without one the platform delivers again, three times in all. The retry carries
the same plaintext; whether it repeats query and ciphertext is not documented, so an account may choose.
"""

import asyncio
from dataclasses import dataclass

from aiohttp import ClientError, ClientTimeout

from bot.sandbox.account import Account
from bot.sandbox.crypto import sign
from bot.sandbox.markup import write
from bot.sandbox.people import Member
from bot.sandbox.replies import BadReplyError, read_reply
from bot.sandbox.shapes import Json
from bot.sandbox.world import World

DELIVERIES = 3
_BROKEN = "该公众号提供的服务出现故障，请稍后再试"
_MOST = 256 * 1024
Wire = tuple[dict[str, str], bytes]


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a callback went: the last HTTP ``status`` (None: no answer) and the decrypted ``reply``."""

    delivered: bool
    status: int | str | None
    attempts: int = 0
    reply: Json | None = None
    problem: str | None = None

    def shown(self) -> Json:
        """The delivery as the control API answers it."""
        return {
            "delivered": self.delivered,
            "status": self.status,
            "attempts": self.attempts,
            "reply": self.reply,
            "problem": self.problem,
        }


async def deliver(world: World, account: Account, member: Member, fields: Json) -> Delivery:
    """Post one message or event and record what the member got to see of the answer."""
    if not account.link.callback_url:
        return Delivery(delivered=False, status=None, problem="the account has no callback_url")
    with world.presence.flight():
        plaintext = write(fields).encode()
        result = await _attempts(world, account, member, plaintext)
        extra = world.faults.strike("callback", frozenset({"duplicate"}))
        if extra is not None and result.delivered:
            await _post(world, account, _wire(world, account, member, plaintext))
    _record(world, account, member, fields, result)
    return result


async def _attempts(world: World, account: Account, member: Member, plaintext: bytes) -> Delivery:
    link, loop = account.link, asyncio.get_running_loop()
    wire = _wire(world, account, member, plaintext)
    status: int | None = None
    for attempt in range(1, DELIVERIES + 1):
        started = loop.time()
        status, body = await _post(world, account, wire)
        if status == 200:
            return _judge(world, account, member, body, attempt)
        if attempt < DELIVERIES:
            await asyncio.sleep(max(0.0, link.retry_after - (loop.time() - started)))
            if not _verbatim(world, link.retry_bytes):
                wire = _wire(world, account, member, plaintext)
    return Delivery(delivered=False, status=status, attempts=DELIVERIES, problem="no answer")


def _verbatim(world: World, retry_bytes: str) -> bool:
    return retry_bytes == "verbatim" or (retry_bytes == "mixed" and world.chance.unit() < 0.5)


def _judge(world: World, account: Account, member: Member, body: bytes, attempt: int) -> Delivery:
    try:
        reply = read_reply(body, account, member, world.clock.now())
    except BadReplyError as exc:
        return Delivery(delivered=True, status=200, attempts=attempt, problem=str(exc))
    return Delivery(delivered=True, status=200, attempts=attempt, reply=reply)


def _wire(world: World, account: Account, member: Member, plaintext: bytes) -> Wire:
    """The query and the body of one delivery, newly stamped and sealed."""
    link = account.link
    stamp, nonce = str(world.clock.epoch()), world.chance.digits(9)
    query = {
        "signature": sign(link.token, stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "openid": member.openid,
    }
    if link.mode == "plain" or link.seal is None:
        return query, plaintext
    sealed = link.seal.close(plaintext, world.chance.text(16).encode())
    query |= {"encrypt_type": "aes", "msg_signature": sign(link.token, stamp, nonce, sealed)}
    if link.mode == "compatible":
        both = plaintext.decode().removesuffix("</xml>") + write({"Encrypt": sealed}).removeprefix("<xml>")
        return query, both.encode()
    return query, write({"ToUserName": account.original_id, "Encrypt": sealed}).encode()


async def _post(world: World, account: Account, wire: Wire) -> tuple[int | None, bytes]:
    query, body = wire
    try:
        async with world.session.post(
            account.link.callback_url,
            params=query,
            data=body,
            headers={"Content-Type": "text/xml"},
            timeout=ClientTimeout(total=account.link.answer_within),
            allow_redirects=False,
        ) as response:
            return response.status, (await response.read())[:_MOST]
    except (ClientError, TimeoutError, OSError):
        return None, b""


async def verify_url(world: World, account: Account) -> bool:
    """The GET that proves the callback URL is the account's: it must echo ``echostr``, byte for byte."""
    stamp, nonce, echo = str(world.clock.epoch()), world.chance.digits(9), world.chance.digits(19)
    query = {
        "signature": sign(account.link.token, stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "echostr": echo,
    }
    limit = ClientTimeout(total=account.link.answer_within)
    try:
        async with world.session.get(account.link.callback_url, params=query, timeout=limit) as response:
            echoed = response.status == 200 and await response.read() == echo.encode()
    except (ClientError, TimeoutError, OSError) as exc:
        world.record.warning(f"URL verification of {account.name}: nobody answers ({exc!r})")
        return False
    if not echoed:
        world.record.violation(account.name, "url_verification", "the echostr was not echoed")
    return echoed


def _record(world: World, account: Account, member: Member, fields: Json, result: Delivery) -> None:
    to = fields.get("Event") or fields.get("MsgType")
    world.record.posted(account.name, str(to), accepted=result.delivered)
    if result.problem is not None:
        rule = "bad_reply" if result.delivered else "no_answer"
        detail = f"{to}: {result.problem}"
        world.record.violation(account.name, rule, detail, member=member.name, status=result.status)
        if fields.get("Event") != "unsubscribe":
            world.record.message(account.name, member, "platform", "service_broken", text=_BROKEN, answers=to)
    elif result.reply is not None:
        kind = result.reply["MsgType"]
        content = {key: value for key, value in result.reply.items() if key not in _HEADER}
        text = content.get("Content", "")
        world.record.message(
            account.name,
            member,
            "reply",
            kind,
            text=text,
            content=content,
            answers=to,
            msgid=fields.get("MsgId"),
        )


_HEADER = frozenset({"ToUserName", "FromUserName", "CreateTime", "MsgType"})
