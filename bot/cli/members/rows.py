"""One row of a table of members becomes one silent event, or a sentence about what is wrong with it."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.cli.members import columns
from bot.cli.words import say
from bot.domain import storable
from bot.domain.events import IMPORTED, InboundEvent, Scalar
from bot.domain.identity import PHONE, UNIONID, Identity, identity
from bot.web.events.identities import identity_of
from bot.web.events.traits import traits_of
from bot.web.problems import Refused

IMPORT = "import"
_YES = frozenset({"是", "同意", "已同意", "yes", "y", "true", "1", "✓", "√"})
_NO = frozenset({"", "否", "不同意", "no", "n", "false", "0", "-"})
_SEPARATORS = re.compile(r"[,，;；|、/]+")
_DATE = re.compile(r"(?:\d{4}[-/.年])?\s*(\d{1,2})[-/.月]\s*(\d{1,2})日?(?:[ T].*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reader:
    """What rows are read with: `fields` by heading, the accounts and consent purposes there are."""

    fields: Mapping[str, str]
    accounts: Collection[str]
    account: str
    purposes: Collection[str]
    zone: ZoneInfo
    now: datetime

    def event(self, row: Mapping[str, str]) -> InboundEvent:
        """Return the event of a row; raise ValueError with what is wrong in words.

        Its key is made of everything the row says, so the same row counts once, and a changed one again.
        """
        cells = {field: row[heading] for heading, field in self.fields.items() if row.get(heading)}
        names = self._names(cells)
        if not names:
            raise ValueError(say("row_nobody"))
        said = json.dumps(cells, ensure_ascii=False, sort_keys=True)
        properties = self._properties(cells)
        return InboundEvent(
            key=f"{IMPORT}:{hashlib.sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()}",
            account=IMPORT,
            kind=IMPORTED,
            at=self.now,
            known_as=names[0],
            also_known_as=tuple(names[1:]),
            traits=self._traits(cells),
            properties=properties,
            silent=True,
        )

    def _names(self, cells: Mapping[str, str]) -> list[Identity]:
        given: list[Identity] = []
        for field, value in cells.items():
            kind, _, account = field.partition(":")
            if kind == columns.WHO:
                given.append(value)
            elif kind == columns.PHONE:
                given.append(identity(PHONE, value))
            elif kind == columns.UNIONID:
                given.append(identity(UNIONID, value))
            elif kind == columns.ADDRESS:
                given.append(self._address(value, account))
        try:
            return [identity_of(one, "", self.accounts) for one in given]
        except Refused as error:
            raise ValueError(say(f"row_{error.faults[0].code}")) from error

    def _address(self, value: str, account: str) -> Identity:
        account = account or self.account
        if not account:
            raise ValueError(say("row_which_account"))
        return identity(account, value)

    def _traits(self, cells: Mapping[str, str]) -> dict[str, Scalar]:
        given: dict[str, object] = {
            field: cells[field] for field in (columns.NAME, columns.CITY) if field in cells
        }
        if columns.BIRTHDAY in cells:
            given[columns.BIRTHDAY] = _month_and_day(cells[columns.BIRTHDAY])
        try:
            values = traits_of(given, "", self.accounts).values
        except Refused as error:
            raise ValueError(say(f"row_{error.faults[0].code}")) from error
        source = cells.get(columns.SOURCE, "")
        return {**values, "source": storable.text(source, 64)} if source else values

    def _properties(self, cells: Mapping[str, str]) -> dict[str, Scalar]:
        tags = [storable.text(tag.strip(), 64) for tag in _SEPARATORS.split(cells.get(columns.TAGS, ""))]
        found: dict[str, Scalar] = {}
        if any(tags):
            found["tags"] = "|".join(tag for tag in tags if tag)
        purposes = self._consents(cells.get(columns.CONSENT, ""))
        if purposes:
            proof = cells.get(columns.PROOF, "")
            if not proof:
                raise ValueError(say("row_no_proof"))
            found |= {"consents": "|".join(purposes), "proof": storable.text(proof, 256)}
            if columns.CONSENT_AT in cells:
                found["consent_at"] = self._moment(cells[columns.CONSENT_AT]).isoformat()
        return found

    def _consents(self, cell: str) -> list[str]:
        """Return the purposes a cell grants; a plain yes means marketing."""
        word = cell.strip().lower()
        if word in _NO:
            return []
        if word in _YES:
            return ["marketing"]
        purposes = [part.strip() for part in _SEPARATORS.split(word) if part.strip()]
        if not set(purposes) <= set(self.purposes):
            raise ValueError(say("row_bad_purpose", known="、".join(self.purposes)))
        return purposes

    def _moment(self, cell: str) -> datetime:
        try:
            found = datetime.fromisoformat(cell.replace("/", "-"))
        except ValueError:
            raise ValueError(say("row_bad_time")) from None
        aware = found if found.tzinfo else datetime.combine(found, found.time() or time(), self.zone)
        if aware > self.now:
            raise ValueError(say("row_future"))
        return aware


def _month_and_day(cell: str) -> str:
    found = _DATE.fullmatch(cell.strip())
    return f"{int(found[1]):02}-{int(found[2]):02}" if found else cell
