"""GUS's own register of municipalities (TERC), as CSV or XML, compared with the register we have."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID, uuid5

from lxml import etree

from domain.commands import Command
from domain.municipalities import (
    MunicipalityFacts,
    MunicipalityKind,
    RecordChangeOfKind,
    RegisterMunicipality,
    RenameMunicipality,
)

_COMMANDS = UUID("8f2b8d60-4a0e-5b0a-9a53-2d7c0b7a1e55")
# RODZ: 4 and 5 are parts of urban-rural ones, 8 and 9 districts and delegations.
_KINDS = {
    "1": MunicipalityKind.URBAN,
    "2": MunicipalityKind.RURAL,
    "3": MunicipalityKind.URBAN_RURAL,
}
_COLUMNS = {"WOJ", "POW", "GMI", "RODZ", "NAZWA", "STAN_NA"}


class NotTerc(Exception):
    """The file isn't the register; the text says why, in both languages."""

    def __init__(self, pl: str, en: str) -> None:
        super().__init__(en)
        self.pl, self.en = pl, en


class Entry(NamedTuple):
    terc: str
    name: str
    kind: MunicipalityKind
    voivodeship: str
    county: str
    as_of: date

    @property
    def facts(self) -> MunicipalityFacts:
        return MunicipalityFacts(
            name=self.name,
            kind=self.kind,
            voivodeship=self.voivodeship,
            county=self.county,
            # In the register such a city is a county of its own: numbers from 61 on.
            city_with_powiat_rights=int(self.terc[2:4]) > 60,
        )


class Known(NamedTuple):
    """What our register says."""

    name: str
    kind: str


class Difference(StrEnum):
    NEW = "NEW"
    RENAMED = "RENAMED"
    KIND_CHANGED = "KIND_CHANGED"
    VANISHED = "VANISHED"


@dataclass(frozen=True)
class Change:
    """`entry` None, and no command: we have what the file doesn't; what that means, a person decides."""

    difference: Difference
    terc: str
    was: str | None
    entry: Entry | None = None

    def command(self) -> Command | None:
        entry = self.entry
        if entry is None:
            return None
        command_id = uuid5(
            _COMMANDS, f"{self.terc}:{entry.as_of}:{self.difference}:{self.was}:{entry}"
        )
        if self.difference is Difference.NEW:
            return RegisterMunicipality(command_id=command_id, terc=self.terc, facts=entry.facts)
        if self.difference is Difference.RENAMED:
            return RenameMunicipality(
                command_id=command_id, terc=self.terc, name=entry.name, effective_on=entry.as_of
            )
        return RecordChangeOfKind(
            command_id=command_id, terc=self.terc, kind=entry.kind, effective_on=entry.as_of
        )


def read_terc(content: bytes) -> list[Entry]:
    """Municipalities of the file, in its order; raises NotTerc."""
    rows = list(
        _xml(content) if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else _csv(content)
    )
    if not rows or not rows[0].keys() >= _COLUMNS:
        columns = ", ".join(sorted(_COLUMNS))
        raise NotTerc(
            f"To nie jest plik TERC: potrzebne są kolumny {columns}.",
            f"This is no TERC file: the columns {columns} are needed.",
        )
    names = {(row["WOJ"], row["POW"]): row["NAZWA"] for row in rows if not row["GMI"]}
    try:
        return [_entry(row, names) for row in rows if row["GMI"] and row["RODZ"] in _KINDS]
    except (KeyError, ValueError) as error:
        raise NotTerc(
            f"Plik TERC jest uszkodzony: {error}.", f"The TERC file is damaged: {error}."
        ) from error


def differences(known: Mapping[str, Known], entries: Iterable[Entry]) -> Iterator[Change]:
    """What the register has to learn to say what the file says. Idempotent once it has."""
    seen: set[str] = set()
    for entry in entries:
        seen.add(entry.terc)
        ours = known.get(entry.terc)
        if ours is None:
            yield Change(Difference.NEW, entry.terc, None, entry)
            continue
        if ours.name != entry.name:
            yield Change(Difference.RENAMED, entry.terc, ours.name, entry)
        if ours.kind != entry.kind.value:
            yield Change(Difference.KIND_CHANGED, entry.terc, ours.kind, entry)
    for terc in sorted(set(known) - seen):
        yield Change(Difference.VANISHED, terc, known[terc].name)


def _entry(row: Mapping[str, str], names: Mapping[tuple[str, str], str]) -> Entry:
    return Entry(
        terc=row["WOJ"] + row["POW"] + row["GMI"],
        name=row["NAZWA"],
        kind=_KINDS[row["RODZ"]],
        voivodeship=names[row["WOJ"], ""].lower(),
        county=names[row["WOJ"], row["POW"]],
        as_of=date.fromisoformat(row["STAN_NA"]),
    )


def _csv(content: bytes) -> Iterator[dict[str, str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1250", "replace")
    for row in csv.DictReader(io.StringIO(text), delimiter=";"):
        yield {name: (value or "").strip() for name, value in row.items() if isinstance(name, str)}


def _xml(content: bytes) -> Iterator[dict[str, str]]:
    """Of either of GUS's two shapes: an element a column, or `<col name="…">`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise NotTerc(f"Niepoprawny XML: {error}.", f"Malformed XML: {error}.") from error
    for row in root.iter("row"):
        told = {str(cell.get("name") or cell.tag): (cell.text or "").strip() for cell in row}
        yield dict.fromkeys(_COLUMNS, "") | told
