"""Tokens and media in the database, on both kinds of it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.account import StoredMedia, Token
from storage.database import Database
from storage.media import SqlMedia
from storage.tables import table
from storage.tables.delivery import TokenRow
from storage.tokens import SqlTokens
from tests.fakes import START

KEY = b"0123456789abcdef0123456789abcdef"
TOKEN = Token("SECRET-TOKEN-1", START, START + timedelta(hours=2))


@pytest.fixture
def database(any_database_url: str) -> Iterator[Database]:
    with Database.open(any_database_url) as one:
        yield one


async def test_a_token_comes_back_as_it_was_kept(database: Database) -> None:
    tokens = SqlTokens(database, KEY)
    assert await tokens.load("shop") is None
    await tokens.save("shop", Token("OLD", START, START))
    await tokens.save("shop", TOKEN)
    assert await SqlTokens(database, KEY).load("shop") == TOKEN
    assert await tokens.load("other") is None


async def test_a_token_is_not_readable_in_the_database_or_with_another_key(database: Database) -> None:
    await SqlTokens(database, KEY).save("shop", TOKEN)
    row = await database.read(lambda c: c.execute(select(table(TokenRow))).one())
    assert TOKEN.value not in repr(row)
    assert TOKEN.value.encode() not in bytes(row.cipher)
    assert await SqlTokens(database, KEY[::-1]).load("shop") is None


async def test_a_token_moved_to_another_account_is_not_used(database: Database) -> None:
    tokens = SqlTokens(database, KEY)
    await tokens.save("shop", TOKEN)
    await database.write(lambda c: c.execute(table(TokenRow).update().values(account="other")))
    assert await tokens.load("other") is None


async def test_only_the_refused_value_is_forgotten(database: Database) -> None:
    tokens = SqlTokens(database, KEY)
    await tokens.save("shop", TOKEN)
    await tokens.forget("shop", "SOMETHING-ELSE")
    await tokens.forget("nobody", TOKEN.value)
    assert await tokens.load("shop") == TOKEN
    await tokens.forget("shop", TOKEN.value)
    assert await tokens.load("shop") is None


def test_a_short_key_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        SqlTokens(database, b"short")


async def test_media_are_kept_replaced_and_forgotten(database: Database) -> None:
    media = SqlMedia(database)
    first = StoredMedia("m1", "image", START, START + timedelta(days=3))
    second = StoredMedia("m2", "image", START, None)
    assert await media.find("shop", "d") is None
    await media.keep("shop", "d", first)
    assert await media.find("shop", "d") == first
    await media.keep("shop", "d", second)
    await media.forget("other", "m2")
    assert await media.find("shop", "d") == second
    await media.forget("shop", "m2")
    assert await media.find("shop", "d") is None
