"""The demo network of a first start: 22 real towns, and news and initiatives that we wrote for them."""

import csv
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from psycopg import Connection

from domain.commands import Command
from domain.cooperation import Cooperation
from domain.meetings import Meeting
from domain.municipalities import (
    AdmitMunicipality,
    InviteMunicipality,
    Municipality,
    MunicipalityFacts,
    MunicipalityKind,
    Population,
    RegisterMunicipality,
    municipality_id,
)
from domain.news import ImportNews, NewsText, Translation
from domain.roles import OPERATOR
from domain.values import slugify
from domain.work import polish_day
from infra.accounts.desk import Desk
from infra.demo.accounts import load_accounts
from infra.demo.funds import funds, members
from infra.demo.meeting import FOUNDERS, HELD_ON, RECORDED_AT, meeting, meeting_id, published

# The demo's commands have fixed ids: loading it twice, or after half of it, adds what is missing.
_DEMO = UUID("5b1f6f0a-6e60-5a53-8c0e-1d3b8f0e2a10")

Progress = Callable[[int, int], None]
"""Called with the commands done and their number."""


def begun(connection: Connection[Any]) -> bool:
    """Whether the log is empty, or began with the demo: then loading it (again) adds what is missing."""
    row = connection.execute("SELECT command_id FROM events ORDER BY position LIMIT 1").fetchone()
    return row is None or row[0] == next(_towns()).command_id


def load(
    cooperation: Cooperation,
    progress: Progress = lambda _done, _all: None,
) -> int:
    """Returns the last position."""
    towns, news = list(_towns()), list(_news())
    position = 0
    for town in towns:
        position = cooperation.execute(town, OPERATOR).position
    commands: list[Command] = [*_members(), *news, *funds(_DEMO, _start(cooperation))]
    whole = len(towns) + len(commands)
    for done, command in enumerate(commands, start=len(towns) + 1):
        position = cooperation.execute(command, OPERATOR).position
        progress(done, whole)
    return max(position, _meeting(cooperation))


def _meeting(cooperation: Cooperation) -> int:
    """True on the day of the meeting, known since the day after it: the log keeps both."""
    then = cooperation.at(RECORDED_AT)
    for command in meeting(_DEMO):
        then.execute(command, OPERATOR)
    held = then.look(lambda find: find(Meeting, meeting_id(_DEMO)))
    return max(then.execute(command, OPERATOR).position for command in published(_DEMO, held))


def accounts(desk: Desk, file: Path) -> None:
    """People for the loaded network; `file` says how they log in."""
    load_accounts(desk, _DEMO, file)


def _start(cooperation: Cooperation) -> date:
    """The day on which the demo began to be loaded."""
    first = municipality_id(next(_towns()).terc)
    town = cooperation.look(lambda find: find(Municipality, first))
    return polish_day(town.created_on)


def _members() -> Iterator[Command]:
    """The two that met founded it."""
    for terc in members():
        on = HELD_ON if terc in FOUNDERS else None
        invited, admitted = uuid5(_DEMO, f"invited:{terc}"), uuid5(_DEMO, f"admitted:{terc}")
        yield InviteMunicipality(command_id=invited, terc=terc, effective_on=on)
        yield AdmitMunicipality(command_id=admitted, terc=terc, effective_on=on)


def _towns() -> Iterator[RegisterMunicipality]:
    text = (files(__package__) / "municipalities.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        terc = row["terc"][:6]
        yield RegisterMunicipality(
            command_id=uuid5(_DEMO, f"municipality:{terc}"), terc=terc, facts=_facts(row)
        )


def _facts(row: dict[str, str]) -> MunicipalityFacts:
    counted = row["population"]
    return MunicipalityFacts(
        name=row["name"],
        kind=MunicipalityKind(row["kind"].upper()),
        voivodeship=row["voivodeship"],
        county=row["county"],
        # In the register such a city is a county of its own: numbers from 61 on.
        city_with_powiat_rights=int(row["terc"][2:4]) > 60,
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        population=Population(int(counted), int(row["population_year"]), row["population_source"])
        if counted
        else None,
    )


def _news() -> Iterator[ImportNews]:
    text = (files(__package__) / "news.toml").read_text("utf-8")
    for item in tomllib.loads(text)["news"]:
        yield _item(item)


def _item(item: dict[str, Any]) -> ImportNews:
    published_on: date = item["published_on"]
    key = f"demo:{published_on}:{slugify(item['title'])}"
    english = item.get("en")
    said = NewsText(
        title=item["title"],
        lead=item["lead"],
        body=item["body"].strip(),
        tags=(*item["tags"], "przykład"),
        translations=(Translation("en", english["title"], english["lead"], english["body"]),)
        if english
        else (),
    )
    return ImportNews(
        command_id=uuid5(_DEMO, f"{item['municipality']}:{key}"),
        municipality=item["municipality"],
        text=said,
        keys=(key,),
        published_on=published_on,
    )
