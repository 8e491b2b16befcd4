"""A Relay connection in SQL: one aggregate over the page's rows, and a count beside it."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from graphql import FieldNode, GraphQLObjectType, SelectionSetNode, get_named_type

from api.graphql import conditions
from api.graphql.compiler import leaves
from api.graphql.compiler.arguments import Given
from api.graphql.compiler.plan import Binding
from api.graphql.compiler.rows import NotCompilable, Row, TableRow
from api.graphql.compiler.selection import Field
from api.graphql.compiler.text import Part, Sql, concat, listed, may, separated
from api.graphql.relay import cursor_parser
from api.graphql.vocabulary import Connection

if TYPE_CHECKING:
    from api.graphql.compiler.statement import Statement

# Columns beside the table's own. Upper case and quoted: no read table has such a name.
NUMBER, HOW_MANY = '"#NUMBER"', '"#MANY"'


class ConnectionParts:
    def __init__(
        self,
        statement: "Statement",
        declaration: Connection,
        object_type: GraphQLObjectType,
        field: Field,
        arguments: Mapping[str, Given],
        row: Row,
    ) -> None:
        self._statement = statement
        self._declaration = declaration
        self._type = object_type
        self._field = field
        self._arguments = arguments
        first, last = (
            arguments[name].value if name in arguments else None for name in ("first", "last")
        )
        self._window = conditions.window(first, last)
        self._element = _object_type(object_type, "nodes")
        self._table = statement.table(self._element)
        self._alias = statement.alias()
        self._parent = {name: row.column(name) for name in declaration.by.values()}
        self._placeholders = {
            each.argument.name: statement.placeholder(each.argument, arguments[each.argument.name])
            for each in declaration.filters
            if each.argument.name in arguments
        }
        # Bound even where nobody selects the rows: a cursor that isn't one is refused either way.
        self._between = {
            backwards: self._cursor_keys(arguments[name])
            for name, backwards in (("after", False), ("before", True))
            if name in arguments
        }
        self._numbered = False  # whether the rows' places in the page are needed
        self._needs_rows = False

    def parts(self) -> list[Part]:
        inside = self._statement.scope.inside(self._type, self._field.nodes)
        # What is around the page comes first: it decides whether one row more is fetched.
        self._numbered = self._window.both or any(field.name == "pageInfo" for field in inside)
        found = ["{", *separated([f'"{each.key}":', *self._one(each)] for each in inside), "}"]
        if not self._needs_rows:
            return found
        return [Sql(f"(SELECT {concat(found)} FROM ({self._rows()}) {self._alias})")]

    def _one(self, field: Field) -> list[Part]:
        match field.name:
            case "totalCount":
                return [self._total()]
            case "nodes":
                return self._listed(
                    self._statement.object(self._element, _sets(field.nodes), self._row)
                )
            case "edges":
                return self._listed(self._edge(field))
            case "pageInfo":
                return self._page_info(field)
            case "__typename":
                return [f'"{self._type.name}"']
        raise NotCompilable(f"{self._type.name}.{field.name}")

    @property
    def _row(self) -> TableRow:
        return TableRow(self._alias)

    def _total(self) -> Sql:
        alias = self._statement.alias()
        wanted = self._listed_conditions(alias)
        counted = (
            f"SELECT count(*)::int4::text FROM {self._table.name} {alias}{conditions.where(wanted)}"
        )
        return Sql(f"({counted})")

    def _listed(self, entry: Sequence[Part]) -> list[Part]:
        self._needs_rows = True
        within = f" FILTER (WHERE {self._kept()})" if self._numbered else ""
        return ["[", listed(entry, within=within), "]"]

    def _edge(self, field: Field) -> list[Part]:
        edge = _object_type(self._type, "edges")
        known: dict[str, Callable[[Field], list[Part]]] = {
            "cursor": lambda _: [self._cursor()],
            "node": lambda each: self._statement.object(
                self._element, _sets(each.nodes), self._row
            ),
            "__typename": lambda _: [f'"{edge.name}"'],
        }
        return self._of(edge, field, known)

    def _page_info(self, field: Field) -> list[Part]:
        info = _object_type(self._type, "pageInfo")
        window, ends = self._window, self._ends()
        known: dict[str, Callable[[Field], list[Part]]] = {
            "hasNextPage": lambda _: [self._more(window.first, "before")],
            "hasPreviousPage": lambda _: [self._more(window.last, "after")],
            "startCursor": lambda _: [self._cursor_at(ends[0])],
            "endCursor": lambda _: [self._cursor_at(ends[1])],
            "__typename": lambda _: [f'"{info.name}"'],
        }
        return self._of(info, field, known)

    def _of(
        self,
        object_type: GraphQLObjectType,
        field: Field,
        known: Mapping[str, Callable[[Field], list[Part]]],
    ) -> list[Part]:
        inside = self._statement.scope.inside(object_type, field.nodes)
        return [
            "{",
            *separated([f'"{each.key}":', *known[each.name](each)] for each in inside),
            "}",
        ]

    def _cursor(self) -> Sql:
        return Sql(leaves.cursor(self._declaration.name, self._declaration.order, self._alias))

    def _more(self, size: int | None, cursor: str) -> Part:
        """Looked up from the end that rows are read from; from the other, there is what the cursor names."""
        if size is None:
            return "true" if cursor in self._arguments else "false"
        return self._aggregate(f"(count(*) > {size})::text")

    def _kept(self) -> str:
        """Which of the numbered rows are the page's."""
        window, number = self._window, f"{self._alias}.{NUMBER}"
        if not window.both:
            return f"{number} <= {window.most}"
        return f"{number} BETWEEN {self._ends()[0]} AND {window.first}"

    def _ends(self) -> tuple[str, str]:
        """Numbers of the page's first and last row: they count from the end that rows are read from."""
        window, many = self._window, f"{self._alias}.{HOW_MANY}"
        if window.backwards:
            return f"least({window.last}, {many})", "1"
        end = f"least({window.first}, {many})"
        return (f"greatest(1, {end} - {window.last} + 1)" if window.both else "1"), end

    def _cursor_at(self, number: str) -> Sql:
        number_is = f"{self._alias}.{NUMBER} = {number} AND {self._kept()}"
        chosen = f"string_agg({self._cursor().text}, '') FILTER (WHERE {number_is})"
        return self._aggregate(may(chosen))

    def _aggregate(self, sql: str) -> Sql:
        self._needs_rows = True
        return Sql(sql)

    def _rows(self) -> str:
        alias, table = self._alias, self._table
        backwards, most = self._window.backwards, self._window.most
        limit = most + 1 if self._numbered else most
        wanted = self._listed_conditions(alias) + [
            conditions.beyond(self._declaration, alias, keys, backwards=way)
            for way, keys in self._between.items()
        ]
        order = conditions.order_by(self._declaration, alias, backwards=backwards)
        rows = (
            f"SELECT {alias}.* FROM {table.name} {alias}{conditions.where(wanted)} "
            f"ORDER BY {order} LIMIT {limit}"
        )
        if self._numbered:
            places = f"row_number() OVER () AS {NUMBER}, count(*) OVER () AS {HOW_MANY}"
            rows = f"SELECT {alias}.*, {places} FROM ({rows}) {alias}"
        if backwards:
            forwards = conditions.order_by(self._declaration, alias)
            rows = f"SELECT {alias}.* FROM ({rows}) {alias} ORDER BY {forwards}"
        return rows

    def _listed_conditions(self, alias: str) -> list[str]:
        return conditions.listed(
            self._declaration,
            self._table,
            self._statement.asking,
            alias,
            self._placeholders,
            self._parent,
        )

    def _cursor_keys(self, told: Given) -> list[str]:
        order = self._declaration.order
        # Once a cursor, though each of its keys is a parameter.
        parsed = lru_cache(maxsize=1)(cursor_parser(self._declaration.name, order))

        def key(at: int) -> Binding:
            return Binding(
                lambda value: parsed(value)[at],
                told.variable,
                None if told.variable else told.value,
            )

        return [
            self._statement.parameters.add(key(at), each.sql_type) for at, each in enumerate(order)
        ]


def _object_type(outer: GraphQLObjectType, field: str) -> GraphQLObjectType:
    named = get_named_type(outer.fields[field].type)
    if not isinstance(named, GraphQLObjectType):
        raise NotCompilable(f"{named} is no object type")
    return named


def _sets(nodes: Sequence[FieldNode]) -> list[SelectionSetNode]:
    return [node.selection_set for node in nodes if node.selection_set]
