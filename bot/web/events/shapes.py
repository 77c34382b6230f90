"""The envelopes as they come in: Segment's calls and CloudEvents 1.0, typed strictly."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.web.problems import Fault, joined

Id = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Who = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Moment = Annotated[str, StringConstraints(min_length=10, max_length=40)]
Object = dict[str, Any]
EARLIEST = 1990

Shape = TypeVar("Shape", bound=BaseModel)


class Envelope(BaseModel):
    """Fields nobody named here are left alone: both specifications let senders add some."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, hide_input_in_errors=True)


class Call(Envelope):
    """What all calls of https://segment.com/docs/connections/spec/common/ share."""

    message_id: Id | None = Field(default=None, alias="messageId")
    user_id: Who | None = Field(default=None, alias="userId")
    anonymous_id: Who | None = Field(default=None, alias="anonymousId")
    timestamp: Moment | None = None
    original_timestamp: Moment | None = Field(default=None, alias="originalTimestamp")


class Track(Call):
    """Something a member did."""

    event: Line
    properties: Object | None = None


class Identify(Call):
    """Something known of a member."""

    traits: Object | None = None


class Alias(Call):
    """Two names of one member."""

    previous_id: Who = Field(alias="previousId")


class CloudEvent(Envelope):
    """https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md"""

    specversion: Literal["1.0"]
    id: Id
    source: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    type: Line
    subject: Who | None = None
    time: Moment | None = None
    datacontenttype: Line | None = None
    data: Object | None = None
    data_base64: Any = None


def shaped(shape: type[Shape], value: object, path: str) -> Shape | list[Fault]:
    """Return the value in its shape, or every fault of it."""
    try:
        return shape.model_validate(value)
    except ValidationError as failure:
        return [
            Fault(error["type"], joined(path, _path(error["loc"])), _sentence(error["type"], error))
            for error in failure.errors(include_url=False, include_input=False)
        ]


def moment_of(text: str) -> datetime | None:
    """Return an aware moment of an ISO 8601 text with a zone; None when it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None and EARLIEST <= found.year < 9999 else None


def _path(loc: tuple[int | str, ...]) -> str:
    path = ""
    for part in loc:
        path = f"{path}[{part}]" if isinstance(part, int) else joined(path, part)
    return path


_SENTENCES = {
    "missing": "this is required",
    "string_type": "write a text",
    "string_too_short": "must not be empty",
    "string_too_long": "this is too long",
    "dict_type": "write an object",
    "model_type": "write an object",
    "literal_error": 'must be "1.0"',
}


def _sentence(kind: str, error: Any) -> str:  # noqa: ANN401  pydantic's own mapping
    return _SENTENCES.get(kind, str(error["msg"]))
