"""What sockets bring is stored in order, and brought again while the database is away."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest

from bot import feeding
from bot.dispatcher import Dispatcher
from bot.domain.channel import Callback, Channel
from bot.domain.errors import CallbackUnintelligible, StorageUnavailable
from bot.domain.events import GROUP_MESSAGE, InboundEvent
from bot.feeding import Feed
from storage.database import Database
from tests.fakes import START, ManualClock


class Shaky:
    """Stands for the dispatcher: refuses by a script, keeps what it took."""

    def __init__(self, refusals: list[int]) -> None:
        self.refusals = refusals
        self.stored: list[str] = []
        self.aside: list[str] = []

    def submit(
        self, callback: Callback, _channel: Channel, told: Callable[[bytes | Exception], None]
    ) -> None:
        assert callback.event is not None
        if callback.event.text == "坏":
            told(ValueError("no database takes this"))
            return
        number = int(callback.event.text)
        if number in self.refusals:
            self.refusals.remove(number)
            told(StorageUnavailable("away"))
            return
        if callback.event.key not in self.stored:
            self.stored.append(callback.event.key)
        told(callback.event.text.encode())

    async def quarantine(self, error: CallbackUnintelligible, _channel: Channel) -> bytes:
        self.aside.append(error.key)
        return b""


class Named:
    account = "groups"


def callback(text: str) -> Callback:
    return Callback(InboundEvent(f"k{text}", "groups", GROUP_MESSAGE, START, "groups:a", text))


def feed(shaky: Shaky, monkeypatch: pytest.MonkeyPatch) -> Feed:
    monkeypatch.setattr(feeding, "PAUSE_S", 0.0)
    monkeypatch.setattr(feeding, "LONGEST_PAUSE_S", 0.0)
    return Feed(cast("Dispatcher", shaky), cast("Database", None), ManualClock())


async def test_what_was_not_stored_is_brought_again_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    shaky = Shaky([0, 0, 2, 3])
    channel = cast("Channel", Named())
    found = await feed(shaky, monkeypatch).hear([callback(str(number)) for number in range(5)], channel)
    assert found == [b"0", b"1", b"2", b"3", b"4"]
    assert sorted(shaky.stored) == ["k0", "k1", "k2", "k3", "k4"]


async def test_what_no_database_takes_is_set_aside_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    shaky = Shaky([])
    channel = cast("Channel", Named())
    found = await feed(shaky, monkeypatch).hear([callback("0"), callback("坏"), callback("1")], channel)
    assert found == [b"0", b"", b"1"]
    assert shaky.aside == ["k坏"]
