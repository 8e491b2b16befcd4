"""The register of municipalities as lists and look-ups show it."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from domain.municipalities import (
    Membership,
    Municipality,
    MunicipalityFacts,
    Office,
    OfficeHolder,
    Population,
)
from domain.values import slugify, without_diacritics
from projections.log import Recorded
from projections.personal import PersonalColumns
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
    member_since: date | None
    version: int
    registered_at: datetime
    updated_at: datetime


class FactRow(Row):
    table: ClassVar[str] = "facts"
    key: ClassVar[tuple[str, ...]] = ("municipality_id", "version", "sort")

    municipality_id: UUID
    version: int
    sort: str
    value: str
    since: date | None
    reason: str | None
    recorded_at: datetime


class OfficeHolderRow(Row):
    table: ClassVar[str] = "office_holders"

    id: UUID
    municipality_id: UUID
    terc: str
    municipality: dict[str, Any]
    office: str
    office_order: str
    title: str
    person_id: UUID
    name: str | None
    since: date
    since_known: bool
    until: date | None


class MunicipalitiesProjection(Projection):
    name = "municipalities"
    version = 3
    rows = (MunicipalityRow, FactRow, OfficeHolderRow)
    keyed_by_stream = MunicipalityRow
    personal = (PersonalColumns(OfficeHolderRow, "person_id", ("name",)),)

    @on(Municipality.Registered)
    def _registered(self, recorded: Recorded, event: Municipality.Registered, rows: Rows) -> None:
        rows.add(_row(recorded, event.terc, event.facts))
        _keep(recorded, rows, "NAME", event.facts.name, None)
        _keep(recorded, rows, "KIND", event.facts.kind.value, None)

    @on(Municipality.Renamed)
    def _renamed(self, recorded: Recorded, event: Municipality.Renamed, rows: Rows) -> None:
        row = self._changed(recorded, rows)
        row.name = event.name
        row.name_sort = polish_order(event.name)
        row.name_search = without_diacritics(event.name).lower()
        _keep(recorded, rows, "NAME", event.name, recorded.effective_on)
        for holder in rows.each(OfficeHolderRow, "municipality_id", row.id):
            holder.municipality = holder.municipality | {"name": event.name}

    @on(Municipality.KindChanged)
    def _kind_changed(
        self, recorded: Recorded, event: Municipality.KindChanged, rows: Rows
    ) -> None:
        row = self._changed(recorded, rows)
        row.kind = event.kind.value
        _keep(recorded, rows, "KIND", event.kind.value, recorded.effective_on)

    @on(
        Municipality.Invited,
        Municipality.Applied,
        Municipality.Admitted,
        Municipality.Suspended,
        Municipality.Reinstated,
        Municipality.Left,
    )
    def _membership_changed(self, recorded: Recorded, event: Any, rows: Rows) -> None:
        row = self._changed(recorded, rows)
        row.membership = MEMBERSHIPS[type(event)].value
        row.member_since = recorded.effective_on
        reason = getattr(event, "reason", "") or None
        _keep(recorded, rows, "MEMBERSHIP", row.membership, recorded.effective_on, reason)

    @on(Municipality.OfficeTaken)
    def _office_taken(
        self, recorded: Recorded, event: Municipality.OfficeTaken, rows: Rows
    ) -> None:
        municipality = self._changed(recorded, rows)
        rows.add(_holder_row(municipality, event.holder))

    @on(Municipality.OfficeLeft)
    def _office_left(self, recorded: Recorded, event: Municipality.OfficeLeft, rows: Rows) -> None:
        self._changed(recorded, rows)
        rows.change(OfficeHolderRow, event.holder_id).until = recorded.effective_on

    @on(Municipality.TermCorrected)
    def _term_corrected(
        self, recorded: Recorded, event: Municipality.TermCorrected, rows: Rows
    ) -> None:
        self._changed(recorded, rows)
        row = rows.change(OfficeHolderRow, event.holder.id)
        row.since, row.until = event.holder.since, event.holder.until
        row.since_known = event.holder.since_known

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


MEMBERSHIPS = {
    Municipality.Invited: Membership.INVITED,
    Municipality.Applied: Membership.APPLIED,
    Municipality.Admitted: Membership.ACTIVE,
    Municipality.Suspended: Membership.SUSPENDED,
    Municipality.Reinstated: Membership.ACTIVE,
    Municipality.Left: Membership.LEFT,
}


def _keep(
    recorded: Recorded,
    rows: Rows,
    sort: str,
    value: str,
    since: date | None,
    reason: str | None = None,
) -> None:
    rows.add(
        FactRow(
            municipality_id=recorded.stream_id,
            version=recorded.version,
            sort=sort,
            value=value,
            since=since,
            reason=reason,
            recorded_at=recorded.recorded_at,
        )
    )


def _holder_row(municipality: MunicipalityRow, holder: OfficeHolder) -> OfficeHolderRow:
    return OfficeHolderRow(
        id=holder.id,
        municipality_id=municipality.id,
        terc=municipality.terc,
        municipality={
            "id": str(municipality.id),
            "terc": municipality.terc,
            "name": municipality.name,
            "slug": municipality.slug,
        },
        office=holder.office.value,
        office_order="1" if holder.office is Office.HEAD else "2",
        title=holder.title.value,
        person_id=holder.name.person_id,
        name=holder.name.clear,
        since=holder.since,
        since_known=holder.since_known,
        until=holder.until,
    )


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
        membership=Membership.NONE.value,
        member_since=None,
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
