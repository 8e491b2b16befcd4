"""Relay's connection types, for every list that is paged."""

from typing import Generic, TypeVar

import strawberry

from api.graphql.fields import node_item, relay_id
from api.graphql.ordinary import Page
from api.graphql.vocabulary import Argument

T = TypeVar("T")


@strawberry.interface(description="Anything with a globally unique id.")
class Node:
    id: strawberry.ID = relay_id()


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    page: strawberry.Private[Page]

    @strawberry.field(
        description="Whether more follows after this page: asked for with `first`, that is looked up; "
        "otherwise there is where `before` was given."
    )
    async def has_next_page(self) -> bool:
        return await self.page.has_next()

    @strawberry.field(
        description="Whether more lies before this page: asked for with `last`, that is looked up; "
        "otherwise there is where `after` was given."
    )
    async def has_previous_page(self) -> bool:
        return await self.page.has_previous()

    @strawberry.field(description="Cursor of the first edge, for `before`; null on an empty page.")
    async def start_cursor(self) -> str | None:
        rows = await self.page.rows()
        return self.page.cursor(rows[0]) if rows else None

    @strawberry.field(description="Cursor of the last edge, for `after`; null on an empty page.")
    async def end_cursor(self) -> str | None:
        rows = await self.page.rows()
        return self.page.cursor(rows[-1]) if rows else None


@strawberry.type(description="One entry of a list, with its place.")
class Edge(Generic[T]):
    page: strawberry.Private[Page]
    node: T = strawberry.field(description="The entry.")

    @strawberry.field(description="Its place in the list; opaque.")
    def cursor(self) -> str:
        return self.page.cursor(self.node)


@strawberry.type(description="One page of a list, and how long the whole list is.")
class Connection(Generic[T]):
    page: strawberry.Private[Page]

    @strawberry.field(
        description="How many entries the whole list has, as far as the viewer may see them."
    )
    async def total_count(self) -> int:
        return await self.page.total()

    @strawberry.field(description="The page's entries with their cursors.")
    async def edges(self) -> list[Edge[T]]:
        return [Edge(page=self.page, node=node) for node in await self.page.rows()]

    @strawberry.field(description="The page's entries alone.")
    async def nodes(self) -> list[T]:
        return await self.page.rows()

    @strawberry.field(description="Where this page stands in the list.")
    def page_info(self) -> PageInfo:
        return PageInfo(page=self.page)


@strawberry.type
class NodeQueries:
    node: Node | None = node_item(
        "Any object by its global id; null where there is none, or none that the viewer may see.",
        Argument("id", strawberry.ID, "The object's `id`.", str),
    )
