"""Access tokens across restarts, encrypted: whoever steals the file must not speak as the account."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, delete, select

from bot.domain.account import Token
from storage.database import Database
from storage.dialect import replacing, upsert
from storage.tables import table
from storage.tables.delivery import TokenRow

TOKEN = table(TokenRow)
_NONCE = 12


class SqlTokens:
    """The `TokenStore` in our database; `key` is the installation's secret of at least 16 bytes."""

    def __init__(self, database: Database, key: bytes) -> None:
        """Derive this purpose's own key, so that one leaked use does not open the others."""
        if len(key) < 16:
            raise ValueError("the key must have at least 16 bytes")
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"hetang access token").derive(key)
        self._cipher = AESGCM(derived)
        self._database = database

    async def load(self, account: str) -> Token | None:
        """Return the last token kept, or None; one sealed with another key counts as none."""
        return await self._database.read(lambda c: self._load(c, account))

    async def save(self, account: str, token: Token) -> None:
        """Keep this token in the place of the last one."""
        nonce = os.urandom(_NONCE)
        row = {
            "account": account,
            "cipher": nonce + self._cipher.encrypt(nonce, token.value.encode(), account.encode()),
            "fetched_at": token.fetched_at,
            "expires_at": token.expires_at,
        }
        update = replacing("cipher", "fetched_at", "expires_at")
        await self._database.write(lambda c: upsert(c, TOKEN, [row], ["account"], update))

    async def forget(self, account: str, value: str) -> None:
        """Drop the kept token if it still has this value; another replica may have kept a newer one."""
        await self._database.write(lambda c: self._forget(c, account, value))

    def _load(self, connection: Connection, account: str) -> Token | None:
        statement = select(TOKEN.c.cipher, TOKEN.c.fetched_at, TOKEN.c.expires_at)
        row = connection.execute(statement.where(TOKEN.c.account == account)).one_or_none()
        value = self._opened(bytes(row.cipher), account) if row is not None else None
        if row is None or value is None:
            return None
        return Token(value, row.fetched_at, row.expires_at)

    def _forget(self, connection: Connection, account: str, value: str) -> None:
        statement = select(TOKEN.c.cipher).where(TOKEN.c.account == account).with_for_update()
        cipher = connection.execute(statement).scalar_one_or_none()
        if cipher is not None and self._opened(bytes(cipher), account) == value:
            connection.execute(delete(TOKEN).where(TOKEN.c.account == account))

    def _opened(self, sealed: bytes, account: str) -> str | None:
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], account.encode()).decode()
        except (InvalidTag, ValueError):
            return None
