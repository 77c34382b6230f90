"""The way in: from an HTTP request to an authentic event, and from an answer to sealed bytes."""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime

from bot.channels._official.normalise import Unintelligible, callback_key, normalise
from bot.channels._official.replies import envelope_xml, reply_xml
from bot.channels._wechat.query import NOT_AUTHENTIC, Gatekeeper, only
from bot.channels._wechat.seal import Seal
from bot.channels._wechat.xml import BadXml, read, sealed_part
from bot.domain.account import AccountSettings
from bot.domain.channel import Callback, RawCallback, ReplyHandle
from bot.domain.content import Content
from bot.domain.errors import CallbackMalformed, CallbackRejected, CallbackUnintelligible

MAX_BODY = 64 * 1024
SUCCESS = b"success"
_ECHO = re.compile(r"[\x21-\x7e]{1,256}")
_AES = re.compile(r"aes")


class Inbound:
    """Reads and answers the callbacks of one account; encrypted mode only.

    In plaintext mode the signature does not cover the body, so one leaked address would let anybody
    speak as any member. The account must be set to 安全模式 with XML.
    """

    def __init__(self, settings: AccountSettings, nonce: Callable[[], str]) -> None:
        """Raise ValueError when a secret is missing or malformed.

        `nonce` gives at least 32 unforeseeable characters of ``[A-Za-z0-9]`` each time.
        """
        self._account = settings.name
        self._gate = Gatekeeper(settings.token)
        self._seal = Seal(settings.encoding_aes_key, settings.app_id)
        self._nonce = nonce

    def parse(self, request: RawCallback, now: datetime) -> Callback:
        """Return the authentic callback; raise CallbackRejected or CallbackUnintelligible."""
        if request.method == "GET":
            self._gate.check(request.query, now)
            return Callback(echo=only(request.query, "echostr", _ECHO).encode())
        if request.method != "POST" or len(request.body) > MAX_BODY:
            raise CallbackMalformed("method_or_size")
        plain = self._opened(request, now)
        try:
            event, handle = normalise(self._account, read(plain), plain, now)
        except (BadXml, Unintelligible) as error:
            raise CallbackUnintelligible(str(error), self.key_of(plain), plain) from error
        except Exception as error:  # what was authenticated is never answered with a failure
            raise CallbackUnintelligible(type(error).__name__, self.key_of(plain), plain) from error
        return Callback(event=event, handle=handle if event.known_as else None)

    def answer(self, handle: ReplyHandle | None, content: Content | None, now: datetime) -> bytes:
        """Return the sealed reply, or the bare acknowledgement, which needs no sealing.

        https://developers.weixin.qq.com/miniprogram/dev/server/event_push/liveplayer/longterm_subscription
        """
        if handle is None or content is None:
            return SUCCESS
        seconds = int(now.timestamp())
        message = reply_xml(handle, content, seconds)
        fresh, stamp = self._nonce(), str(seconds)
        nonce, random16 = fresh[:16], fresh[16:32].encode()
        sealed = self._seal.close(message, random16).decode()
        return envelope_xml(sealed, self._gate.sign(stamp, nonce, sealed), stamp, nonce)

    def key_of(self, plain: bytes) -> str:
        """Return the key under which an unintelligible message is kept."""
        return callback_key(self._account, None, hashlib.sha256(plain).digest())

    def _opened(self, request: RawCallback, now: datetime) -> bytes:
        only(request.query, "encrypt_type", _AES)
        try:
            sealed = sealed_part(request.body)
        except BadXml as error:
            raise CallbackMalformed(str(error)) from error
        if sealed is None:
            raise CallbackRejected(NOT_AUTHENTIC)
        self._gate.check_sealed(request.query, sealed, now)
        return self._seal.open(sealed)
