"""Everything the pretend platform holds at one time, and the few verbs that need all of it."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from aiohttp import ClientSession

from bot.sandbox.account import Account, new_account, update
from bot.sandbox.agenda import Agenda, Deed
from bot.sandbox.chance import Chance
from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.people import Member
from bot.sandbox.presence import Presence
from bot.sandbox.record import Record
from bot.sandbox.shapes import BadFieldError, Json, text
from bot.sandbox.sides import SIDES, Side
from bot.sandbox.tokens import Tokens


class World:
    """The state behind one sandbox server. ``session`` and ``url`` are set while the server runs."""

    session: ClientSession
    url: str = ""

    def __init__(self, seed: int) -> None:
        self.clock = Clock()
        self.presence = Presence(self.clock)
        self._tasks: set[asyncio.Task[None]] = set()
        self.sides: dict[str, Side] = {}
        self.begin(seed)

    def begin(self, seed: int) -> None:
        """Start over with nothing but ``seed``; the clock runs with real time until it is set again."""
        for task in self._tasks:
            task.cancel()
        self.clock.release()
        self.seed = seed
        self.chance = Chance(seed)
        self.accounts: dict[str, Account] = {}
        for side in self.sides.values():
            side.close()
        self.sides = {}
        self.tokens = Tokens(self.chance)
        self.faults = Faults(self.chance)
        self.record = Record(self.clock)
        self.agenda = Agenda()
        self._serial = 23_800_000_000_000_000 + int.from_bytes(self.chance.bytes(4), "big")
        self.presence.start_over()

    def serial(self) -> int:
        """The next of the platform's ascending 64-bit ids (MsgId of messages, msgid of sends)."""
        self._serial += 1 + self.chance.bytes(1)[0]
        return self._serial

    def rid(self) -> str:
        """A request id as it stands in every errmsg."""
        raw = self.chance.bytes(12).hex()
        return f"{raw[:8]}-{raw[8:16]}-{raw[16:]}"

    def register(self, body: Json) -> Account:
        """Add an account, or change the one of that name."""
        name = text(body, "name")
        account = self.accounts.get(name) or new_account(body, self.chance)
        update(account, body)
        self.accounts[name] = account
        return account

    def account(self, body: Json) -> Account:
        """The account a control request names; it may leave the name out while there is only one."""
        name = body.get("account")
        if name is None and len(self.accounts) == 1:
            return next(iter(self.accounts.values()))
        found = self.accounts.get(str(name))
        if found is None:
            raise BadFieldError(f"no account {name!r}; registered: {', '.join(self.accounts) or 'none'}")
        return found

    def by_app_id(self, app_id: str) -> Account | None:
        """The account with this app id."""
        return next((one for one in self.accounts.values() if one.app_id == app_id), None)

    def member(self, body: Json) -> tuple[Account, Member]:
        """The account and the member (by name or openid, under ``from``) a control request speaks of."""
        account = self.account(body)
        who = text(body, "from")
        member = account.member(who)
        if member is None:
            raise BadFieldError(f"no member {who!r}: a member is made by the first follow")
        return account, member

    def spawn(self, work: Coroutine[Any, Any, object]) -> None:
        """Run ``work`` in the background; it counts as in flight from now on."""
        self.presence.take_off()
        task = asyncio.get_running_loop().create_task(self._run(work))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def later(self, seconds: float, who: str, deed: Deed) -> None:
        """Do ``deed`` after so many seconds of virtual time; 0 means at once, in the background."""
        if seconds <= 0:
            self.spawn(_as_coroutine(deed))
        else:
            self.agenda.add(self.clock.now() + timedelta(seconds=seconds), who, deed)
            self.presence.plans.ring()

    async def take_side(self, kind: str, body: Json) -> Json:
        """Add an account of another kind, or put a new one in the place of the one of that name."""
        make = SIDES.get(kind)
        if make is None:
            raise BadFieldError(
                f"no kind of account {kind!r}; there are official_account, {', '.join(SIDES)}"
            )
        name = text(body, "name")
        before = self.sides.pop(name, None)
        if before is not None:
            before.close()
        self.sides[name] = made = make(self, body)
        return made.shown()

    def side(self, body: Json) -> Side | None:
        """The account of another kind that a control request names, None when it names none."""
        return self.sides.get(str(body.get("account")))

    async def stop(self) -> None:
        """Cancel what runs in the background."""
        for side in self.sides.values():
            side.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, work: Coroutine[Any, Any, object]) -> None:
        await work

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.presence.land()
        if not task.cancelled() and (failure := task.exception()) is not None:
            self.record.warning(f"background work failed: {failure!r}")


async def _as_coroutine(deed: Deed) -> None:
    await deed()
