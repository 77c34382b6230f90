"""From a decrypted record of the archive to the event everybody understands.

https://developer.work.weixin.qq.com/document/path/91774: ids of customers begin with wm or wo, of robots with
wb, of groups with wr; `msgtime` is in milliseconds.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.channels._shared.json_bodies import Json, Unintelligible, key_of, object_at, optional, said, text_at
from bot.domain import events
from bot.domain.events import InboundEvent, Scalar
from bot.domain.identity import identity

CUSTOMER = ("wm", "wo")


@dataclass(frozen=True, slots=True)
class Records:
    """Reads the records of one archive. `people` is the account whose customers and groups these are."""

    account: str
    people: str

    def event_of(self, row: Json, now: datetime) -> InboundEvent | None:
        """Return what a record means; None for employees, robots and what concerns nobody.

        Raises Unintelligible.
        """
        if row.get("action") == "switch":
            return None
        kind, who = text_at(row, "msgtype"), text_at(row, "from")
        if kind in {"agree", "disagree"}:
            return self._consent(kind, row, now)
        if not who.startswith(CUSTOMER) or not optional(row, "roomid"):
            return None
        if row.get("action") == "recall" or kind == "revoke":
            pre = text_at(object_at(row, "revoke"), "pre_msgid", 256)
            about: dict[str, Scalar] = {"message_key": key_of(self.account, pre)}
            return self._said(events.GROUP_RECALLED, row, now, about)
        return self._said(events.GROUP_MESSAGE, row, now, {"type": kind[:32]})

    def _consent(self, kind: str, row: Json, now: datetime) -> InboundEvent:
        who = text_at(object_at(row, kind), "userid")
        return InboundEvent(
            key=key_of(self.account, text_at(row, "msgid", 256)),
            account=self.account,
            kind=events.ARCHIVE_AGREED if kind == "agree" else events.ARCHIVE_DISAGREED,
            at=_moment(row, now),
            known_as=identity(self.people, who),
            platform_kind=kind,
        )

    def _said(self, kind: str, row: Json, now: datetime, properties: dict[str, Scalar]) -> InboundEvent:
        return InboundEvent(
            key=key_of(self.account, text_at(row, "msgid", 256)),
            account=self.account,
            kind=kind,
            at=_moment(row, now),
            known_as=identity(self.people, text_at(row, "from")),
            text=said(object_at(row, "text").get("content", "")),
            properties=properties,
            platform_kind=optional(row, "msgtype"),
            group=identity(self.people, text_at(row, "roomid")),
            needs_agreement=True,
        )


def _moment(row: Json, now: datetime) -> datetime:
    millis = row.get("msgtime")
    if isinstance(millis, bool) or not isinstance(millis, int) or not 0 < millis < 10**14:
        raise Unintelligible("msgtime")
    return min(datetime.fromtimestamp(millis / 1000, UTC), now)
