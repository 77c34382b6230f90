"""``${NAME}`` in the file becomes what the environment holds, or the file named by NAME_FILE.

Secrets stand in the environment so that the configuration can be shown, compared and committed.
"""

import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bot.config.document import Plain, under
from bot.config.problems import Problems, did_you_mean

_NAME = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", re.ASCII)
_SECRET = re.compile(
    r"accounts\..+\.(app_secret|secret|token|encoding_aes_key|access_token)"
    r"|payments\..+\.(private_key|api_v3_key)"
    r"|webhooks\.secrets\[\d+\]|privacy\.(key|index_key)"
)
# Container runtimes mount secrets here, readable for every user inside the container.
_MOUNTS = ("/run/secrets/", "/var/run/secrets/")
_LARGEST = 64 * 1024
# Names in an environment share their beginnings and endings, so only a slip of the pen is near.
ALIKE = 0.85


@dataclass(frozen=True, slots=True)
class Found:
    """What a name stands for, or why it stands for nothing."""

    value: str = ""
    trouble: str = ""


@dataclass(slots=True)
class Environment:
    """Looks names up once and notes at each place what is missing."""

    environ: Mapping[str, str]
    problems: Problems
    _known: dict[str, Found] = field(default_factory=dict)

    def expanded(self, text: str, path: str) -> str:
        """Return `text` with every ``${NAME}`` replaced; a missing one reads as nothing."""
        return _NAME.sub(lambda found: self._value(found[1], path), text)

    def _value(self, name: str, path: str) -> str:
        """Return the value of a name."""
        found = self._known.setdefault(name, self._looked_up(name))
        if found.trouble:
            self.problems.error(path, found.trouble)
        return found.value

    def _looked_up(self, name: str) -> Found:
        """Return the value from the environment or from the file that NAME_FILE names."""
        value, file = self.environ.get(name), self.environ.get(f"{name}_FILE")
        if value is not None and file is not None:
            return Found(trouble=f"both {name} and {name}_FILE are set; keep one")
        if file is not None:
            return _contents(f"{name}_FILE", Path(file))
        if value is None:
            near = did_you_mean(name, list(self.environ), ALIKE)
            return Found(trouble=f"{name} is not set in the environment, nor {name}_FILE{near}")
        return Found(value) if value.strip() else Found(trouble=f"{name} is empty")


def _contents(name: str, file: Path) -> Found:
    """Return what the file holds, without the line's end."""
    try:
        readable_by_all = stat.S_IMODE(file.stat().st_mode) & stat.S_IROTH
        with file.open("rb") as source:
            value = source.read(_LARGEST).decode().rstrip("\r\n")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        return Found(trouble=f"the file of {name} cannot be read: {reason}")
    if readable_by_all and not str(file).startswith(_MOUNTS):
        return Found(trouble=f"everybody can read the file of {name}; chmod 600 it")
    return Found(value) if value.strip() else Found(trouble=f"the file of {name} is empty")


def expand(body: dict[str, Plain], environment: Environment) -> dict[str, Plain]:
    """Return the body with names replaced, but for accounts that are not enabled."""
    return {key: _expanded(value, key, environment) for key, value in body.items()}


def _expanded(value: Plain, path: str, environment: Environment) -> Plain:
    """Return one value with names replaced."""
    if isinstance(value, str):
        return environment.expanded(value, path) if "${" in value else value
    if isinstance(value, list):
        return [_expanded(item, under(path, index), environment) for index, item in enumerate(value)]
    if isinstance(value, dict):
        if path.startswith("accounts.") and value.get("enabled") is False:
            return value
        return {key: _expanded(item, under(path, key), environment) for key, item in value.items()}
    return value


def refuse_literals(body: dict[str, Plain], file: Path, problems: Problems, *, demo: bool) -> None:
    """Refuse secrets written out in the file; in the demo only when everybody can read the file."""
    literals = [path for path, text in _texts(body, "") if _is_literal(path, text)]
    if not demo:
        for path in literals:
            name = re.sub(r"\W+", "_", path).strip("_").upper()
            problems.error(path, f'a secret does not stand in the file; write "${{{name}}}"')
    try:
        readable_by_all = bool(file.stat().st_mode & stat.S_IROTH)
    except OSError:
        return
    if literals and readable_by_all:
        problems.error(file.name, "everybody can read this file and it holds secrets; chmod 600 it")


def _is_literal(path: str, text: str) -> bool:
    """Return whether a secret is written out here."""
    if path == "storage.url":
        try:
            password = urlsplit(text).password
        except ValueError:
            return False
        return bool(password) and _NAME.fullmatch(str(password)) is None
    return bool(_SECRET.fullmatch(path)) and bool(text) and _NAME.fullmatch(text) is None


def _texts(value: Plain, path: str) -> list[tuple[str, str]]:
    """Return (path, text) of every text below `value`."""
    if isinstance(value, str):
        return [(path, value)]
    if isinstance(value, list):
        return [pair for index, item in enumerate(value) for pair in _texts(item, under(path, index))]
    if isinstance(value, dict):
        return [pair for key, item in value.items() for pair in _texts(item, under(path, key))]
    return []
