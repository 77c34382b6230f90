"""Whether a line complains, told by more than keywords: a small model of character n-grams."""

from bot.complaints.model import Model, load

__all__ = ["Model", "load"]
