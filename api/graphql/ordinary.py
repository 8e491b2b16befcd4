"""The ordinary executor's side of the declarations: one generic resolver per word of the vocabulary.

It asks the database object by object, so it is slow and plain: it answers what can't be compiled,
and what the compiler's answers are compared with.
"""

# ruff: noqa: ARG001  every resolver takes what a field is resolved with

from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Any

from graphql import get_named_type
from strawberry.types.base import StrawberryContainer, get_object_definition
from strawberry.types.lazy_type import LazyType

from api.graphql import conditions, moments
from api.graphql.compiler.selection import Scope
from api.graphql.context import Context
from api.graphql.declared import embedded_suffices, the_way
from api.graphql.errors import InvalidId
from api.graphql.moments import Moment
from api.graphql.records import (
    EmbeddedRecord,
    TableRecord,
    moment_of,
    must_table,
    new,
    plain_column,
    record_of,
    table_of,
)
from api.graphql.relay import cursor, cursor_parser, global_id, parse_global_id
from api.graphql.visibility import Asking
from api.graphql.vocabulary import (
    DECLARATION,
    Argument,
    Column,
    Connection,
    Declaration,
    EmbeddedList,
    GlobalId,
    Item,
    NodeItem,
    Subject,
    Table,
    ToMany,
    ToOne,
)

ROW = "t"


class Parameters:
    """Values by number, with their casts, as a prepared statement would take them."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def add(self, value: Any, sql_type: str) -> str:
        self.values.append(value)
        return f"${len(self.values)}::{sql_type}"

    def asking(self, context: Context) -> Asking:
        account = context.viewer.actor.account
        return Asking(context.viewer.audience, lambda: self.add(account, "uuid"))


@singledispatch
def resolve(declaration: Declaration, source: Any, info: Any, kwargs: Mapping[str, Any]) -> Any:
    raise TypeError(f"no resolver for {declaration}")


@resolve.register
def _(declaration: Column, source: Any, info: Any, kwargs: Mapping[str, Any]) -> Any:
    return record_of(source).column(declaration, info.python_name)


@resolve.register
def _(declaration: GlobalId, source: Any, info: Any, kwargs: Mapping[str, Any]) -> Any:
    key = record_of(source).key(declaration)
    return None if key is None else global_id(_name(type(source)), key)


@resolve.register
async def _(declaration: ToOne, source: Any, info: Any, kwargs: Mapping[str, Any]) -> Any:
    cls, row = element(info), record_of(source).row
    if row[declaration.embedded or declaration.column] is None:
        return None
    moment = moment_of(source)
    if declaration.embedded is not None and _embedded(info):
        return new(cls, EmbeddedRecord(row[declaration.embedded], moment))
    key = {"value": (row[declaration.column], "uuid")}
    return await one(info.context, cls, "{row}.{key} = {value}", key, moment)


@resolve.register
async def _(declaration: EmbeddedList, source: Any, info: Any, kwargs: Mapping[str, Any]) -> Any:
    cls, values = element(info), record_of(source).row[declaration.column]
    if table_of(cls) is None or _embedded(info):
        return [new(cls, EmbeddedRecord(value, moment_of(source))) for value in values]
    ids = [value["id"] for value in values]
    wanted, given = ["{row}.{key} = ANY({ids})"], {"ids": (ids, "uuid[]")}
    found = await select(info.context, cls, wanted, given, seen=True, moment=moment_of(source))
    by_id = {str(record_of(each).row[must_table(cls).key]): each for each in found}
    return [by_id.get(value) for value in ids]


@resolve.register
async def _(declaration: ToMany, source: Any, info: Any, kwargs: Mapping[str, Any]) -> Any:
    cls, row = element(info), record_of(source).row
    moment, parameters = moment_of(source), Parameters()
    table = _table(cls, moment)
    parent = {ours: parameters.add(row[ours], "uuid") for ours in declaration.by.values()}
    whole, asking = table_of(type(source)), parameters.asking(info.context)
    wanted = conditions.of_parent(declaration, table, asking, ROW, parent, whole)
    order = declaration.order.format(row=ROW)
    tail = f"{conditions.where(wanted)} ORDER BY {order} LIMIT {declaration.limit}"
    return await _rows(info.context, cls, tail, parameters.values, moment)


@resolve.register
async def _(declaration: Connection, source: Any, info: Any, kwargs: Mapping[str, Any]) -> Any:
    outer = strip(info.return_type)
    parent = record_of(source).row if declaration.by else {}
    moment = _asked(declaration, kwargs) or moment_of(source)
    page = Page(info.context, declaration, connection_element(outer), parent, kwargs, moment)
    return get_object_definition(outer, strict=True).origin(page=page)


@resolve.register
async def _(declaration: Item, source: Any, info: Any, kwargs: Mapping[str, Any]) -> Any:
    moment = _asked(declaration, kwargs)
    way = the_way(declaration, {name for name, value in kwargs.items() if value is not None})
    values = {a.name: (a.parse(kwargs[a.name]), a.sql_type) for a in way.arguments}
    return await one(info.context, element(info), way.condition, values, moment)


@resolve.register
async def _(declaration: NodeItem, source: Any, info: Any, kwargs: Mapping[str, Any]) -> Any:
    type_name, key = parse_global_id(kwargs[declaration.argument.name])
    cls = node_types(info.schema).get(type_name)
    if cls is None:
        raise InvalidId(id=kwargs[declaration.argument.name])
    return await one(info.context, cls, "{row}.{key} = {value}", {"value": (key, "uuid")})


@resolve.register
async def _(declaration: Subject, source: Any, info: Any, kwargs: Mapping[str, Any]) -> Any:
    row = record_of(source).row
    cls = node_types(info.schema).get(row[declaration.type_column])
    if cls is None:
        return None
    key = (row[declaration.key_column], "uuid")
    return await one(info.context, cls, "{row}.{key} = {value}", {"value": key})


class Page:
    """One page of a connection: asks for its rows or its total when somebody selects them."""

    def __init__(
        self,
        context: Context,
        declaration: Connection,
        cls: type,
        parent: Mapping[str, Any],
        arguments: Mapping[str, Any],
        moment: Moment | None = None,
    ) -> None:
        self._context, self._declaration, self._cls = context, declaration, cls
        self._moment, self._table = moment, _table(cls, moment)
        self._window = conditions.window(arguments.get("first"), arguments.get("last"))
        self._after, self._before = arguments.get("after"), arguments.get("before")
        self._parameters = Parameters()
        self._conditions = self._listed(parent, arguments)
        self._filters = list(self._parameters.values)
        self._between = [
            *self._beyond(self._after, backwards=False),
            *self._beyond(self._before, backwards=True),
        ]
        self._found: list[Any] | None = None

    async def total(self) -> int:
        table = self._table
        sql = f"SELECT count(*) AS n FROM {table.name} {ROW}{conditions.where(self._conditions)}"
        found = await self._context.snapshot.rows(sql, self._filters)
        return int(found[0]["n"])

    async def rows(self) -> list[Any]:
        """In the list's order, from whichever end they were asked for."""
        found, window = await self._one_more(), self._window
        if window.backwards:
            return found[: window.last][::-1]
        kept = found[: window.first]
        return kept if window.last is None else kept[max(0, len(kept) - window.last) :]

    async def has_next(self) -> bool:
        first = self._window.first
        return self._before is not None if first is None else len(await self._one_more()) > first

    async def has_previous(self) -> bool:
        last = self._window.last
        return self._after is not None if last is None else len(await self._one_more()) > last

    def cursor(self, instance: Any) -> str:
        row = record_of(instance).row
        return cursor(self._declaration.name, [row[key.column] for key in self._declaration.order])

    async def _one_more(self) -> list[Any]:
        if self._found is None:
            wanted = [*self._conditions, *self._between]
            window = self._window
            order = conditions.order_by(self._declaration, ROW, backwards=window.backwards)
            tail = f"{conditions.where(wanted)} ORDER BY {order} LIMIT {window.most + 1}"
            values = self._parameters.values
            self._found = await _rows(self._context, self._cls, tail, values, self._moment)
        return self._found

    def _beyond(self, cursor: str | None, *, backwards: bool) -> list[str]:
        if cursor is None:
            return []
        keys = cursor_parser(self._declaration.name, self._declaration.order)(cursor)
        told = [
            self._parameters.add(key, each.sql_type)
            for key, each in zip(keys, self._declaration.order, strict=True)
        ]
        return [conditions.beyond(self._declaration, ROW, told, backwards=backwards)]

    def _listed(self, parent: Mapping[str, Any], arguments: Mapping[str, Any]) -> list[str]:
        given = {
            each.argument.name: self._add(each.argument, arguments[each.argument.name])
            for each in self._declaration.filters
            if arguments.get(each.argument.name) is not None
        }
        ours = {
            name: self._parameters.add(parent[name], "uuid")
            for name in self._declaration.by.values()
        }
        asking = self._parameters.asking(self._context)
        return conditions.listed(self._declaration, self._table, asking, ROW, given, ours)

    def _add(self, argument: Argument, value: Any) -> str:
        return self._parameters.add(argument.parse(value), argument.sql_type)


async def one(
    context: Context,
    cls: type,
    condition: str,
    values: Mapping[str, tuple[Any, str]],
    moment: Moment | None = None,
) -> Any:
    """The row that the condition leads to, as this viewer may see it; None otherwise."""
    found = await select(context, cls, [condition], values, seen=True, moment=moment)
    return found[0] if found else None


async def one_listed(context: Context, cls: type, key: Any, **columns: str | None) -> Any:
    """The row by its key where lists show it and its columns are as given; None is no condition."""
    given = {name: value for name, value in columns.items() if value is not None}
    wanted = ["{row}.{key} = {value}", *(f"{{row}}.{name} = {{{name}}}" for name in given)]
    values = {"value": (key, "uuid"), **{name: (value, "text") for name, value in given.items()}}
    found = await select(context, cls, wanted, values, seen=False)
    return found[0] if found else None


def _embedded(info: Any) -> bool:
    raw = info._raw_info  # noqa: SLF001  strawberry shows no fragments
    target = get_named_type(raw.return_type)
    return embedded_suffices(target, Scope.of_info(raw).inside(target, raw.field_nodes))


def node_types(schema: Any) -> dict[str, type]:
    """Types that stand on a table and have a Relay id, by name."""
    found = {}
    for name, concrete in schema.schema_converter.type_map.items():
        origin = getattr(concrete.definition, "origin", None)
        if (
            isinstance(origin, type)
            and table_of(origin) is not None
            and _has_global_id(concrete.definition)
        ):
            found[name] = origin
    return found


def _has_global_id(definition: Any) -> bool:
    return any(isinstance(f.metadata.get(DECLARATION), GlobalId) for f in definition.fields)


async def select(
    context: Context,
    cls: type,
    wanted: Sequence[str],
    values: Mapping[str, tuple[Any, str]],
    *,
    seen: bool,
    moment: Moment | None = None,
) -> list[Any]:
    table, parameters = _table(cls, moment), Parameters()
    given = {name: parameters.add(value, sql_type) for name, (value, sql_type) in values.items()}
    parts = [each.format(row=ROW, key=table.key, **given) for each in wanted]
    parts += conditions.visible(table, parameters.asking(context), ROW, listing=not seen)
    return await _rows(context, cls, conditions.where(parts), parameters.values, moment)


async def _rows(
    context: Context, cls: type, tail: str, values: Sequence[Any], moment: Moment | None
) -> list[Any]:
    sql = f"SELECT {columns(cls)} FROM {_table(cls, moment).name} {ROW}{tail}"
    rows = await context.snapshot.rows(sql, values)
    return [new(cls, TableRecord(row, moment)) for row in rows]


def _table(cls: type, moment: Moment | None) -> Table:
    return must_table(cls) if moment is None else moment.table(must_table(cls))


def _asked(declaration: Connection | Item, kwargs: Mapping[str, Any]) -> Moment | None:
    """Raises ReadError."""
    return moments.asked(kwargs) if declaration.travels else None


def columns(cls: type) -> str:
    """Every column, and the declared expressions under `=field`."""
    expressions = [
        f'{declared.sql.format(row=ROW)} AS "={f.python_name}"'
        for f in _definition(cls).fields
        if isinstance(declared := f.metadata.get(DECLARATION), Column)
        and plain_column(declared) is None
    ]
    return ", ".join([f"{ROW}.*", *expressions])


def _definition(cls: type) -> Any:
    return get_object_definition(cls, strict=True)


def _name(cls: type) -> str:
    return str(_definition(cls).name)


def element(info: Any) -> Any:
    return strip(info.return_type)


def strip(annotation: Any) -> Any:
    while isinstance(annotation, StrawberryContainer | LazyType):
        if isinstance(annotation, LazyType):
            annotation = annotation.resolve_type()
        else:
            annotation = annotation.of_type
    return annotation


def connection_element(cls: type) -> Any:
    nodes = next(f for f in _definition(cls).fields if f.python_name == "nodes")
    return strip(nodes.type)
