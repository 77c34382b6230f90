"""What a look at a group tells: its name, who is new, who is somebody we know, who has gone."""

from collections.abc import Mapping
from datetime import datetime

from bot.channels._shared.json_bodies import key_of
from bot.channels._wecom.app_api import ChatGroup, Inside
from bot.domain import events
from bot.domain.events import InboundEvent
from bot.domain.identity import UNIONID, Identity, identity


class GroupNews:
    """Compares groups as the platform has them with what we know."""

    def __init__(self, account: str) -> None:
        """Know the account, and whose other selves were told already."""
        self._account = account
        self._proven: set[tuple[str, str]] = set()

    def of(
        self,
        found: ChatGroup,
        group: Identity,
        known: frozenset[Identity],
        now: datetime,
        *,
        moves: bool,
    ) -> list[InboundEvent]:
        """Return the news. Without `moves` nobody has just come or gone: they are there, or were told."""
        told = [self._about(found, group, now)]
        for person in found.people:
            told += self._person(person, group, known, now, moves=moves)
        return told + (self._gone(found, group, known, now) if moves else [])

    def _about(self, found: ChatGroup, group: Identity, now: datetime) -> InboundEvent:
        return InboundEvent(
            key=key_of(self._account, group, found.version, found.name, found.owner),
            account=self._account,
            kind=events.GROUP_CHANGED,
            at=now,
            known_as="",
            properties={"name": found.name, "owner": found.owner, "version": found.version},
            group=group,
        )

    def _person(
        self, person: Inside, group: Identity, known: frozenset[Identity], now: datetime, *, moves: bool
    ) -> list[InboundEvent]:
        """Return that somebody is new here, or only who they are elsewhere, or nothing."""
        who = identity(self._account, person.address)
        also = (identity(UNIONID, person.unionid),) if person.unionid else ()
        if who not in known:
            at = min(person.joined_at or now, now)
            return [
                InboundEvent(
                    key=key_of(self._account, group, person.address, at.isoformat()),
                    account=self._account,
                    kind=events.JOINED_GROUP if moves else events.SEEN_IN_GROUP,
                    at=at,
                    known_as=who,
                    properties={"scene": person.scene, "state": person.state},
                    also_known_as=also,
                    group=group,
                )
            ]
        return self.identified({person.address: person.unionid}, now) if also else []

    def identified(self, unionids: Mapping[str, str], now: datetime) -> list[InboundEvent]:
        """Return who people are elsewhere, each once."""
        fresh = [pair for pair in sorted(unionids.items()) if pair not in self._proven]
        self._proven.update(fresh)
        return [
            InboundEvent(
                key=key_of(self._account, identity(self._account, address), unionid),
                account=self._account,
                kind=events.IDENTIFIED,
                at=now,
                known_as=identity(self._account, address),
                also_known_as=(identity(UNIONID, unionid),),
            )
            for address, unionid in fresh
        ]

    def _gone(
        self, found: ChatGroup, group: Identity, known: frozenset[Identity], now: datetime
    ) -> list[InboundEvent]:
        here = {identity(self._account, person.address) for person in found.people}
        return [
            InboundEvent(
                key=key_of(self._account, group, who, "gone", found.version),
                account=self._account,
                kind=events.LEFT_GROUP,
                at=now,
                known_as=who,
                group=group,
            )
            for who in sorted(known - here)
        ]
