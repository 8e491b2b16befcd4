"""Strawberry as its documentation shows it: dataloaders, parser and validation cache, its Litestar
controller.

Run by uvicorn as `tests.benchmarks.peers.strawberry_app:app`, with DATABASE_URL in the environment.
"""

import os
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, NewType, TypeVar
from uuid import UUID

import strawberry
from litestar import Litestar
from psycopg import sql
from psycopg.rows import class_row
from psycopg_pool import AsyncConnectionPool
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.litestar import make_graphql_controller
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info

from tests.benchmarks.peers.cursor import read_cursor

POOL = AsyncConnectionPool(os.environ.get("DATABASE_URL", ""), min_size=4, max_size=10, open=False)
NEWS = sql.SQL(
    "id, municipality_id, slug, title, lead, body_html, author_unit, published_on, updated_at"
)

Kind = TypeVar("Kind")


async def rows(kind: type[Kind], statement: sql.Composed, *values: object) -> list[Kind]:
    async with (
        POOL.connection() as connection,
        connection.cursor(row_factory=class_row(kind)) as cursor,
    ):
        await cursor.execute(statement, values)
        return await cursor.fetchall()


def statement(text: str) -> sql.Composed:
    return sql.SQL(text).format(news=NEWS)


LATEST = statement(
    "SELECT {news} FROM peers.news_items WHERE (published_on, id) < (%s::date, %s::uuid) "
    "ORDER BY published_on DESC, id DESC LIMIT %s"
)
LATEST_OF_EACH = statement(
    "SELECT latest.* FROM unnest(%s::uuid[]) AS m (id) CROSS JOIN LATERAL ("
    "SELECT {news} FROM peers.news_items WHERE municipality_id = m.id "
    "AND (published_on, id) < (%s::date, %s::uuid) "
    "ORDER BY published_on DESC, id DESC LIMIT %s) latest"
)
ONE = statement(
    "SELECT {news} FROM peers.news_items WHERE slug = %s "
    "AND municipality_id = (SELECT id FROM peers.municipalities WHERE terc = %s)"
)
MUNICIPALITIES = statement(
    "SELECT id, terc, name, slug FROM peers.municipalities WHERE name_sort > %s ORDER BY name_sort LIMIT %s"
)
MUNICIPALITIES_BY_ID = statement(
    "SELECT id, terc, name, slug FROM peers.municipalities WHERE id = ANY (%s::uuid[])"
)
TAGS = statement(
    "SELECT nt.news_id, t.name FROM peers.news_tags nt JOIN peers.tags t ON t.id = nt.tag_id "
    "WHERE nt.news_id = ANY (%s::uuid[]) ORDER BY nt.news_id, nt.ordinal"
)


INITIATIVES = statement(
    "SELECT id, title, state, eligible, lead_id FROM peers.initiatives "
    "WHERE (proposed_on, id) < (%s::date, %s::uuid) ORDER BY proposed_on DESC, id DESC LIMIT %s"
)
PARTNERS = statement(
    "SELECT initiative_id, municipality_id, eligible, grant_share AS grant, own_public "
    "FROM peers.initiative_partners WHERE initiative_id = ANY (%s::uuid[]) ORDER BY initiative_id, ordinal"
)

Grosze = NewType("Grosze", int)


@strawberry.type
class NewsItem:
    id: strawberry.Private[UUID]
    municipality_id: strawberry.Private[UUID]
    slug: str
    title: str
    lead: str
    body_html: str
    author_unit: str | None
    published_on: date
    updated_at: datetime

    @strawberry.field
    async def tags(self, info: Info[Any, Any]) -> list[str]:
        loaded: list[str] = await info.context["tags"].load(self.id)
        return loaded

    @strawberry.field
    async def municipality(
        self, info: Info[Any, Any]
    ) -> Annotated["Municipality", strawberry.lazy("tests.benchmarks.peers.strawberry_app")]:
        loaded: Municipality = await info.context["municipality"].load(self.municipality_id)
        return loaded


@strawberry.type
class NewsItemEdge:
    node: NewsItem


@strawberry.type
class NewsItemConnection:
    edges: list[NewsItemEdge]


@strawberry.type
class Municipality:
    id: strawberry.Private[UUID]
    terc: str
    name: str
    slug: str

    @strawberry.field
    async def news(
        self, info: Info[Any, Any], first: int, after: str | None = None
    ) -> NewsItemConnection:
        found = await info.context["news"].load((self.id, first, after))
        return NewsItemConnection(edges=[NewsItemEdge(node=one) for one in found])


@strawberry.type
class MunicipalityEdge:
    node: Municipality


@strawberry.type
class MunicipalityConnection:
    edges: list[MunicipalityEdge]


@strawberry.type
class InitiativePartner:
    initiative_id: strawberry.Private[UUID]
    municipality_id: strawberry.Private[UUID]
    eligible: Grosze
    grant: Grosze
    own_public: Grosze

    @strawberry.field
    async def municipality(self, info: Info[Any, Any]) -> Municipality:
        loaded: Municipality = await info.context["municipality"].load(self.municipality_id)
        return loaded


@strawberry.type
class Initiative:
    id: strawberry.Private[UUID]
    lead_id: strawberry.Private[UUID]
    title: str
    state: str
    eligible: Grosze

    @strawberry.field
    async def lead(self, info: Info[Any, Any]) -> Municipality:
        loaded: Municipality = await info.context["municipality"].load(self.lead_id)
        return loaded

    @strawberry.field
    async def partners(self, info: Info[Any, Any]) -> list[InitiativePartner]:
        loaded: list[InitiativePartner] = await info.context["partners"].load(self.id)
        return loaded


@strawberry.type
class InitiativeEdge:
    node: Initiative


@strawberry.type
class InitiativeConnection:
    edges: list[InitiativeEdge]


@strawberry.type
class Query:
    @strawberry.field
    async def initiatives(self, first: int, after: str | None = None) -> InitiativeConnection:
        found = await rows(Initiative, INITIATIVES, *read_cursor(after), first)
        return InitiativeConnection(edges=[InitiativeEdge(node=one) for one in found])

    @strawberry.field
    async def news(self, first: int, after: str | None = None) -> NewsItemConnection:
        found = await rows(NewsItem, LATEST, *read_cursor(after), first)
        return NewsItemConnection(edges=[NewsItemEdge(node=one) for one in found])

    @strawberry.field
    async def municipalities(self, first: int, after: str | None = None) -> MunicipalityConnection:
        found = await rows(Municipality, MUNICIPALITIES, after or "", first)
        return MunicipalityConnection(edges=[MunicipalityEdge(node=one) for one in found])

    @strawberry.field
    async def news_item(self, municipality: str, slug: str) -> NewsItem | None:
        return next(iter(await rows(NewsItem, ONE, slug, municipality)), None)


@dataclass
class Tag:
    news_id: UUID
    name: str


async def load_tags(ids: list[UUID]) -> list[list[str]]:
    names: dict[UUID, list[str]] = defaultdict(list)
    for tag in await rows(Tag, TAGS, ids):
        names[tag.news_id].append(tag.name)
    return [names[one] for one in ids]


async def load_municipalities(ids: list[UUID]) -> list[Municipality]:
    found = {one.id: one for one in await rows(Municipality, MUNICIPALITIES_BY_ID, ids)}
    return [found[one] for one in ids]


async def load_partners(ids: list[UUID]) -> list[list[InitiativePartner]]:
    partners: dict[UUID, list[InitiativePartner]] = defaultdict(list)
    for one in await rows(InitiativePartner, PARTNERS, ids):
        partners[one.initiative_id].append(one)
    return [partners[one] for one in ids]


async def load_news(keys: list[tuple[UUID, int, str | None]]) -> list[list[NewsItem]]:
    """All keys of one operation share their arguments, as the measured one does."""
    _, first, after = keys[0]
    news: dict[UUID, list[NewsItem]] = defaultdict(list)
    for one in await rows(
        NewsItem, LATEST_OF_EACH, [key[0] for key in keys], *read_cursor(after), first
    ):
        news[one.municipality_id].append(one)
    return [news[key[0]] for key in keys]


async def context() -> dict[str, Any]:
    return {
        "tags": DataLoader(load_fn=load_tags),
        "municipality": DataLoader(load_fn=load_municipalities),
        "news": DataLoader(load_fn=load_news),
        "partners": DataLoader(load_fn=load_partners),
    }


@asynccontextmanager
async def pool_open(_: Litestar) -> AsyncIterator[None]:
    async with POOL:
        yield


schema = strawberry.Schema(
    Query,
    extensions=[ParserCache, ValidationCache],
    config=StrawberryConfig(scalar_map={Grosze: strawberry.scalar(name="Grosze", serialize=int)}),
)
controller = make_graphql_controller(
    schema, path="/graphql", graphql_ide=None, context_getter=context
)
app = Litestar([controller], lifespan=[pool_open], openapi_config=None)
