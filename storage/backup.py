"""Copies of the whole database while it is in use, and opening one again without harm.

A backup is a ZIP with a manifest and either the SQLite file or every PostgreSQL table in COPY format,
sealed with the field key when there is one. What comes back from a restore is `fenced`: nothing is
sent until an operator resumes, see `storage.fencing`.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from sqlalchemy import Connection

from bot.domain.errors import HetangError
from storage import copying, fencing, migrate, vault
from storage.database import Database, driver_url
from storage.erasure import tombstones
from storage.privacy import Keyring

MANIFEST = "manifest.json"
SQLITE_FILE = "database.sqlite"


class BackupRefused(HetangError):
    """A backup cannot be made or opened; the message says why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is: its database, its schema and when it was taken (ISO 8601, UTC)."""

    dialect: str
    revision: str
    at: str


def save(url: str, target: Path, now: datetime, keyring: Keyring | None = None) -> Manifest:
    """Write a consistent copy of the database in use to `target`; an older file there is replaced."""
    with TemporaryDirectory(dir=target.parent) as folder, Database.open(url) as database:
        plain = Path(folder) / "backup.zip"
        with database.engine.connect() as connection:
            revision = migrate.revision(connection) or ""
        manifest = Manifest(database.dialect, revision, now.isoformat())
        with ZipFile(plain, "w", ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(MANIFEST, json.dumps(asdict(manifest)))
            if database.dialect == "sqlite":
                copy = Path(folder) / SQLITE_FILE
                _copy_sqlite(_sqlite_path(url), copy)
                archive.write(copy, SQLITE_FILE)
            else:
                copying.save(database, archive)
        if keyring is not None:
            sealed = Path(folder) / "backup.sealed"
            vault.seal_file(plain, sealed, keyring)
            plain = sealed
        plain.replace(target)
    return manifest


def restore(source: Path, url: str, now: datetime, keyring: Keyring) -> fencing.Fenced:
    """Put a backup in the place of the database, forget again who left since, and fence it.

    The database that stands there now is asked for its tombstones first. Raises BackupRefused when the
    file does not fit, before anything is touched.
    """
    with _opened(source, keyring) as (archive, manifest, folder):
        wanted = driver_url(url).get_backend_name()
        if manifest.dialect != wanted:
            raise BackupRefused(f"this is a backup of {manifest.dialect}, the configuration names {wanted}")
        taken_at = datetime.fromisoformat(manifest.at)
        buried = _tombstones(url, taken_at)
        if wanted == "sqlite":
            _put_sqlite(archive, folder, _sqlite_path(url))
        else:
            copying.restore(url, archive, manifest.revision)
    migrate.upgrade(url)
    with Database.open(url, keyring) as database:
        return database.transact(lambda c: fencing.fence(c, buried, taken_at, now))


@contextmanager
def _opened(source: Path, keyring: Keyring) -> Iterator[tuple[ZipFile, Manifest, Path]]:
    with TemporaryDirectory(dir=source.parent) as name:
        folder = Path(name)
        plain = source
        if vault.is_sealed(source):
            plain = folder / "backup.zip"
            vault.open_file(source, plain, keyring)
        try:
            with ZipFile(plain) as archive:
                manifest = Manifest(**json.loads(archive.read(MANIFEST)))
                yield archive, manifest, folder
        except (BadZipFile, KeyError, TypeError, ValueError) as error:
            raise BackupRefused(f"not a backup: {error}") from error


def _tombstones(url: str, since: datetime) -> list[tuple[str, datetime]]:
    """Return who was forgotten since the backup, as far as the present database can tell."""
    if driver_url(url).get_backend_name() == "sqlite" and not _sqlite_path(url).exists():
        return []

    def look(connection: Connection) -> list[tuple[str, datetime]]:
        return tombstones(connection, since) if migrate.revision(connection) else []

    with Database.open(url) as database:
        return database.transact(look)


def _sqlite_path(url: str) -> Path:
    name = driver_url(url).database
    if not name or name == ":memory:":
        raise BackupRefused("a database in memory has no file")
    return Path(name)


def _copy_sqlite(source: Path, target: Path) -> None:
    # https://www.sqlite.org/backup.html: the copy is of one moment though others write meanwhile.
    reading, writing = sqlite3.connect(source), sqlite3.connect(target)
    try:
        reading.backup(writing, pages=2048, sleep=0.001)
        _must_be_sound(writing)
    finally:
        reading.close()
        writing.close()


def _put_sqlite(archive: ZipFile, folder: Path, target: Path) -> None:
    found = Path(archive.extract(SQLITE_FILE, folder))
    checked = sqlite3.connect(found)
    try:
        _must_be_sound(checked)
    finally:
        checked.close()
    target.parent.mkdir(parents=True, exist_ok=True)
    for part in ("-wal", "-shm"):
        target.with_name(target.name + part).unlink(missing_ok=True)
    found.replace(target)


def _must_be_sound(connection: Any) -> None:
    (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
    if verdict != "ok":
        raise BackupRefused(f"the file is damaged: {verdict}")
