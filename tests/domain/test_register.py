"""Who may enter what into the register of municipalities."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from domain.errors import NotPermitted
from domain.municipalities import (
    Municipality,
    MunicipalityAlreadyRegistered,
    MunicipalityFacts,
    MunicipalityKind,
    Population,
    RecordPopulation,
    RegisterMunicipality,
    RenameMunicipality,
    UnknownMunicipality,
    municipality_id,
)
from domain.roles import ANONYMOUS, Role
from tests.domain.scenario import TODAY, given, said
from tests.network import BELCHATOW, OPOCZNO, official

FACTS = MunicipalityFacts("Opoczno", MunicipalityKind.URBAN_RURAL, "łódzkie", "opoczyński")
GUS = Population(33_000, 2024, "GUS")


def register(terc: str = OPOCZNO, **facts: Any) -> RegisterMunicipality:
    return RegisterMunicipality(command_id=uuid4(), terc=terc, facts=replace(FACTS, **facts))


def rename(name: str = "Nowe Opoczno", on: date = TODAY, terc: str = OPOCZNO) -> RenameMunicipality:
    return RenameMunicipality(command_id=uuid4(), terc=terc, name=name, effective_on=on)


def count(population: Population = GUS) -> RecordPopulation:
    return RecordPopulation(command_id=uuid4(), terc=OPOCZNO, population=population)


REGISTERED = given(register())


def test_registered_municipality_has_the_stream_of_its_code() -> None:
    receipt = (
        given().when(register()).then(said(Municipality.Registered, terc=OPOCZNO, facts=FACTS))
    )
    assert receipt is not None
    assert receipt.stream_id == municipality_id(OPOCZNO)


def test_registered_again_with_the_same_facts_changes_nothing() -> None:
    REGISTERED.when(register()).then()
    REGISTERED.when(register("1007043")).then()


def test_registered_again_with_other_facts_is_refused() -> None:
    REGISTERED.when(register(name="Inne")).then(MunicipalityAlreadyRegistered)


@pytest.mark.parametrize(
    ("terc", "wrong"),
    [
        ("", "terc"),
        ("10070", "terc"),
        ("10070431", "terc"),
        ("010704", "terc"),
        ("340704", "terc"),
        ("10o704", "terc"),
        ("١٠٠٧٠٤", "terc"),
    ],
)
def test_malformed_code_is_refused(terc: str, wrong: str) -> None:
    given().when(register(terc)).invalid(**{wrong: "malformed_terc"})
    REGISTERED.when(rename(terc=terc)).invalid(**{wrong: "malformed_terc"})


@pytest.mark.parametrize(
    ("facts", "problems"),
    [
        ({"name": ""}, {"name": "malformed"}),
        ({"name": "x" * 101}, {"name": "too_long"}),
        ({"name": "a\x00"}, {"name": "control_characters"}),
        ({"name": "…"}, {"name": "malformed"}),
        ({"voivodeship": ""}, {"voivodeship": "missing"}),
        ({"county": "x" * 101}, {"county": "too_long"}),
        ({"nuts3": "DE123"}, {"nuts3": "malformed"}),
        ({"nuts3": "PL71\x00"}, {"nuts3": "malformed"}),
        ({"latitude": 91.0}, {"latitude": "malformed"}),
        ({"latitude": float("nan")}, {"latitude": "malformed"}),
        ({"longitude": -181.0}, {"longitude": "malformed"}),
        ({"website": "opoczno.pl"}, {"website": "malformed"}),
        ({"feeds": ("javascript:x",)}, {"website": "malformed"}),
        ({"feeds": ("https://opoczno.pl/rss",) * 21}, {"feeds": "too_many"}),
        ({"population": Population(0, 2024, "GUS")}, {"population": "malformed"}),
        ({"population": Population(10**30, 2024, "GUS")}, {"population": "malformed"}),
        ({"population": Population(9, 20250, "GUS")}, {"populationYear": "malformed"}),
        ({"population": Population(9, 2024, "")}, {"populationSource": "missing"}),
    ],
)
def test_wrong_facts_are_refused(facts: dict[str, Any], problems: dict[str, str]) -> None:
    given().when(register(**facts)).invalid(**problems)
    if "population" in facts:
        REGISTERED.when(count(facts["population"])).invalid(**problems)


def test_new_name_holds_from_its_day() -> None:
    REGISTERED.when(rename(on=TODAY)).then(
        said(Municipality.Renamed, name="Nowe Opoczno", effective_on=TODAY)
    )


def test_name_that_it_has_already_is_no_event() -> None:
    REGISTERED.when(rename("Opoczno")).then()


def test_wrong_name_or_day_is_refused() -> None:
    REGISTERED.when(rename("")).invalid(name="missing")
    REGISTERED.when(rename("a\nb")).invalid(name="control_characters")
    REGISTERED.when(rename(on=date(9025, 1, 1))).invalid(effectiveOn="implausible_date")
    REGISTERED.when(rename(on=date(1980, 1, 1))).invalid(effectiveOn="implausible_date")


def test_unknown_municipality_has_neither_name_nor_population() -> None:
    given().when(rename()).then(UnknownMunicipality)
    given().when(count()).then(UnknownMunicipality)


def test_population_is_true_at_the_end_of_its_year() -> None:
    REGISTERED.when(count()).then(
        said(Municipality.PopulationRecorded, population=GUS, effective_on=date(2024, 12, 31))
    )
    given(register(), count()).when(count()).then()


@pytest.mark.parametrize("actor", [ANONYMOUS, official(OPOCZNO), official(OPOCZNO, Role.PORTAL)])
def test_register_is_kept_by_the_coordinator(actor: Any) -> None:
    given().by(actor).when(register()).then(NotPermitted)
    REGISTERED.by(actor).when(rename()).then(NotPermitted)
    REGISTERED.by(actor).when(count()).then(NotPermitted)


def test_municipality_records_its_own_population_only() -> None:
    admin = official(OPOCZNO, Role.MUNICIPALITY_ADMIN)
    other = official(BELCHATOW, Role.MUNICIPALITY_ADMIN)
    REGISTERED.by(admin).when(count()).then(Municipality.PopulationRecorded)
    REGISTERED.by(other).when(count()).then(NotPermitted)
