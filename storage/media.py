"""Which of our files a platform already has."""

from sqlalchemy import Connection, delete, select

from bot.domain.account import StoredMedia
from storage.database import Database
from storage.dialect import replacing, upsert
from storage.tables import table
from storage.tables.delivery import MediaRow

MEDIA = table(MediaRow)


class SqlMedia:
    """The `MediaStore` in our database."""

    def __init__(self, database: Database) -> None:
        """Keep everything in this database."""
        self._database = database

    async def find(self, account: str, digest: str) -> StoredMedia | None:
        """Return the platform's copy of the file with this digest, expired or not."""
        return await self._database.read(lambda c: _find(c, account, digest))

    async def keep(self, account: str, digest: str, media: StoredMedia) -> None:
        """Remember the copy in the place of an older one."""
        row = {
            "account": account,
            "digest": digest,
            "media_id": media.media_id,
            "kind": media.kind,
            "uploaded_at": media.uploaded_at,
            "expires_at": media.expires_at,
        }
        update = replacing("media_id", "kind", "uploaded_at", "expires_at")
        await self._database.write(lambda c: upsert(c, MEDIA, [row], ["account", "digest"], update))

    async def forget(self, account: str, media_id: str) -> None:
        """Drop a copy the platform no longer has."""
        gone = delete(MEDIA).where(MEDIA.c.account == account, MEDIA.c.media_id == media_id)
        await self._database.write(lambda c: c.execute(gone))


def _find(connection: Connection, account: str, digest: str) -> StoredMedia | None:
    columns = (MEDIA.c.media_id, MEDIA.c.kind, MEDIA.c.uploaded_at, MEDIA.c.expires_at)
    statement = select(*columns).where(MEDIA.c.account == account, MEDIA.c.digest == digest)
    row = connection.execute(statement).one_or_none()
    return StoredMedia(*row) if row is not None else None
