"""aiohttp, wechatpy and SQLModel the straightforward way: one session and one transaction a message."""

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import uvloop
from aiohttp import web
from sqlalchemy import Engine, event
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, create_engine, select
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto


class Person(SQLModel, table=True):
    """Somebody who wrote."""

    __tablename__ = "person"
    id: int | None = Field(default=None, primary_key=True)
    address: str = Field(unique=True)
    messages: int = 0


class Message(SQLModel, table=True):
    """What they wrote."""

    __tablename__ = "message"
    id: str = Field(primary_key=True)
    person_id: int = Field(index=True)
    text: str = ""


def _durable(connection: object, _record: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")  # type: ignore[attr-defined]  # it is sqlite3's connection
    connection.execute("PRAGMA synchronous=FULL")  # type: ignore[attr-defined]  # it is sqlite3's connection


class Shop:
    """Stores each message in a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        """Hold the engine and the cipher."""
        self._engine = engine
        self._crypto = WeChatCrypto(
            os.environ["SHOP_TOKEN"], os.environ["SHOP_AES_KEY"], os.environ["SHOP_APP_ID"]
        )
        # SQLite has one writer, so more threads would only wait for each other.
        self._writer = ThreadPoolExecutor(1)

    async def hear(self, request: web.Request) -> web.Response:
        """Answer one callback after it is stored."""
        query = request.query
        plain = self._crypto.decrypt_message(
            await request.text(), query["msg_signature"], query["timestamp"], query["nonce"]
        )
        message = parse_message(plain)
        await asyncio.get_running_loop().run_in_executor(
            self._writer, self._store, str(message.id), message.source, getattr(message, "content", "")
        )
        return web.Response(body=b"success", content_type="text/plain")

    def _store(self, key: str, address: str, text: str) -> None:
        with Session(self._engine) as session:
            person = session.exec(select(Person).where(Person.address == address)).first()
            if person is None:
                person = Person(address=address)
                session.add(person)
                session.flush()
            person.messages += 1
            session.add(Message(id=key, person_id=person.id or 0, text=text))
            try:
                session.commit()
            except IntegrityError:  # a retry
                session.rollback()


async def _serve(port: int, url: str) -> None:
    engine = create_engine(url, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _durable)
    SQLModel.metadata.create_all(engine)
    application = web.Application()
    application.router.add_post("/callback/{account}", Shop(engine).hear)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), sys.argv[2]))
