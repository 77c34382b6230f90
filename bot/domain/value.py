"""What a value is: a slotted dataclass that nobody changes after it is made.

`dataclass(frozen=True)` sets every field past its own lock, which makes a value of eight fields three
to five times as slow to make (0.79 against 0.15 µs on CPython 3.11); every callback makes some thirty.
So the type checker alone holds what is made here to be frozen, in our code and in the tests.
"""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

Made = TypeVar("Made")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[Made]) -> type[Made]:
    """Return the class as a slotted dataclass, compared and hashed by its fields, frozen to mypy."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
