"""What callbacks only hint at, fetched: groups looked at again, customers' words, results of mass messages.

Everything here can be done over: events have keys, so what is fetched twice counts once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.channels._shared.json_bodies import Unintelligible, key_of
from bot.channels._wecom.app_api import AppApi
from bot.channels._wecom.group_news import GroupNews
from bot.channels._wecom.mass_results import MassResults
from bot.channels._wecom.service_events import callback_of
from bot.domain.channel import Callback, Channel, Door
from bot.domain.clock import Clock
from bot.domain.errors import (
    AccountDisabled,
    CallbackUnintelligible,
    OutcomeUnknown,
    SendError,
    TryLater,
)
from bot.domain.identity import identity, split

# Employees confirm within minutes; a look at every group (each 6 h) finds what callbacks never told.
LOOKS_EVERY_S = 600.0
GROUPS_EVERY = 36
# So many customers are asked for at once.
CUSTOMERS = 100
AGAIN_AFTER_S = 30.0
# The first look can wait until the doors are open and the first callbacks heard.
BEGINS_AFTER_S = 3.0
WELCOME_WITHIN = timedelta(seconds=20)
ANOTHER_APP_GREETS = 41096

log = structlog.get_logger("channel")
Job = Callable[[Door], Awaitable[None]]
Say = Callable[[str, str, bytes], Awaitable[None]]


class Fetching:
    """The jobs of one app, one after another."""

    def __init__(self, account: str, api: AppApi, clock: Clock, channel: Channel, say: Say) -> None:
        """Hold the parts; `say` says an answer to a customer of a service account."""
        self._account = account
        self._api = api
        self._clock = clock
        self._channel = channel
        self._say = say
        self._jobs: asyncio.Queue[Job] = asyncio.Queue(10_000)
        self._waiting: set[str] = set()
        self._greetings: set[asyncio.Task[None]] = set()
        self._unlisted: set[str] = set()
        self._asked: set[str] = set()
        self._news = GroupNews(account)
        self._tokens: dict[str, str] = {}
        self.owners: dict[str, str] = {}
        self.service = ""
        self.results = MassResults(account, api)

    async def run(self, door: Door) -> None:
        """Do jobs until cancelled, and look at everything now and then."""
        looking = asyncio.create_task(self._look_around(door))
        try:
            while True:
                await self._done(await self._jobs.get(), door)
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    def look_at(self, chat: str, *, listed: bool = False) -> None:
        """Look at a group again soon; several hints make one look.

        Who came and who left is news of that look only where some hint left it out.
        """
        if not listed:
            self._unlisted.add(chat)
        if chat not in self._waiting:
            self._waiting.add(chat)
            self._jobs.put_nowait(lambda door: self._look_at(chat, door))

    def hear(self, token: str, service: str) -> None:
        """Fetch what customers said to a service account."""
        self._tokens[service] = token
        if f"kf:{service}" not in self._waiting:
            self._waiting.add(f"kf:{service}")
            self._jobs.put_nowait(lambda door: self._hear(service, door))

    def meet(self, contact: str) -> None:
        """Ask who a new contact is elsewhere."""
        self._jobs.put_nowait(lambda door: self._met(contact, door))

    def greet(self, code: str, text: str, at: datetime) -> None:
        """Greet a new contact before the code ends."""
        greeting = asyncio.create_task(self._greet(code, text, at + WELCOME_WITHIN))
        self._greetings.add(greeting)
        greeting.add_done_callback(self._greetings.discard)

    async def _done(self, job: Job, door: Door) -> None:
        try:
            await job(door)
        except (TryLater, AccountDisabled, OutcomeUnknown) as error:
            log.warning("fetching_later", account=self._account, reason=error.reason)
            asyncio.get_running_loop().call_later(AGAIN_AFTER_S, self._jobs.put_nowait, job)
        except SendError as error:
            log.warning("fetching_refused", account=self._account, reason=error.reason, code=error.code)

    async def _look_around(self, door: Door) -> None:
        """Ask what became of mass messages, and now and then look at every group."""
        await asyncio.sleep(BEGINS_AFTER_S)
        rounds = 0
        while True:
            try:
                if rounds % GROUPS_EVERY == 0:
                    async for chat in self._api.chats():
                        self.look_at(chat)
                await self.results.look(door, self._channel, self._clock.now())
            except SendError as error:
                log.warning("groups_not_listed", account=self._account, reason=error.reason)
                await asyncio.sleep(AGAIN_AFTER_S)
                continue
            rounds += 1
            await asyncio.sleep(LOOKS_EVERY_S)

    async def _look_at(self, chat: str, door: Door) -> None:
        self._waiting.discard(chat)
        news = chat in self._unlisted
        self._unlisted.discard(chat)
        found = await self._api.chat(chat)
        self.owners[chat] = found.owner
        group = identity(self._account, chat)
        known = await door.people_of(group)
        first = not await door.cursor(f"{self._account}:group:{chat}")
        told = self._news.of(found, group, known, self._clock.now(), moves=news and not first)
        await door.hear([Callback(event) for event in told], self._channel)
        await door.keep_cursor(f"{self._account}:group:{chat}", found.version or "seen")

    async def _met(self, contact: str, door: Door) -> None:
        if unionid := await self._api.unionid(contact):
            await self._known({contact: unionid}, door)

    async def _known(self, unionids: Mapping[str, str], door: Door) -> None:
        """Tell who people are elsewhere."""
        told = self._news.identified(unionids, self._clock.now())
        await door.hear([Callback(event) for event in told], self._channel)

    async def _customers(self, callbacks: Sequence[Callback], door: Door) -> None:
        """Ask who customers are elsewhere whom we hear for the first time."""
        heard = {split(one.event.known_as)[1] for one in callbacks if one.event is not None}
        fresh = sorted(heard - self._asked)
        for at in range(0, len(fresh), CUSTOMERS):
            some = fresh[at : at + CUSTOMERS]
            await self._known(await self._api.customers(some), door)
            self._asked.update(some)

    async def _hear(self, service: str, door: Door) -> None:
        """Read every page since the last one; each is stored before its cursor is kept."""
        self._waiting.discard(f"kf:{service}")
        name = f"{self._account}:kf:{service}"
        cursor = await door.cursor(name)
        self.service = service
        more = True
        while more:
            page = await self._api.news(service, self._tokens.get(service, ""), cursor)
            rows = page.get("msg_list")
            heard = [await self._read(row, door) for row in rows] if isinstance(rows, list) else []
            callbacks = [one for one in heard if one is not None and one.event is not None]
            answers = await door.hear(callbacks, self._channel)
            cursor, more = str(page.get("next_cursor") or cursor), page.get("has_more") == 1
            await door.keep_cursor(name, cursor)
            for callback, answer in zip(callbacks, answers, strict=True):
                if answer and callback.handle is not None and callback.event is not None:
                    await self._say(callback.handle.sender or service, callback.event.key, answer)
            await self._customers(callbacks, door)

    async def _read(self, row: object, door: Door) -> Callback | None:
        try:
            return callback_of(self._account, row if isinstance(row, dict) else {}, self._clock.now())
        except Unintelligible as error:
            body = repr(row).encode()
            key = key_of(self._account, repr(row))
            await door.set_aside(CallbackUnintelligible(str(error), key, body), self._channel)
            return None

    async def _greet(self, code: str, text: str, until: datetime) -> None:
        while self._clock.now() < until:
            try:
                await self._api.welcome(code, text)
            except SendError as error:
                # Another app greets just now; anything else says that it is done or cannot be.
                if error.code != ANOTHER_APP_GREETS and not isinstance(error, TryLater):
                    log.warning("newcomer_not_greeted", account=self._account, reason=error.reason)
                    return
                await asyncio.sleep(1.0)
            else:
                return
