"""Understanding what came back from a call: a success of the exact shape, or one leaf of SendError."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.channels._official.verdicts import ALREADY_SENT, BAD_ANSWER, verdict_error
from bot.domain.errors import OutcomeUnknown, SendError, TryLater

Answer = dict[str, Any]
_REST = timedelta(minutes=1)
# Members' remarks come with raw control characters in them.
_DECODER = json.JSONDecoder(strict=False)


def understand(
    status: int, body: bytes, now: datetime, *, bare: bool = False, clean: Callable[[str], str] = str
) -> Answer | SendError:
    """Return the platform's answer if it is a success, else the error to raise.

    Success is a JSON object with the integer `errcode` 0; `bare` accepts objects without an errcode,
    which is how reading calls answer. `clean` takes secrets out of the platform's words.
    """
    if status != 200:
        return _http_fault(status, now)
    answer = decoded(body)
    if answer is None:
        return OutcomeUnknown(BAD_ANSWER, detail="not a JSON object")
    code = answer.get("errcode", 0 if bare and answer else None)
    if type(code) is not int or not -(2**31) <= code < 2**31:
        return OutcomeUnknown(BAD_ANSWER, detail="no errcode")
    # A key the platform has seen means that the first call went through; the answer brings its msg_id.
    if code in {0, ALREADY_SENT}:
        return answer
    return verdict_error(code, clean(str(answer.get("errmsg", ""))[:400]), now)


def decoded(body: bytes) -> Answer | None:
    """Return the JSON object in the body, None for anything else, however malicious."""
    try:
        found = _DECODER.decode(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _http_fault(status: int, now: datetime) -> SendError:
    detail = f"HTTP {status}"
    if status == 429:
        return TryLater("http_busy", now + _REST, scope="api", slower=True, detail=detail)
    if 300 <= status < 500:
        return TryLater("http_refused", now + _REST, scope="api", detail=detail)
    return OutcomeUnknown("http_failed", detail=detail)
