"""The register of municipalities as lists and look-ups show it."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.municipalities import Municipality, MunicipalityFacts, Population
from domain.values import slugify, without_diacritics
from projections.log import Recorded
from projections.projection import Projection, on
from projections.rows import Row, Rows


class MunicipalityRow(Row):
    table: ClassVar[str] = "municipalities"

    id: UUID
    terc: str
    name: str
    name_sort: str
    name_search: str
    slug: str
    kind: str
    city_with_powiat_rights: bool
    voivodeship: str
    county: str
    nuts3: str | None
    latitude: float | None
    longitude: float | None
    population: int | None
    population_year: int | None
    population_source: str | None
    website: str | None
    feeds: list[str]
    membership: str
    version: int
    registered_at: datetime
    updated_at: datetime


class MunicipalitiesProjection(Projection):
    name = "municipalities"
    version = 1
    rows = (MunicipalityRow,)
    keyed_by_stream = MunicipalityRow

    @on(Municipality.Registered)
    def _registered(self, recorded: Recorded, event: Municipality.Registered, rows: Rows) -> None:
        rows.add(_row(recorded, event.terc, event.facts))

    @on(Municipality.Renamed)
    def _renamed(self, recorded: Recorded, event: Municipality.Renamed, rows: Rows) -> None:
        row = self._changed(recorded, rows)
        row.name = event.name
        row.name_sort = polish_order(event.name)
        row.name_search = without_diacritics(event.name).lower()

    @on(Municipality.PopulationRecorded)
    def _population_recorded(
        self, recorded: Recorded, event: Municipality.PopulationRecorded, rows: Rows
    ) -> None:
        _count(self._changed(recorded, rows), event.population)

    def _changed(self, recorded: Recorded, rows: Rows) -> MunicipalityRow:
        row = rows.change(MunicipalityRow, recorded.stream_id)
        row.version = recorded.version
        row.updated_at = recorded.recorded_at
        return row


# The Polish alphabet, each letter in its place behind the one it is written with.
_ALPHABET = {
    letter: f"{base}{mark}"
    for letter, base, mark in (
        ("ą", "a", "~"), ("ć", "c", "~"), ("ę", "e", "~"), ("ł", "l", "~"), ("ń", "n", "~"),
        ("ó", "o", "~"), ("ś", "s", "~"), ("ź", "z", "}"), ("ż", "z", "~"),
    )
}  # fmt: skip


def polish_order(text: str) -> str:
    """A key that sorts as a Polish dictionary does under the collation "C"."""
    return "".join(_ALPHABET.get(letter, letter) for letter in text.casefold())


def _row(recorded: Recorded, terc: str, facts: MunicipalityFacts) -> MunicipalityRow:
    row = MunicipalityRow(
        id=recorded.stream_id,
        terc=terc,
        name=facts.name,
        name_sort=polish_order(facts.name),
        name_search=without_diacritics(facts.name).lower(),
        slug=slugify(facts.name),
        kind=facts.kind.value,
        city_with_powiat_rights=facts.city_with_powiat_rights,
        voivodeship=facts.voivodeship,
        county=facts.county,
        nuts3=facts.nuts3,
        latitude=facts.latitude,
        longitude=facts.longitude,
        population=None,
        population_year=None,
        population_source=None,
        website=facts.website,
        feeds=list(facts.feeds),
        membership="NONE",
        version=recorded.version,
        registered_at=recorded.recorded_at,
        updated_at=recorded.recorded_at,
    )
    if facts.population is not None:
        _count(row, facts.population)
    return row


def _count(row: MunicipalityRow, population: Population) -> None:
    row.population = population.count
    row.population_year = population.year
    row.population_source = population.source
