"""Reads sections of the file one by one and gathers what is wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from bot.config.document import Plain, under
from bot.config.problems import Problems
from bot.config.sections.accounts import KINDS, AccountSection
from bot.config.sections.base import validated
from bot.config.sections.delivery import CapSection
from bot.config.sections.fields import Name

Shape = TypeVar("Shape")
Model = TypeVar("Model", bound=BaseModel)


@dataclass(slots=True)
class Reader:
    """Reads sections of one body and gathers what is wrong."""

    body: Mapping[str, Plain]
    problems: Problems

    def section(self, shape: type[Model], key: str) -> Model | None:
        """Return a section, None when it's not there or wrong."""
        return validated(shape, self.body[key], key, self.problems) if key in self.body else None

    def entries(self, shape: type[Shape], key: str, names: type[str] = Name) -> dict[str, Shape]:
        """Return the good entries of a section whose keys are names of the operator's own."""
        found = {}
        for name, value in self.pairs(key, names).items():
            entry = validated(shape, value, under(key, name), self.problems)
            if entry is not None:
                found[name] = entry
        return found

    def pairs(self, key: str, names: type[str] = Name) -> dict[str, Plain]:
        """Return the raw entries of a section whose keys are good names."""
        value = self.body.get(key, {})
        if not isinstance(value, dict):
            self.problems.error(key, "write keys with values")
            return {}
        return {
            name: entry
            for name, entry in value.items()
            if validated(names, name, under(key, name), self.problems) is not None
        }

    def written(self, key: str) -> tuple[str, ...]:
        """Return the names in a section, good or not."""
        value = self.body.get(key)
        return tuple(value) if isinstance(value, dict) else ()

    def platform_templates(self) -> tuple[str, ...]:
        """Return our names of the platform's templates, those of wrong accounts too."""
        kept = (
            value.get(key)
            for _, value in self._dicts("accounts")
            for key in ("subscription_templates", "message_templates")
        )
        return tuple(dict.fromkeys(name for names in kept if isinstance(names, dict) for name in names))

    def _dicts(self, key: str) -> Iterator[tuple[str, dict[str, Plain]]]:
        """Yield the entries of a section that have keys, good or not."""
        value = self.body.get(key)
        for name, entry in value.items() if isinstance(value, dict) else ():
            if isinstance(entry, dict):
                yield name, entry

    def caps(self) -> list[CapSection]:
        """Return the good entries of `frequency_caps`."""
        value = self.body.get("frequency_caps", [])
        if not isinstance(value, list):
            self.problems.error(
                "frequency_caps", "write a list, such as [{purpose: marketing, max: 1, per: 1d}]"
            )
            return []
        caps = (
            validated(CapSection, cap, under("frequency_caps", index), self.problems)
            for index, cap in enumerate(value)
        )
        return [cap for cap in caps if cap is not None]

    def accounts(self) -> dict[str, AccountSection]:
        """Return the good accounts, each by its kind."""
        found = {}
        for name, value in self.pairs("accounts").items():
            path = under("accounts", name)
            kind = value.get("kind") if isinstance(value, dict) else None
            if not isinstance(value, dict):
                self.problems.error(path, "write keys with values")
            elif not isinstance(kind, str):
                self.problems.error(under(path, "kind"), "this is required")
            elif kind not in KINDS:
                self.problems.missing(under(path, "kind"), "kind of account", kind, KINDS)
            elif (account := validated(KINDS[kind], value, path, self.problems)) is not None:
                found[name] = account
        return found
