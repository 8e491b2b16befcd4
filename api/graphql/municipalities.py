"""Municipalities (gminy): the register of the network."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.graphql import visibility
from api.graphql.arguments import contains, short_text, terc
from api.graphql.connections import Connection
from api.graphql.fields import column, connection, item, reads, relay_id, to_many
from api.graphql.news_list import NEWEST_FIRST, SINCE, TAGGED, UNTIL
from api.graphql.past import HasPast
from api.graphql.vocabulary import Argument, Filter, OrderKey, Table, Way
from domain.municipalities import MunicipalityKind

if TYPE_CHECKING:
    from api.graphql.municipality_history import MunicipalityFact, OfficeHolder
    from api.graphql.news import NewsItem

MUNICIPALITIES = Table(
    "read_municipalities.municipalities", "municipalities", visibility.MUNICIPALITIES
)
BY_NAME = (OrderKey("name_sort", "text"), OrderKey("terc", "text"))

Kind = strawberry.enum(
    MunicipalityKind,
    name="MunicipalityKind",
    description="Kind of municipality in the TERC register: gmina miejska, wiejska, miejsko-wiejska.",
)


@reads(MUNICIPALITIES)
@strawberry.type(
    description="A municipality (gmina), member of the network or not. Visible to everyone."
)
class Municipality(HasPast):
    id: strawberry.ID = relay_id()
    terc: str = column(
        "terc", "First six digits of its TERC code (GUS), its key for ever.", key="terc"
    )
    name: str = column("name", "Its name, such as “Opoczno”.", key="name")
    slug: str = column("slug", "Its name as it stands in addresses.", key="slug", plain=True)
    kind: Kind = column("kind", "Kind in the TERC register.")  # type: ignore[valid-type]
    city_with_powiat_rights: bool = column(
        "city_with_powiat_rights",
        "Whether it is a city with powiat rights (miasto na prawach powiatu).",
    )
    voivodeship: str = column("voivodeship", "Voivodeship (województwo), in Polish, lower case.")
    county: str = column("county", "County (powiat), in Polish.")
    nuts3: str | None = column("nuts3", "NUTS 3 unit (Regulation 1059/2003); null where not known.")
    latitude: float | None = column("latitude", "Degrees north, WGS 84; null where not known.")
    longitude: float | None = column("longitude", "Degrees east, WGS 84; null where not known.")
    population: int | None = column(
        "population", "Inhabitants; null where not known, never estimated."
    )
    population_year: int | None = column(
        "population_year", "Year that `population` was counted in."
    )
    population_source: str | None = column("population_source", "Who counted, such as “GUS BDL”.")
    website: str | None = column("website", "Address of its website.")
    feeds: list[str] = column("feeds", "Addresses of its news feeds (RSS, Atom, JSON).")
    membership: str = column(
        "membership",
        "Membership of the network: NONE, INVITED, APPLIED, ACTIVE, SUSPENDED or LEFT.",
    )
    member_since: date | None = column("member_since", "Since when `membership` is so.")
    facts: list[
        Annotated["MunicipalityFact", strawberry.lazy("api.graphql.municipality_history")]
    ] = to_many(
        {"municipality_id": "id"},
        "{row}.version, {row}.sort",
        1000,
        "Its names, kinds and memberships, in the order in which they were recorded.",
    )
    office_holders: list[
        Annotated["OfficeHolder", strawberry.lazy("api.graphql.municipality_history")]
    ] = to_many(
        {"municipality_id": "id"},
        "{row}.office_order, {row}.since, {row}.id",
        500,
        "Who holds, or held, its offices; heads first.",
    )
    version: int = column("version", "Version of its record, for `expectedVersion`.")
    registered_at: datetime = column("registered_at", "When it came into the register.")
    updated_at: datetime = column("updated_at", "When its record last changed.")
    news: Connection[Annotated["NewsItem", strawberry.lazy("api.graphql.news")]] = connection(
        "news",
        "Its published news, newest first.",
        order=NEWEST_FIRST,
        descending=True,
        filters=(TAGGED, SINCE, UNTIL),
        by={"municipality_id": "id"},
    )


@strawberry.type
class MunicipalityQueries:
    municipalities: Connection[Municipality] = connection(
        "municipalities",
        "The register, in Polish alphabetical order.",
        order=BY_NAME,
        filters=(
            Filter(
                Argument(
                    "voivodeship",
                    str | None,
                    "Only this voivodeship, such as “łódzkie”.",
                    short_text("voivodeship"),
                ),
                "{row}.voivodeship = {voivodeship}",
            ),
            Filter(
                Argument(
                    "search",
                    str | None,
                    "Part of the name; case and diacritics don't matter.",
                    contains("search"),
                ),
                "{row}.name_search LIKE {search}",
            ),
        ),
        travels=True,
    )
    municipality: Municipality | None = item(
        "One municipality by its TERC code; null where it isn't registered.",
        Way(
            (Argument("terc", str, "Six digits, or seven with the kind.", terc),),
            "{row}.terc = {terc}",
        ),
        travels=True,
    )
