"""What the gates say of a message."""

from datetime import datetime

from bot.domain.outbox import OutboxState
from bot.domain.value import value


@value
class Pass:
    """Send it now by this route.

    `allowance` names what is spent (route, platform template), None when the route needs nothing.
    `personalised` false asks for the variant that is the same for everybody.
    """

    route: str
    allowance: tuple[str, str] | None = None
    personalised: bool = True


@value
class Hold:
    """Look again at `until`, or sooner when `waiting` and a window opens."""

    reason: str
    until: datetime
    waiting: bool = False


@value
class Drop:
    """Never send it; `state` is what the row ends in. `handoff` asks a person to look instead."""

    reason: str
    state: OutboxState = OutboxState.SKIPPED
    handoff: bool = False


Verdict = Pass | Hold | Drop
