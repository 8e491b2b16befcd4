"""The demo network of a first start: 22 real towns, and news and initiatives that we wrote for them."""

import csv
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from psycopg import Connection

from domain.cooperation import Cooperation
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
from domain.work import POLAND, polish_day
from infra.accounts.desk import Desk
from infra.demo.accounts import load_accounts
from infra.demo.first_meeting import FOUNDERS, HELD_ON, RECORDED_AT, first_meeting
from infra.demo.funds import funds, members
from infra.demo.meetings import meetings
from infra.demo.portals import portals
from infra.demo.practices import practices
from infra.demo.questions import questions
from infra.demo.telling import EXAMPLE, Outcome, Progress, Telling, in_order_of_time, stories, tell

_DEMO = UUID("5b1f6f0a-6e60-5a53-8c0e-1d3b8f0e2a10")

EDITION = "3"
"""Moves when the demo gains something that networks loaded earlier should gain too."""


def begun(connection: Connection[Any]) -> bool:
    """Whether the log is empty, or began with the demo: then loading it (again) adds what is missing."""
    row = connection.execute("SELECT command_id FROM events ORDER BY position LIMIT 1").fetchone()
    return row is None or row[0] == next(_towns()).command_id


def load(cooperation: Cooperation, progress: Progress = lambda _done, _all: None) -> Outcome:
    first, *towns = _towns()
    cooperation.execute(first, OPERATOR)
    telling = Telling(_DEMO, _start(cooperation))
    for town in towns:
        telling.add(town)
    _members(telling)
    premises = len(telling.told)
    first_meeting(telling)
    for tell_of in (_news, funds, practices, meetings, questions, portals):
        tell_of(telling)
    told = [*telling.told[:premises], *in_order_of_time(telling.told[premises:])]
    return tell(cooperation, told, progress)


def accounts(desk: Desk, file: Path) -> None:
    """People for the loaded network; `file` says how they log in."""
    load_accounts(desk, _DEMO, file)


def _start(cooperation: Cooperation) -> date:
    """The day on which the demo began to be loaded."""
    first = municipality_id(next(_towns()).terc)
    town = cooperation.look(lambda find: find(Municipality, first))
    return polish_day(town.created_on)


def _members(telling: Telling) -> None:
    """The two that met founded it; the others joined one after the other, up to now half of the time."""
    others = [terc for terc in members() if terc not in FOUNDERS]
    apart = max(telling.start - HELD_ON, timedelta()) / (2 * len(others))
    for terc in members():
        founder = terc in FOUNDERS
        on = HELD_ON if founder else None
        at = RECORDED_AT if founder else RECORDED_AT + apart * (others.index(terc) + 1)
        for command, name in ((InviteMunicipality, "invited"), (AdmitMunicipality, "admitted")):
            telling.give(command, f"{name}:{terc}", at=at, terc=terc, effective_on=on)


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


def _news(telling: Telling) -> None:
    for item in stories("news.toml", "news"):
        on = min(item["published_on"], telling.start)
        telling.add(_item(item), at=datetime.combine(on, time(12), POLAND))


def _item(item: dict[str, Any]) -> ImportNews:
    published_on: date = item["published_on"]
    key = f"demo:{published_on}:{slugify(item['title'])}"
    english = item.get("en")
    said = NewsText(
        title=item["title"],
        lead=item["lead"],
        body=item["body"].strip(),
        tags=(*item["tags"], EXAMPLE),
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
