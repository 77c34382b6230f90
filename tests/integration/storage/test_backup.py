"""Backups of a database in use, and restores that neither send twice nor remember the forgotten."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.domain.effects import Enroll, QueueMessage
from bot.domain.events import MESSAGE, InboundEvent
from bot.domain.lifecycle.enrollment import Enrollment, EnrollmentState
from bot.domain.outbox import OutboxMessage
from storage import audit, backup, effects, erasure, events, inbox, members, switches, vault
from storage.database import Database
from storage.inbox import InboxEntry
from storage.privacy import Keyring, Unreadable
from storage.tables import METADATA, table
from storage.tables.delivery import OutboxRow
from tests.fakes import START
from tests.integration.storage.conftest import ring

OUTBOX = table(OutboxRow)
LATER = START + timedelta(hours=2)


def meet(c: Connection, known_as: str) -> int:
    event = InboundEvent(f"k-{known_as}", "shop", MESSAGE, START, known_as, text="你好")
    (member_id,) = members.resolve(c, [event], START)
    assert member_id is not None
    events.append(c, [events.Happened.of(member_id, event)], START)
    return member_id


def contents(c: Connection) -> dict[str, list[str]]:
    return {one.name: sorted(map(repr, c.execute(select(one)).all())) for one in METADATA.sorted_tables}


def test_a_restored_database_holds_what_was_saved(
    any_database_url: str, keyring: Keyring, tmp_path: Path
) -> None:
    with Database.open(any_database_url, keyring) as database:
        database.transact(lambda c: meet(c, "shop:a"))
        database.transact(lambda c: meet(c, "phone:13800138000"))
        before = database.transact(contents)
    backup.save(any_database_url, tmp_path / "copy", START, keyring)
    with Database.open(any_database_url, keyring) as database:
        database.transact(lambda c: meet(c, "shop:too-late"))
    backup.restore(tmp_path / "copy", any_database_url, LATER, keyring)
    with Database.open(any_database_url, keyring) as database:
        after = database.transact(contents)
        assert database.transact(lambda c: meet(c, "shop:next")) > 2
        assert database.transact(audit.verify) == []
    assert {name for name in after if after[name] != before[name]} == {"switch", "audit"}


def test_a_restored_database_is_fenced(any_database_url: str, keyring: Keyring, tmp_path: Path) -> None:
    backup.save(any_database_url, tmp_path / "copy", START, keyring)
    backup.restore(tmp_path / "copy", any_database_url, LATER, keyring)
    with Database.open(any_database_url, keyring) as database:
        assert database.transact(switches.stopped) == switches.FENCED
        assert database.transact(lambda c: switches.turn_off(c, switches.FENCED))
        assert database.transact(switches.stopped) == ""


def test_who_left_after_the_backup_stays_forgotten(
    any_database_url: str, keyring: Keyring, tmp_path: Path
) -> None:
    with Database.open(any_database_url, keyring) as database:
        gone = database.transact(lambda c: meet(c, "shop:gone"))
        database.transact(lambda c: meet(c, "shop:stays"))
    backup.save(any_database_url, tmp_path / "copy", START, keyring)
    with Database.open(any_database_url, keyring) as database:
        database.transact(lambda c: erasure.unfollowed(c, gone, "shop", START + timedelta(minutes=1)))
    found = backup.restore(tmp_path / "copy", any_database_url, LATER, keyring)
    assert found.forgotten == 1
    with Database.open(any_database_url, keyring) as database:
        assert database.transact(lambda c: members.find(c, "shop:gone")) is None
        assert database.transact(lambda c: members.find(c, "shop:stays")) is not None


def test_what_may_have_been_sent_since_is_unknown_and_what_cannot_is_kept(
    any_database_url: str, keyring: Keyring, tmp_path: Path
) -> None:
    def queue(c: Connection) -> None:
        member_id = meet(c, "shop:a")
        due = {"soon": START + timedelta(minutes=5), "tomorrow": START + timedelta(days=1)}
        rows = [
            QueueMessage(
                OutboxMessage(key, member_id, "t", "service", ("cs",), START, at, at + timedelta(days=3))
            )
            for key, at in due.items()
        ]
        runs = [
            Enroll(Enrollment(key, key, "v", member_id, "", EnrollmentState.ACTIVE, "a", START, START, at))
            for key, at in due.items()
        ]
        effects.apply(c, [[*rows, *runs]], START)

    with Database.open(any_database_url, keyring) as database:
        database.transact(queue)
    backup.save(any_database_url, tmp_path / "copy", START, keyring)
    found = backup.restore(tmp_path / "copy", any_database_url, LATER, keyring)
    assert (found.doubtful_messages, found.doubtful_runs) == (1, 1)
    with Database.open(any_database_url, keyring) as database:
        rows = database.transact(lambda c: c.execute(select(OUTBOX.c.key, OUTBOX.c.state)).all())
        assert dict(rows) == {"soon": "unknown", "tomorrow": "queued"}


def test_a_backup_taken_during_writes_is_of_one_moment(
    any_database_url: str, keyring: Keyring, tmp_path: Path
) -> None:
    """Each transaction writes two inbox keys; a copy with an odd number would have torn one."""
    stop = threading.Event()
    with Database.open(any_database_url, keyring) as database:

        def write() -> None:
            number = 0
            while not stop.is_set():
                pair = [InboxEntry(f"{number}-{side}", "shop") for side in "ab"]
                database.transact(partial(inbox.append, entries=pair, now=START))
                number += 1

        writer = threading.Thread(target=write)
        writer.start()
        try:
            backup.save(any_database_url, tmp_path / "copy", START, keyring)
        finally:
            stop.set()
            writer.join(timeout=20)
    backup.restore(tmp_path / "copy", any_database_url, LATER, keyring)
    with Database.open(any_database_url, keyring) as database:
        assert len(database.transact(lambda c: c.execute(select(inbox.INBOX.c.key)).all())) % 2 == 0


def test_a_sealed_backup_shows_nothing_and_opens_with_no_other_key(
    any_database_url: str, keyring: Keyring, tmp_path: Path
) -> None:
    with Database.open(any_database_url, keyring) as database:
        database.transact(lambda c: meet(c, "shop:canaryaddress"))
    backup.save(any_database_url, tmp_path / "sealed", START, keyring)
    assert vault.is_sealed(tmp_path / "sealed")
    assert b"PK\x03\x04" not in (tmp_path / "sealed").read_bytes()[:64]
    with pytest.raises(Unreadable):
        backup.restore(tmp_path / "sealed", any_database_url, LATER, ring(key="another"))


@pytest.mark.parametrize("harm", ["flip", "cut", "swap"])
def test_a_damaged_sealed_file_does_not_open(keyring: Keyring, tmp_path: Path, harm: str) -> None:
    plain, sealed = tmp_path / "plain", tmp_path / "sealed"
    plain.write_bytes(bytes(range(256)) * 4096 * 3)
    vault.seal_file(plain, sealed, keyring)
    vault.open_file(sealed, tmp_path / "again", keyring)
    assert (tmp_path / "again").read_bytes() == plain.read_bytes()
    raw = bytearray(sealed.read_bytes())
    head, frame = raw.index(b"|", len(vault.MAGIC)) + 1, vault.FRAME + 28
    if harm == "flip":
        raw[head + 100] ^= 1
    elif harm == "cut":
        del raw[head + frame * 2 :]
    else:
        raw[head : head + frame], raw[head + frame : head + 2 * frame] = (
            raw[head + frame : head + 2 * frame], raw[head : head + frame],
        )  # fmt: skip
    sealed.write_bytes(raw)
    with pytest.raises(Unreadable):
        vault.open_file(sealed, tmp_path / "again", keyring)


def test_what_is_no_backup_is_refused_before_anything_is_touched(
    any_database_url: str, keyring: Keyring, tmp_path: Path
) -> None:
    with Database.open(any_database_url, keyring) as database:
        database.transact(lambda c: meet(c, "shop:a"))
    (tmp_path / "junk").write_bytes(b"not a backup")
    with pytest.raises(backup.BackupRefused):
        backup.restore(tmp_path / "junk", any_database_url, LATER, keyring)
    with Database.open(any_database_url, keyring) as database:
        assert database.transact(lambda c: members.find(c, "shop:a")) == 1
        assert database.transact(switches.stopped) == ""
