"""The register: which municipalities there are, and what is known of them."""

from dataclasses import dataclass
from datetime import date

from domain.commands import Command, Whose, handles
from domain.errors import DomainError
from domain.municipalities.facts import (
    MunicipalityFacts,
    MunicipalityKind,
    Population,
    facts_problems,
)
from domain.municipalities.municipality import (
    Municipality,
    municipality_id,
    municipality_to_change,
)
from domain.roles import Role
from domain.values import parse_terc, refuse_if
from domain.work import Work


class MunicipalityAlreadyRegistered(DomainError):
    code = "municipality_already_registered"
    pl = "Gmina o kodzie TERC {terc} jest już w rejestrze z innymi danymi."
    en = "The municipality with the TERC code {terc} is already registered with other data."


@dataclass(frozen=True, kw_only=True)
class RegisterMunicipality(Command):
    terc: str
    facts: MunicipalityFacts


@dataclass(frozen=True, kw_only=True)
class RenameMunicipality(Command):
    """`effective_on` is the day the name changed."""

    terc: str
    name: str
    effective_on: date


@dataclass(frozen=True, kw_only=True)
class RecordChangeOfKind(Command):
    """A rural municipality whose seat became a town, for one. Takes effect on a 1 January, by law."""

    terc: str
    kind: MunicipalityKind
    effective_on: date


@dataclass(frozen=True, kw_only=True)
class RecordPopulation(Command):
    terc: str
    population: Population


@handles(RegisterMunicipality, by=set(), on=Whose.NETWORK)
def register_municipality(command: RegisterMunicipality, work: Work) -> Municipality:
    terc = parse_terc(command.terc)
    refuse_if(facts_problems(command.facts))
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
    municipality = municipality_to_change(work, command.terc, command.expected_version)
    municipality.rename(command.name, command.effective_on, work)
    return municipality


@handles(RecordChangeOfKind, by=set(), on=Whose.NETWORK)
def record_change_of_kind(command: RecordChangeOfKind, work: Work) -> Municipality:
    municipality = municipality_to_change(work, command.terc, command.expected_version)
    municipality.change_kind(command.kind, command.effective_on, work)
    return municipality


@handles(RecordPopulation, by={Role.MUNICIPALITY_ADMIN})
def record_population(command: RecordPopulation, work: Work) -> Municipality:
    municipality = municipality_to_change(work, command.terc, command.expected_version)
    municipality.record_population(command.population, work)
    return municipality
