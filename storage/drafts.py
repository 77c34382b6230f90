"""Facts of members while they are being gathered, table by table."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.domain.lifecycle.enrollment import Enrollment, PastRuns
from bot.domain.members import Consent, Holding, Link, Tag, Tally
from storage import facts
from storage.reading import Rows

Decode = Callable[[Any], Any]


class Drafts:
    """The facts of several members while they are being gathered, by member id; most have few."""

    __slots__ = (
        "consents", "groups", "holdings", "links", "memberships", "moments", "past", "runs", "suppressed",
        "tags", "tallies",
    )  # fmt: skip

    def __init__(self) -> None:
        """Begin with nothing known of anybody."""
        self.tags: dict[int, dict[str, Tag]] = {}
        self.tallies: dict[int, dict[str, Tally]] = {}
        self.moments: dict[int, dict[str, list[datetime]]] = {}
        self.consents: dict[int, dict[str, Consent]] = {}
        self.suppressed: dict[int, dict[str, datetime]] = {}
        self.memberships: dict[int, list[str]] = {}
        self.groups: dict[int, dict[str, str]] = {}
        self.links: dict[int, list[Link]] = {}
        self.holdings: dict[int, dict[str, Holding]] = {}
        self.runs: dict[int, list[Enrollment]] = {}
        self.past: dict[int, dict[str, PastRuns]] = {}


def read_small(rows: Rows, drafts: Drafts, moment: Decode) -> None:
    """Gather the rows of some of the small tables, see `storage.facts.SMALL`."""
    for member_id, kind, name, text, flag, at, until in rows:
        if kind == facts.TAG:
            tag = Tag(name, text, moment(at), moment(until) if until else None)
            drafts.tags.setdefault(member_id, {})[name] = tag
        elif kind == facts.LINK:
            link = Link(name, text.partition(":")[2], bool(flag), moment(at))
            drafts.links.setdefault(member_id, []).append(link)
        elif kind == facts.CONSENT:
            drafts.consents.setdefault(member_id, {})[name] = Consent(bool(flag), moment(at), text)
        elif kind == facts.SUPPRESSION:
            drafts.suppressed.setdefault(member_id, {})[name] = moment(until)
        elif kind == facts.IN_GROUP:
            drafts.groups.setdefault(member_id, {})[name] = text
        else:
            drafts.memberships.setdefault(member_id, []).append(name)
