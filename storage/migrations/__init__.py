"""The history of the schema; `storage.migrate` runs it."""

from pathlib import Path

HOME = Path(__file__).parent
