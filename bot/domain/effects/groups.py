"""Effects on groups: who is in them, and what is said there."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from bot.domain.events import Scalar
from bot.domain.identity import Identity
from bot.domain.value import value


@value
class JoinGroup:
    """The member is in a group since then; who is there already keeps their first time and way.

    `scene` is the platform's own number or word for how they came, `state` the mark of the code they used.
    """

    member_id: int
    group: Identity
    name: str
    at: datetime
    scene: str = ""
    state: str = ""


@value
class LeaveGroup:
    """The member is in the group no more."""

    member_id: int
    group: Identity
    at: datetime
    scene: str = ""


@value
class ForgetMessage:
    """Forget the words of a message that was taken back, known by our key or by the platform's id."""

    member_id: int
    key: str
    message_id: str
    at: datetime


@value
class SayInGroup:
    """Say something in a group once its rules allow; see `bot.domain.group_posts`.

    The same `key` again does nothing. `gather` joins it with what waits there under the same topic and
    counts how many it speaks to; `topic` is what its cool-down is for.
    """

    member_id: int
    group: Identity
    topic: str
    template: str
    key: str
    at: datetime
    due_at: datetime
    expires_at: datetime
    gather: bool = False
    context: Mapping[str, Scalar] = field(default_factory=dict)
