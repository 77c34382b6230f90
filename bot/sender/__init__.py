"""The sender: claims what is due, words it, sends it, and records what became of it."""

from bot.sender.calls import Caller
from bot.sender.pipeline import Sender
from bot.sender.wording import Wording

__all__ = ["Caller", "Sender", "Wording"]
