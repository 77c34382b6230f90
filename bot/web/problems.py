"""What is wrong with a request, as RFC 9457 problem details: a code, where it is, and what to do.

https://www.rfc-editor.org/rfc/rfc9457
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus

from aiohttp import web

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: a code for programs, the path of the field, and what to do about it."""

    code: str
    path: str
    detail: str

    def under(self, path: str) -> "Fault":
        """Return the fault with its path seen from further up."""
        return Fault(self.code, joined(path, self.path), self.detail)


class Refused(Exception):
    """A request that is answered with a problem and nothing else."""

    def __init__(self, status: HTTPStatus, *faults: Fault) -> None:
        """Keep what the answer needs; the first fault names the problem."""
        super().__init__(faults[0].code)
        self.status = status
        self.faults = faults


def malformed(code: str, detail: str, path: str = "") -> Refused:
    """Return a 400: the body cannot be read."""
    return Refused(HTTPStatus.BAD_REQUEST, Fault(code, path, detail))


def unfit(code: str, path: str, detail: str) -> Refused:
    """Return a 422: the body can be read, but does not say what it should."""
    return Refused(HTTPStatus.UNPROCESSABLE_ENTITY, Fault(code, path, detail))


def joined(above: str, below: str) -> str:
    """Return a path such as ``batch[3].properties.total``."""
    if not above or not below:
        return above or below
    return f"{above}{below}" if below.startswith("[") else f"{above}.{below}"


def problem(status: HTTPStatus, faults: Sequence[Fault]) -> web.Response:
    """Return the answer: type, title, status, code, detail, and `errors` with every fault."""
    first = faults[0]
    body = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "code": first.code,
        "detail": first.detail,
        "errors": [asdict(fault) for fault in faults],
    }
    headers = {"Cache-Control": "no-store"}
    if status is HTTPStatus.UNAUTHORIZED:
        # https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2 asks for a challenge.
        headers["WWW-Authenticate"] = "Standard-Webhooks"
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "5"
    return web.Response(
        status=status.value,
        body=json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
        headers=headers,
        content_type=CONTENT_TYPE,
    )
