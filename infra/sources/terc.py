"""GUS's own register of municipalities (TERC), as CSV or XML, compared with the register we have."""

import codecs
import csv
import io
import re
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
_KINDS = {
    "1": MunicipalityKind.URBAN,
    "2": MunicipalityKind.RURAL,
    "3": MunicipalityKind.URBAN_RURAL,
}
# RODZ: 4 and 5 are the town and the countryside of an urban-rural one, 8 and 9 districts and delegations.
_PARTS = frozenset("4589")
_COLUMNS = ("WOJ", "POW", "GMI", "RODZ", "NAZWA", "STAN_NA")
# In the order in which they are tried; the first in which the names make sense is right.
_ENCODINGS = ("utf-8", "cp1250", "iso-8859-2")
_SENSIBLE = re.compile(r"[\t\r\n -~ĄĆĘŁŃÓŚŹŻąćęłńóśźżÄÖÜäöüß\xa0–—„”’]*")
_TOO_LARGE = 64 * 1024 * 1024  # bytes; the whole register is less than one megabyte


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
    if len(content) > _TOO_LARGE:
        raise NotTerc(
            "Plik jest za duży na rejestr TERC.", "The file is too large for the register."
        )
    text = _text(content)
    xml = text.lstrip().startswith("<")
    rows = list(_xml(text) if xml else _csv(text))
    _require_columns(rows, xml=xml)
    names = {(row["WOJ"], row["POW"]): row["NAZWA"] for _, row in rows if not row["GMI"]}
    entries: dict[str, tuple[int, Entry]] = {}
    for number, row in rows:
        if not row["GMI"] or row["RODZ"] in _PARTS:
            continue
        entry = _entry(number, row, names)
        if entry.terc in entries:
            first = entries[entry.terc][0]
            raise NotTerc(
                f"Kod {entry.terc} powtarza się: pozycje {first} i {number}.",
                f"The code {entry.terc} appears twice: entries {first} and {number}.",
            )
        entries[entry.terc] = number, entry
    return [entry for _, entry in entries.values()]


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


Numbered = tuple[int, dict[str, str]]
"""Of an entry: its place in the file, from 1, and what its columns say."""


def _text(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    elif content.startswith(codecs.BOM_UTF8):
        encodings = ("utf-8-sig",)
    else:
        encodings = _ENCODINGS
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _SENSIBLE.fullmatch(text):
            return text
    raise NotTerc(
        "Nie można odczytać liter: plik TERC powinien być zapisany w UTF-8 albo Windows-1250.",
        "The letters can't be read: a TERC file should be in UTF-8 or Windows-1250.",
    )


def _require_columns(rows: list[Numbered], *, xml: bool) -> None:
    if not rows:
        raise NotTerc("W pliku nie ma żadnej pozycji.", "The file has no entries.")
    missing = ", ".join(name for name in _COLUMNS if name not in rows[0][1])
    if missing:
        pl = "" if xml else " Kolumny rozdziela średnik."
        en = "" if xml else " Columns are separated by semicolons."
        raise NotTerc(
            f"To nie jest plik TERC: brakuje kolumn {missing}.{pl}",
            f"This is no TERC file: the columns {missing} are missing.{en}",
        )


def _entry(number: int, row: Mapping[str, str], names: Mapping[tuple[str, str], str]) -> Entry:
    code = row["WOJ"] + row["POW"] + row["GMI"]
    if not re.fullmatch("[0-9]{6}", code):
        raise _damaged(number, f"kod „{code}”", f"code “{code}”")
    if row["RODZ"] not in _KINDS:
        raise _damaged(number, f"rodzaj „{row['RODZ']}”", f"kind “{row['RODZ']}”")
    if not row["NAZWA"]:
        raise _damaged(number, "brak nazwy", "no name")
    try:
        as_of = date.fromisoformat(row["STAN_NA"])
    except ValueError:
        raise _damaged(number, f"dzień „{row['STAN_NA']}”", f"day “{row['STAN_NA']}”") from None
    voivodeship, county = names.get((row["WOJ"], "")), names.get((row["WOJ"], row["POW"]))
    if not voivodeship or not county:
        raise _damaged(
            number,
            f"nie ma pozycji województwa {row['WOJ']} albo powiatu {row['WOJ']}{row['POW']}",
            f"voivodeship {row['WOJ']} or county {row['WOJ']}{row['POW']} has no entry",
        )
    return Entry(code, row["NAZWA"], _KINDS[row["RODZ"]], voivodeship.lower(), county, as_of)


def _damaged(number: int, pl: str, en: str) -> NotTerc:
    return NotTerc(
        f"Plik TERC jest uszkodzony, pozycja {number}: {pl}.",
        f"The TERC file is damaged, entry {number}: {en}.",
    )


def _csv(text: str) -> Iterator[Numbered]:
    try:
        for number, row in enumerate(csv.DictReader(io.StringIO(text), delimiter=";"), start=1):
            yield number, {name: (value or "").strip() for name, value in row.items() if name}
    except csv.Error as error:
        raise NotTerc(f"Niepoprawny CSV: {error}.", f"Malformed CSV: {error}.") from error


def _xml(text: str) -> Iterator[Numbered]:
    """Of either of GUS's two shapes: an element a column, or `<col name="…">`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    # What the declaration says of the encoding was true of the bytes.
    undeclared = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        root = etree.fromstring(undeclared, parser)
    except etree.XMLSyntaxError as error:
        raise NotTerc(f"Niepoprawny XML: {error}.", f"Malformed XML: {error}.") from error
    for number, row in enumerate(root.iter("row"), start=1):
        told = {str(cell.get("name") or cell.tag): (cell.text or "").strip() for cell in row}
        # What is empty GUS leaves out: of a county there is no GMI, of a voivodeship no POW.
        if "WOJ" in told and "NAZWA" in told:
            told = dict.fromkeys(("POW", "GMI", "RODZ"), "") | told
        yield number, told
