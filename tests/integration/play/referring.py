"""A town of nine members, one of whom may bring the others."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.domain.activities import Referral
from bot.domain.activities.terms import Crowd
from bot.domain.coupons import MemberLimit
from bot.domain.effects import Invite, NoteReferral, QualifyReferral
from storage import invitations, referrals
from storage.announcements import ANNOUNCEMENT
from storage.database import Connection, Database
from storage.dialect import insert_new
from storage.invitations import INVITATION, REFERRAL
from storage.tables import table
from storage.tables.members import IdentityRow, MemberRow

NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
MEMBER, IDENTITY = table(MemberRow), table(IdentityRow)
TERMS = Referral("referral", MemberLimit(3, 24 * HOUR), crowd=Crowd(3))


def member(database: Database, number: int, address: str = "") -> None:
    row = {
        "id": number, "known_since": NOW, "stage": "", "attributes": {}, "provenance": {},
        "unfollowed": False,
    }  # fmt: skip
    tie = {
        "known_as": f"shop:{address or f'o{number}'}", "member_id": number, "account": "shop",
        "following": True, "since": NOW, "source": "", "cipher": None,
    }  # fmt: skip
    database.transact(lambda c: insert_new(c, MEMBER, [row], ["id"]))
    database.transact(lambda c: insert_new(c, IDENTITY, [tie], ["known_as"]))


def scene(database: Database, who: int) -> str:
    def work(c: Connection) -> str:
        invitations.invite(c, [Invite(who, "shop", "k", NOW)], NOW)
        return str(c.execute(select(INVITATION.c.scene).where(INVITATION.c.member_id == who)).scalar_one())

    return database.transact(work)


def come(database: Database, who: int, code: str, at: datetime = NOW, *, first: bool = True) -> str:
    one = NoteReferral(who, code, TERMS, first, f"f{who}", at)
    return database.transact(lambda c: referrals.note(c, [one], at))[0].reason


def order(database: Database, who: int, payer: str = "", at: datetime = NOW, **facts: str) -> str:
    one = QualifyReferral(who, f"HT-{who}", payer, f"q{who}", at, TERMS.crowd, **facts)
    return database.transact(lambda c: referrals.qualify(c, [one], at))[0].reason


def state(database: Database, who: int) -> str | None:
    found = select(REFERRAL.c.state).where(REFERRAL.c.member_id == who)
    return database.transact(lambda c: c.execute(found).scalar())


def told(database: Database) -> list[tuple[int, str]]:
    rows = select(ANNOUNCEMENT.c.member_id, ANNOUNCEMENT.c.properties).order_by(ANNOUNCEMENT.c.key)
    return [
        (who, str(about["invitee_id"])) for who, about in database.transact(lambda c: c.execute(rows).all())
    ]
