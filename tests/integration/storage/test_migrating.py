"""The schema: the migrations make exactly what the code declares, on both databases."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path

import pytest
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from bot.domain.errors import StorageUnavailable
from storage import migrate
from storage.database import Connection, Database
from storage.migrations import HOME


def test_a_migrated_database_is_what_the_code_declares(any_database_url: str) -> None:
    assert migrate.check(any_database_url) == []


@pytest.mark.parametrize(
    "harm",
    [
        "ALTER TABLE member ADD COLUMN extra VARCHAR",
        "ALTER TABLE member DROP COLUMN zone",
        "DROP INDEX ix_member_stage",
        "ALTER TABLE tag DROP COLUMN account",
    ],
)
def test_a_schema_that_differs_is_told(any_database_url: str, harm: str) -> None:
    with Database.open(any_database_url) as database:
        database.transact(lambda c: c.execute(text(harm)))
    assert migrate.check(any_database_url) != []


def test_upgrading_again_changes_nothing(any_database_url: str) -> None:
    assert migrate.upgrade(any_database_url) == migrate.newest()
    assert migrate.check(any_database_url) == []


def test_an_empty_database_says_so(tmp_path: object) -> None:
    assert migrate.check(f"sqlite:///{tmp_path}/x.db") == [
        f"schema is at nothing, the program needs {migrate.newest()}"
    ]


def test_a_first_start_makes_the_folder_of_its_database_for_the_owner_only(tmp_path: Path) -> None:
    migrate.upgrade(f"sqlite+aiosqlite:///{tmp_path}/new/data/hetang.db")
    assert (tmp_path / "new" / "data" / "hetang.db").is_file()
    assert (tmp_path / "new" / "data").stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_a_database_that_cannot_be_reached(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(StorageUnavailable):
        migrate.upgrade(f"sqlite:///{tmp_path}/data/hetang.db")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_starters_at_the_same_moment_migrate_once(
    kind: str, tmp_path: object, request: pytest.FixtureRequest
) -> None:
    url = (
        f"sqlite:///{tmp_path}/race.db" if kind == "sqlite" else request.getfixturevalue("empty_postgres_url")
    )
    failures: list[Exception] = []

    def start() -> None:
        try:
            migrate.upgrade(url)
        except Exception as error:  # noqa: BLE001 -- told by the assertion below
            failures.append(error)

    starters = [threading.Thread(target=start) for _ in range(4)]
    for one in starters:
        one.start()
    for one in starters:
        one.join(timeout=50)
    assert failures == []
    assert migrate.check(url) == []


def test_every_step_is_named_after_its_revision_and_the_last_file_is_the_newest() -> None:
    scripts = ScriptDirectory(str(HOME))
    steps = list(scripts.walk_revisions())
    assert [step.revision for step in steps] == [Path(step.path).stem for step in steps]
    assert migrate.newest() == scripts.get_current_head() == steps[0].revision
    assert [step.revision for step in steps] == sorted((step.revision for step in steps), reverse=True)


def test_the_revision_told_is_the_one_alembic_sees(any_database_url: str) -> None:
    with Database.open(any_database_url) as database:
        for undo in ("SELECT 1", "DELETE FROM alembic_version", "DROP TABLE alembic_version"):
            database.transact(partial(_execute, statement=undo))
            seen = database.transact(lambda c: MigrationContext.configure(c).get_current_revision())
            assert database.transact(migrate.revision) == seen


def _execute(c: Connection, statement: str) -> None:
    c.execute(text(statement))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_that_is_behind_is_brought_up_with_what_it_holds(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = (
        f"sqlite:///{tmp_path}/old.db" if kind == "sqlite" else request.getfixturevalue("empty_postgres_url")
    )
    assert migrate.upgrade(url, "0001_first") == "0001_first"
    born = (
        "INSERT INTO member (stage, attributes, provenance, known_since, unfollowed, last_active_at)"
        " VALUES ('new', '{}', '{}', '2026-01-01 00:00:00.000000', false, '2026-02-01 00:00:00.000000')"
    )
    with Database.open(url) as database:
        database.transact(partial(_execute, statement=born))
    assert migrate.upgrade(url) == migrate.newest()
    assert migrate.check(url) == []
    with Database.open(url) as database:
        assert database.transact(lambda c: c.execute(text("SELECT stage FROM member")).scalar_one()) == "new"
