"""A phone that somebody told us in chat: theirs if nobody has it, or the way to their other self.

Anybody can write anybody's number, so it joins little: only somebody we know from groups and talks with
other gateways alone, and only to a member who has no address of their own at that account yet.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from bot.domain.effects import TellPhone
from bot.domain.identity import UNIONID, split
from storage import audit, merge
from storage.dialect import insert_new
from storage.directory import owners
from storage.names import stored_name, stored_row
from storage.tables import table
from storage.tables.members import IdentityRow

IDENTITY = table(IdentityRow)


def by_phone(
    connection: Connection, told: Sequence[TellPhone], official: frozenset[str], now: datetime
) -> None:
    """Join those who told a phone with who has it; `official` are the accounts that prove who somebody is."""
    for one in told:
        name = stored_name(connection, one.phone)
        if name is None:
            continue
        speaker = owners(connection, [one.known_as]).get(one.known_as)
        owner = owners(connection, [name]).get(name)
        if speaker is None or owner == speaker:
            continue
        if owner is None:
            row = stored_row(
                connection,
                name,
                one.phone,
                speaker,
                following=False,
                since=one.at,
                source=split(one.known_as)[0],
            )
            insert_new(connection, IDENTITY, [row], ["known_as"])
        elif _may_join(connection, speaker, owner, official):
            merge.merge(connection, owner, [speaker], now)
            entry = audit.Entry("member", "member.joined", f"m{owner}", {"was": f"m{speaker}", "by": "phone"})
            audit.note(connection, entry, now)


def _may_join(connection: Connection, speaker: int, owner: int, official: frozenset[str]) -> bool:
    speaks, owns = _accounts(connection, speaker), _accounts(connection, owner)
    proven = official | {UNIONID}
    return not speaks & proven and not speaks & owns


def _accounts(connection: Connection, member_id: int) -> frozenset[str]:
    names = connection.execute(select(IDENTITY.c.known_as).where(IDENTITY.c.member_id == member_id)).scalars()
    return frozenset(split(name)[0] for name in names)
