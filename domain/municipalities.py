"""Municipality (gmina): the register of who belongs, or could belong, to the network."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from eventsourcing.domain import event

from domain.aggregate import Aggregate, stream_of
from domain.commands import Command, Whose, handles
from domain.errors import DomainError, FieldProblem, Malformed
from domain.roles import Role
from domain.values import (
    Terc,
    date_problems,
    link_problems,
    parse_terc,
    refuse_if,
    slugify,
    text_problems,
)
from domain.work import Work


class MunicipalityKind(StrEnum):
    """Kinds of municipality in the TERC register: 1, 2 and 3 as the code's seventh digit."""

    URBAN = "URBAN"
    RURAL = "RURAL"
    URBAN_RURAL = "URBAN_RURAL"


class UnknownMunicipality(DomainError):
    code = "unknown_municipality"
    pl = "W rejestrze nie ma gminy o kodzie TERC {terc}."
    en = "No municipality with the TERC code {terc} is registered."


class MunicipalityAlreadyRegistered(DomainError):
    code = "municipality_already_registered"
    pl = "Gmina o kodzie TERC {terc} jest już w rejestrze z innymi danymi."
    en = "The municipality with the TERC code {terc} is already registered with other data."


@dataclass(frozen=True)
class Population:
    """Inhabitants as counted in `year`; null where not known, never estimated by us."""

    count: int
    year: int
    source: str


@dataclass(frozen=True)
class MunicipalityFacts:
    """What the register says. Coordinates in degrees (WGS 84), `nuts3` as in Regulation 1059/2003."""

    name: str
    kind: MunicipalityKind
    voivodeship: str
    county: str
    city_with_powiat_rights: bool = False
    nuts3: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    population: Population | None = None
    website: str | None = None
    feeds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RegisterMunicipality(Command):
    terc: str
    facts: MunicipalityFacts


@dataclass(frozen=True, kw_only=True)
class RenameMunicipality(Command):
    """`effective_on` is the day the name changed, which may lie before today."""

    terc: str
    name: str
    effective_on: date


@dataclass(frozen=True, kw_only=True)
class RecordPopulation(Command):
    terc: str
    population: Population


class Municipality(Aggregate):
    class Registered(Aggregate.Created):
        terc: str
        facts: MunicipalityFacts

    class Renamed(Aggregate.Event):
        name: str

    class PopulationRecorded(Aggregate.Event):
        population: Population

    def __init__(self, *, terc: str, facts: MunicipalityFacts) -> None:
        self.terc = Terc(terc)
        self.facts = facts

    @property
    def owner(self) -> str:
        return self.terc

    def rename(self, name: str, on: date, work: Work) -> None:
        refuse_if(text_problems("name", name, 100))
        refuse_if(date_problems("effectiveOn", on, work.today))
        if name != self.facts.name:
            self.record(Municipality.Renamed, work.at, on, name=name)

    def record_population(self, population: Population, work: Work) -> None:
        refuse_if(_population_problems(population))
        if population != self.facts.population:
            on = date(population.year, 12, 31)
            self.record(Municipality.PopulationRecorded, work.at, on, population=population)

    @event(Renamed)
    def _renamed(self, name: str) -> None:
        self.facts = replace(self.facts, name=name)

    @event(PopulationRecorded)
    def _population_recorded(self, population: Population) -> None:
        self.facts = replace(self.facts, population=population)


@lru_cache(maxsize=4096)
def municipality_id(terc: str) -> UUID:
    """The stream follows from the code, so that two registrations of one code meet in one stream."""
    return stream_of("municipality", terc)


def known_municipality(work: Work, terc: str) -> Municipality:
    """Raises InvalidInput for a malformed code, UnknownMunicipality."""
    code = parse_terc(terc)
    found = work.find(Municipality, municipality_id(code))
    if found is None:
        raise UnknownMunicipality(terc=code)
    return found


@handles(RegisterMunicipality, by=set(), on=Whose.NETWORK)
def register_municipality(command: RegisterMunicipality, work: Work) -> Municipality:
    terc = parse_terc(command.terc)
    refuse_if(_facts_problems(command.facts))
    stream_id = municipality_id(terc)
    known = work.find(Municipality, stream_id)
    if known is None:
        begun = Municipality.begin(
            Municipality.Registered, stream_id, work.at, work.today, terc=terc, facts=command.facts
        )
        return work.add(begun)
    if known.facts != command.facts:
        raise MunicipalityAlreadyRegistered(terc=terc)
    return known


@handles(RenameMunicipality, by=set(), on=Whose.NETWORK)
def rename_municipality(command: RenameMunicipality, work: Work) -> Municipality:
    municipality = _to_change(work, command.terc, command.expected_version)
    municipality.rename(command.name, command.effective_on, work)
    return municipality


@handles(RecordPopulation, by={Role.MUNICIPALITY_ADMIN})
def record_population(command: RecordPopulation, work: Work) -> Municipality:
    municipality = _to_change(work, command.terc, command.expected_version)
    municipality.record_population(command.population, work)
    return municipality


def _to_change(work: Work, terc: str, expected: int | None) -> Municipality:
    code = parse_terc(terc)
    found = work.load(Municipality, municipality_id(code), expected)
    if found is None:
        raise UnknownMunicipality(terc=code)
    return found


def _facts_problems(facts: MunicipalityFacts) -> Iterable[FieldProblem]:
    yield from text_problems("name", facts.name, 100)
    yield from text_problems("voivodeship", facts.voivodeship, 50)
    yield from text_problems("county", facts.county, 100)
    if not slugify(facts.name):
        yield Malformed("name", value=facts.name)
    if facts.latitude is not None and not -90 <= facts.latitude <= 90:
        yield Malformed("latitude", value=facts.latitude)
    if facts.longitude is not None and not -180 <= facts.longitude <= 180:
        yield Malformed("longitude", value=facts.longitude)
    for address in (facts.website, *facts.feeds):
        if address is not None:
            yield from link_problems("website", address)
    if facts.population is not None:
        yield from _population_problems(facts.population)


def _population_problems(population: Population) -> Iterable[FieldProblem]:
    if not 0 < population.count < 50_000_000:
        yield Malformed("population", value=population.count)
    if not 1900 <= population.year <= 2100:
        yield Malformed("populationYear", value=population.year)
    yield from text_problems("populationSource", population.source, 100)
