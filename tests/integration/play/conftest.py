"""An open, migrated database with keys, of each kind."""

from tests.integration.storage.conftest import database, keyring

__all__ = ["database", "keyring"]
