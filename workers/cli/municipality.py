from __future__ import annotations

from typing import Annotated, Any
from uuid import uuid4

import typer
from psycopg.rows import dict_row

from domain.municipalities import (
    MunicipalityFacts,
    MunicipalityKind,
    Population,
    RegisterMunicipality,
)
from domain.roles import OPERATOR
from domain.values import parse_terc, without_diacritics
from workers.cli import terc as terc_import
from workers.cli.boundary import Refused
from workers.cli.session import Session, session
from workers.cli.speech import AsJson, answer, say

app = typer.Typer(
    no_args_is_help=True,
    help=say("Rejestr gmin.", "The register of municipalities."),
)

app.command("terc", help=terc_import.HELP)(terc_import.terc)


@app.command(
    "list",
    help=say(
        "Gminy po polsku w kolejności alfabetycznej.",
        "Municipalities in Polish alphabetical order.",
    ),
)
def list_municipalities(
    search: Annotated[str, typer.Option(help=say("Część nazwy.", "Part of a name."))] = "",
    as_json: AsJson = False,
) -> None:
    with session("municipality list") as opened:
        found = _ask(
            opened,
            "SELECT terc, name, kind, voivodeship, county, population "
            "FROM read_municipalities.municipalities WHERE strpos(name_search, %s) > 0 "
            "ORDER BY name_sort, terc",
            without_diacritics(search).lower(),
        )
    text = "\n".join(f"{one['terc']}  {one['name']}  ({one['county']})" for one in found)
    answer(found, text or say("Nie ma żadnej.", "There is none."), as_json=as_json)


@app.command("show", help=say("Co wiadomo o gminie.", "What is known of a municipality."))
def show(terc: str, as_json: AsJson = False) -> None:
    code = parse_terc(terc)
    with session("municipality show") as opened:
        found = _ask(
            opened, "SELECT * FROM read_municipalities.municipalities WHERE terc = %s", code
        )
    if not found:
        raise Refused(f"Nie ma gminy {code}.", f"There is no municipality {code}.")
    text = "\n".join(f"{name}: {value}" for name, value in found[0].items() if value is not None)
    answer(found[0], text, as_json=as_json)


@app.command(
    "register",
    help=say(
        "Wpisuje gminę do rejestru. Powtórzone z tymi samymi danymi nie zmienia niczego.",
        "Enters a municipality in the register. Repeated with the same data it changes nothing.",
    ),
)
def register(
    terc: str,
    name: Annotated[str, typer.Option()],
    kind: Annotated[MunicipalityKind, typer.Option(case_sensitive=False)],
    voivodeship: Annotated[str, typer.Option()],
    county: Annotated[str, typer.Option()],
    population: Annotated[int | None, typer.Option()] = None,
    population_year: Annotated[int | None, typer.Option()] = None,
    population_source: Annotated[str, typer.Option()] = "GUS",
    latitude: Annotated[float | None, typer.Option(min=-90, max=90)] = None,
    longitude: Annotated[float | None, typer.Option(min=-180, max=180)] = None,
    website: Annotated[str | None, typer.Option()] = None,
    as_json: AsJson = False,
) -> None:
    code = parse_terc(terc)
    if (population is None) != (population_year is None):
        raise typer.BadParameter(
            say("Liczba ludności potrzebuje roku.", "A population needs its year.")
        )
    facts = MunicipalityFacts(
        name=name,
        kind=kind,
        voivodeship=voivodeship,
        county=county,
        city_with_powiat_rights=int(code[2:4]) > 60,
        latitude=latitude,
        longitude=longitude,
        population=Population(population, population_year, population_source)
        if population is not None and population_year is not None
        else None,
        website=website,
    )
    with session("municipality register") as opened:
        command = RegisterMunicipality(command_id=uuid4(), terc=code, facts=facts)
        receipt = opened.cooperation.execute(command, OPERATOR)
    done = say("Wpisana", "Registered") if receipt.changed else say("Bez zmian", "Unchanged")
    answer(
        {"id": receipt.stream_id, "position": receipt.position},
        f"{done}: {code} {name}",
        as_json=as_json,
    )


def _ask(opened: Session, query: str, *parameters: Any) -> list[dict[str, Any]]:
    with opened.connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), parameters).fetchall()
