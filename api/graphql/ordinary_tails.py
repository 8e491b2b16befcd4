"""The ordinary executor's tails: a page of rows, or row after row as they come."""

# ruff: noqa: ARG001  every resolver takes what a field is resolved with

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from strawberry.types.base import StrawberryOptional, get_object_definition

from api.graphql import conditions
from api.graphql.arguments import position
from api.graphql.context import Context
from api.graphql.errors import NoSuchPosition
from api.graphql.ordinary import (
    ROW,
    Parameters,
    columns,
    connection_element,
    element,
    resolve,
    select,
    strip,
)
from api.graphql.records import TableRecord, new, record_of
from api.graphql.vocabulary import Tail, TailPage


@resolve.register
async def _(declaration: TailPage, source: Any, info: Any, kwargs: Mapping[str, Any]) -> Any:
    outer = strip(info.return_type)
    rows = TailRows(info.context, declaration.tail, connection_element(outer), kwargs)
    await rows.check()
    return get_object_definition(outer, strict=True).origin(rows=rows)


@resolve.register
async def _(declaration: Tail, source: Any, info: Any, kwargs: Mapping[str, Any]) -> Any:
    return _following(info.context, declaration, element(info), kwargs, _nullable(info))


async def _following(
    context: Context, tail: Tail, cls: type, kwargs: Mapping[str, Any], nullable: bool
) -> AsyncGenerator[Any, None]:
    """Says in the context which position each row stands at."""
    told = cls if tail.through is None else None
    begin = context.resume if context.resume is not None else kwargs.get("after")
    begun = {**kwargs, "first": TailRows.MOST, "after": begin}
    if begin is None:
        begun["after"] = await TailRows(context, tail, told, begun).settled()
    while True:
        seen = context.services.positions(tail.projections)
        rows = TailRows(context, tail, told, begun)
        await rows.check()
        for each in await rows.page():
            row = record_of(each).row
            found = each if tail.through is None else await _shown(context, cls, row[tail.through])
            context.position = row[TailRows.POSITION]
            if found is not None or nullable:
                yield found
        begun["after"], more = await rows.next(), await rows.has_more()
        await context.snapshot.close()
        if not more:
            await context.services.moved(tail.projections, seen)


def _nullable(info: Any) -> bool:
    return isinstance(info.return_type, StrawberryOptional)


async def _shown(context: Context, cls: type, key: Any) -> Any:
    wanted = ["{row}.{key} = {value}"]
    found = await select(context, cls, wanted, {"value": (key, "uuid")}, seen=False)
    return found[0] if found else None


class _Source:
    """A row of a table that no type of the schema stands on."""


class TailRows:
    """One page of a tail. `cls` None: nothing but the source's own columns."""

    POSITION = "#POSITION"
    MOST = 100

    def __init__(
        self, context: Context, tail: Tail, cls: type | None, arguments: Mapping[str, Any]
    ) -> None:
        self._context, self._tail, self._cls = context, tail, cls
        after = arguments.get("after")
        self._after = 0 if after is None else position(after)
        self._size = conditions.tail_size(arguments.get("first"))
        self._arguments = arguments
        self._found: list[Any] | None = None

    async def check(self) -> None:
        """Raises NoSuchPosition."""
        if self._after > await self.settled() and self._after > await self._value(
            "SELECT coalesce(max(position), 0) AS value FROM public.events"
        ):
            raise NoSuchPosition(position=self._after)

    async def settled(self) -> int:
        return await self._value(f"SELECT {self._tail.settled} AS value")

    async def page(self) -> list[Any]:
        return (await self._one_more())[: self._size]

    async def has_more(self) -> bool:
        return len(await self._one_more()) > self._size

    async def next(self) -> int:
        if not await self.has_more():
            return max(self._after, await self.settled())
        page = await self.page()
        return record_of(page[-1]).row[self.POSITION] if page else self._after

    async def _one_more(self) -> list[Any]:
        if self._found is None:
            tail, parameters = self._tail, Parameters()
            after = parameters.add(self._after, "bigint")
            wanted = [
                tail.behind.format(row=ROW, after=after),
                f"{tail.position.format(row=ROW)} <= {tail.settled}",
                *conditions.only(tail, ROW),
                *conditions.visible(
                    tail.source, parameters.asking(self._context), ROW, listing=True
                ),
                *self._filters(parameters),
            ]
            chosen = columns(self._cls) if self._cls else f"{ROW}.*"
            sql = (
                f'SELECT {tail.position.format(row=ROW)} AS "{self.POSITION}", {chosen} '
                f"FROM {tail.source.name} {ROW}{conditions.where(wanted)} "
                f"ORDER BY {tail.order.format(row=ROW)} LIMIT {self._size + 1}"
            )
            rows = await self._context.snapshot.rows(sql, parameters.values)
            self._found = [new(self._cls or _Source, TableRecord(row)) for row in rows]
        return self._found

    def _filters(self, parameters: Parameters) -> list[str]:
        found = []
        for each in self._tail.filters:
            given = self._arguments.get(each.argument.name)
            if given is not None:
                value = parameters.add(each.argument.parse(given), each.argument.sql_type)
                found.append(each.condition.format(row=ROW, **{each.argument.name: value}))
        return found

    async def _value(self, sql: str) -> int:
        found = await self._context.snapshot.rows(sql, ())
        return int(found[0]["value"] or 0)
