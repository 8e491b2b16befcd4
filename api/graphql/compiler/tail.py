"""Tails in SQL: a page of one within a query, and the next answers of a subscription in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLNonNull, GraphQLObjectType, get_named_type

from api.graphql import arguments, conditions
from api.graphql.compiler.arguments import Given
from api.graphql.compiler.plan import Binding
from api.graphql.compiler.rows import NotCompilable, Row, TableRow
from api.graphql.compiler.selection import Field
from api.graphql.compiler.text import RAISE, Part, Sql, concat, joined, separated
from api.graphql.vocabulary import Argument, Tail

if TYPE_CHECKING:
    from api.graphql.compiler.statement import Statement

NUMBER = '"#NUMBER"'
AFTER = Argument("after", int, "", arguments.position, "bigint")
ENOUGH = 100
"""Answers of one statement."""


class TailPageParts:
    def __init__(
        self,
        statement: "Statement",
        tail: Tail,
        object_type: GraphQLObjectType,
        field: Field,
        given: Mapping[str, Given],
    ) -> None:
        self._statement, self._tail = statement, tail
        self._type, self._field = object_type, field
        self._size = conditions.tail_size(given["first"].value if "first" in given else None)
        self._after = (
            statement.placeholder(AFTER, given["after"]) if "after" in given else "0::bigint"
        )
        self._filters = filters(statement, tail, given)
        self._alias = statement.alias()

    def parts(self) -> list[Part]:
        inside = self._statement.scope.inside(self._type, self._field.nodes)
        told = separated([f'"{each.key}":', *self._one(each)] for each in inside)
        parts: list[Part] = [Sql(beyond(self._tail, self._after)), "{", *told, "}"]
        if all(each.name == "__typename" for each in inside):
            return parts
        found = concat(parts)
        return [Sql(f"(SELECT {found} FROM ({self._rows()}) {self._alias})")]

    def _one(self, field: Field) -> list[Part]:
        n, size = f"{self._alias}.{NUMBER}", self._size
        match field.name:
            case "nodes":
                element = get_named_type(self._type.fields["nodes"].type)
                sets = [node.selection_set for node in field.nodes if node.selection_set]
                body = self._statement.object(element, sets, TableRow(self._alias))
                return [
                    "[",
                    Sql(f"string_agg({joined(body)}, ',') FILTER (WHERE {n} <= {size})"),
                    "]",
                ]
            case "next":
                position = self._tail.position.format(row=self._alias)
                last = f"coalesce(max({position}) FILTER (WHERE {n} <= {size}), {self._after})"
                all_told = f"greatest({self._after}, {self._tail.settled})"
                return [Sql(f"(CASE WHEN count(*) > {size} THEN {last} ELSE {all_told} END)::text")]
            case "hasMore":
                return [Sql(f"(count(*) > {size})::text")]
            case "__typename":
                return [f'"{self._type.name}"']
        raise NotCompilable(f"{self._type.name}.{field.name}")

    def _rows(self) -> str:
        alias = self._alias
        wanted = followed(self._statement, self._tail, alias, self._after, self._tail.settled)
        rows = (
            f"SELECT {alias}.* FROM {self._tail.source.name} {alias}"
            f"{conditions.where([*wanted, *(each.format(row=alias) for each in self._filters)])} "
            f"ORDER BY {self._tail.order.format(row=alias)} LIMIT {self._size + 1}"
        )
        return f"SELECT {alias}.*, row_number() OVER () AS {NUMBER} FROM ({rows}) {alias}"


@dataclass(frozen=True)
class TailPlan:
    """`sql` has one row: how far all is told, and a line for each answer, its position before it.

    Its first parameter is the position behind which to begin; `bindings` are those of the others.
    """

    sql: str
    bindings: tuple[Binding, ...]
    after: Given | None
    tail: Tail
    keyed: tuple[tuple[str, Binding], ...]
    """Columns that a row of interest has to have these values in."""
    projections: tuple[str, ...]
    cost: int

    def begin(self, variables: Mapping[str, Any]) -> int | None:
        """None: from now on. Raises NoSuchPosition."""
        if self.after is None:
            return None
        name = self.after.variable
        return arguments.position(self.after.value if name is None else variables[name])

    def wanted(self, variables: Mapping[str, Any]) -> dict[str, set[str]]:
        """By column, the values that a row of interest has one of; raises ReadError."""
        found = {column: {value} for column, value in self.tail.only.items()}
        for column, binding in self.keyed:
            values = set(binding.value(variables).decode().strip("{}").split(","))
            found[column] = found[column] & values if column in found else values
        return found


def compiled_tail(
    statement: "Statement",
    tail: Tail,
    field: Field,
    given: Mapping[str, Given],
    owner: GraphQLObjectType,
    projections: tuple[str, ...],
    cost: int,
) -> TailPlan:
    told = owner.fields[field.name]
    element = get_named_type(told.type)
    if not isinstance(element, GraphQLObjectType):
        raise NotCompilable(f"{element} is no object type")
    after = statement.parameters.add(Binding(arguments.position, None, 0), "bigint")
    conditions_of = filters(statement, tail, given)
    alias = statement.alias()
    source = f"{tail.source.name} {alias}"
    position = tail.position.format(row=alias)
    row: Row = TableRow(alias)
    missing = ""
    if tail.through is not None:
        table, other = statement.table(element), statement.alias()
        seen = conditions.visible(table, statement.asking, other, listing=True)
        on = " AND ".join([f"{other}.{table.key} = {alias}.{tail.through}", *seen])
        must = isinstance(told.type, GraphQLNonNull)
        source += f" {'JOIN' if must else 'LEFT JOIN'} {table.name} {other} ON {on}"
        row, missing = TableRow(other), "" if must else f"{other}.{table.key} IS NULL"
    body = statement.object(element, [n.selection_set for n in field.nodes if n.selection_set], row)
    if missing:
        body = [Sql(f"CASE WHEN {missing} THEN 'null' ELSE {concat(body)} END")]
    answer: list[Part] = [
        Sql(position),
        f' {{"data":{{"{field.key}":',
        *body,
        f'}},"extensions":{{"cost":{cost},"position":',
        Sql(position),
        "}}",
    ]
    wanted = followed(statement, tail, alias, after, '"#UP"."#TO"')
    wanted += [each.format(row=alias) for each in conditions_of]
    rows = (
        f"SELECT {position} AS {NUMBER}, {concat(answer)} AS line FROM {source}"
        f"{conditions.where(wanted)} ORDER BY {tail.order.format(row=alias)} LIMIT {ENOUGH}"
    )
    lines = f"(SELECT string_agg(r.line, E'\\n' ORDER BY r.{NUMBER}) FROM ({rows}) r)"
    sql = f'SELECT "#UP"."#TO"::text, {lines} FROM (SELECT {tail.settled} AS "#TO") "#UP"'
    keyed = tuple(
        (tail.keys[each.argument.name], _binding(each.argument, given[each.argument.name]))
        for each in tail.filters
        if each.argument.name in given and each.argument.name in tail.keys
    )
    return TailPlan(
        sql,
        tuple(statement.parameters.bindings[1:]),
        given.get("after"),
        tail,
        keyed,
        projections,
        cost,
    )


def followed(statement: "Statement", tail: Tail, row: str, after: str, settled: str) -> list[str]:
    return [
        tail.behind.format(row=row, after=after),
        f"{tail.position.format(row=row)} <= {settled}",
        *conditions.only(tail, row),
        *conditions.visible(tail.source, statement.asking, row, listing=True),
    ]


def filters(statement: "Statement", tail: Tail, given: Mapping[str, Given]) -> list[str]:
    """Conditions over `{row}`."""
    found = []
    for each in tail.filters:
        name = each.argument.name
        if name in given:
            placeholder = statement.placeholder(each.argument, given[name])
            found.append(each.condition.replace("{" + name + "}", placeholder))
    return found


def beyond(tail: Tail, after: str) -> str:
    """A position that the log doesn't have yet is an error, which the ordinary executor tells."""
    end = "(SELECT coalesce(max(position), 0) FROM public.events)"
    return f"CASE WHEN {after} > {tail.settled} AND {after} > {end} THEN {RAISE} ELSE '' END"


def _binding(argument: Argument, told: Given) -> Binding:
    return Binding(argument.parse, told.variable, None if told.variable else told.value)
