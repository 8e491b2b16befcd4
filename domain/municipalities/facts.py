"""What is said of a municipality, and what can be wrong with it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import FieldProblem, Malformed, TooMany
from domain.values import link_problems, slugify, text_problems


class MunicipalityKind(StrEnum):
    """Kinds of municipality in the TERC register: 1, 2 and 3 as the code's seventh digit."""

    URBAN = "URBAN"
    RURAL = "RURAL"
    URBAN_RURAL = "URBAN_RURAL"


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


def facts_problems(facts: MunicipalityFacts) -> Iterable[FieldProblem]:
    yield from text_problems("name", facts.name, 100)
    yield from text_problems("voivodeship", facts.voivodeship, 50)
    yield from text_problems("county", facts.county, 100)
    if not slugify(facts.name):
        yield Malformed("name", value=facts.name)
    yield from _place_problems(facts)
    if len(facts.feeds) > 20:
        yield TooMany("feeds", limit=20, length=len(facts.feeds))
    for address in (facts.website, *facts.feeds[:20]):
        if address is not None:
            yield from link_problems("website", address)
    if facts.population is not None:
        yield from population_problems(facts.population)


def _place_problems(facts: MunicipalityFacts) -> Iterable[FieldProblem]:
    if facts.nuts3 is not None and not re.fullmatch(r"PL[0-9A-Z]{3}", facts.nuts3):
        yield Malformed("nuts3", value=facts.nuts3[:20])
    if facts.latitude is not None and not -90 <= facts.latitude <= 90:
        yield Malformed("latitude", value=facts.latitude)
    if facts.longitude is not None and not -180 <= facts.longitude <= 180:
        yield Malformed("longitude", value=facts.longitude)


def population_problems(population: Population) -> Iterable[FieldProblem]:
    if not 0 < population.count < 50_000_000:
        yield Malformed("population", value=population.count)
    if not 1900 <= population.year <= 2100:
        yield Malformed("populationYear", value=population.year)
    yield from text_problems("populationSource", population.source, 100)
