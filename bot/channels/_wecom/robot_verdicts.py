"""What the platform's codes about robots mean."""

from datetime import datetime, timedelta

from bot.channels._shared.json_bodies import Json
from bot.domain.errors import AccountDisabled, OutcomeUnknown, SendError, TryLater, Undeliverable

INVALID_REQUEST = 846605
STREAM_ENDED = 846608
_GONE = frozenset({INVALID_REQUEST, STREAM_ENDED})
_BUSY = frozenset({45009, 45033, 130101})


def robot_error(answer: Json, now: datetime) -> SendError:
    """Return what an answer that is no success means."""
    code = answer.get("errcode")
    if type(code) is not int:
        return OutcomeUnknown("bad_answer", detail="no errcode")
    words = " ".join(str(answer.get("errmsg", "")).split())[:200]
    if code == -1:
        return OutcomeUnknown("platform_busy", code=code, detail=words)
    if code in _BUSY:
        return TryLater(
            "minute_quota", now + timedelta(minutes=1), scope="api", slower=True, code=code, detail=words
        )
    if code in _GONE:
        return Undeliverable("window_closed", code=code, detail=words)
    if code in {40001, 40014, 42001}:
        return AccountDisabled("secret_wrong", code=code, detail=words)
    return Undeliverable("refused_by_platform", code=code, detail=words)
