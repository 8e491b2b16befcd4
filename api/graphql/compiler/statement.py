"""An operation becomes one SQL statement whose value is the finished response."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    get_named_type,
    is_object_type,
)

from api.graphql import conditions, moments
from api.graphql.compiler import leaves
from api.graphql.compiler.arguments import Given, given
from api.graphql.compiler.connection import ConnectionParts
from api.graphql.compiler.plan import Binding, Parameters, Plan
from api.graphql.compiler.rows import EmbeddedRow, NotCompilable, Row, TableRow
from api.graphql.compiler.selection import Field, Scope
from api.graphql.compiler.tail import TailPageParts, TailPlan, compiled_tail
from api.graphql.compiler.text import RAISE, Part, Sql, concat, listed, may, must, quoted, separated
from api.graphql.declared import (
    declaration_of,
    embedded_suffices,
    shown_embedded,
    table_behind,
    the_way,
)
from api.graphql.errors import InvalidId
from api.graphql.limits import Measure
from api.graphql.moments import Moment
from api.graphql.relay import parse_global_id
from api.graphql.visibility import Asking, Audience
from api.graphql.vocabulary import (
    Argument,
    Column,
    Connection,
    EmbeddedList,
    GlobalId,
    Item,
    NodeItem,
    Subject,
    Table,
    Tail,
    TailPage,
    ToMany,
    ToOne,
)
from domain.errors import DomainError


def compiled(
    scope: Scope, operation: OperationDefinitionNode, audience: Audience, measured: Measure
) -> Plan:
    """Raises NotCompilable."""
    statement = Statement(scope, audience)
    try:
        data = statement.root(operation)
    except DomainError as error:
        raise NotCompilable(str(error)) from error
    projections = tuple(sorted(measured.projections))
    body = _with_positions(data, projections, measured.cost)
    bindings = tuple(statement.parameters.bindings)
    return Plan(
        _with_every_parameter(body, statement.parameters),
        bindings,
        projections,
        measured.cost,
        statement.parameters.account_at,
    )


def compiled_subscription(
    scope: Scope, operation: OperationDefinitionNode, audience: Audience, measured: Measure
) -> TailPlan:
    """Raises NotCompilable."""
    owner = scope.schema.subscription_type
    fields = scope.fields(owner, [operation.selection_set]) if owner else []
    if owner is None or len(fields) != 1 or fields[0].name not in owner.fields:
        raise NotCompilable("no field to follow")
    statement, field = Statement(scope, audience), fields[0]
    told = owner.fields[field.name]
    declaration = declaration_of(told)
    if not isinstance(declaration, Tail):
        raise NotCompilable(f"{field.name} isn't declared")
    arguments = statement.arguments(Place(owner, told, field, TableRow("nowhere")))
    return compiled_tail(
        statement,
        declaration,
        field,
        arguments,
        owner,
        tuple(sorted(measured.projections)),
        measured.cost,
    )


def _with_every_parameter(sql: str, parameters: Parameters) -> str:
    """A parameter that nothing uses, of a page whose rows nobody selects, has to tell its type still."""
    unused = [told for told in parameters.placeholders if told not in sql]
    return sql + conditions.where([f"({told} IS NULL OR true)" for told in unused])


def state_of(projection: str) -> str:
    """Row of a projection's `position` and of its whole `state`: every position, revision, filling."""
    return (
        "SELECT coalesce(min(p.position), 0) AS position, "
        "string_agg(concat_ws('.', p.position, p.revision, p.build), ' ') AS state "
        f"FROM read_{projection}.position p"
    )


def _with_positions(data: Sequence[Part], projections: tuple[str, ...], cost: int) -> str:
    """The positions are read by the same statement, so of the same moment as the data."""
    aliases = [f"p{number}" for number in range(len(projections))]
    least = ", ".join(f"{alias}.position" for alias in aliases)
    tail: list[Part] = [
        "},",
        f'"extensions":{{"cost":{cost},"position":',
        Sql(f"least({least})"),
        "}}",
    ]
    body = concat(['{"data":{', *data, *tail])
    states = ", ".join(f"{alias}.state" for alias in aliases)
    sources = ", ".join(
        f"({state_of(projection)}) {alias}"
        for projection, alias in zip(projections, aliases, strict=True)
    )
    return f"SELECT {body}, concat_ws('|', {states}) FROM {sources}"


BY_KEY = "{row}.{key} = {value}"


@dataclass(frozen=True)
class Place:
    """A field where it is selected: of which type, how declared in the schema, on which row."""

    owner: GraphQLObjectType
    told: GraphQLField
    field: Field
    row: Row


class Statement:
    def __init__(self, scope: Scope, audience: Audience) -> None:
        self.scope = scope
        self.parameters = Parameters()
        self.asking = Asking(audience, self.parameters.account)
        self._aliases = 0
        self._moment: Moment | None = None
        self._words: dict[type, Callable[[Any, Place], list[Part]]] = {
            Column: self._column,
            GlobalId: self._global_id,
            ToOne: self._to_one,
            EmbeddedList: self._embedded_list,
            ToMany: self._to_many,
            Connection: self._connection,
            TailPage: self._tail_page,
            Subject: self._subject,
            Item: self._item,
            NodeItem: self._node,
        }

    def root(self, operation: OperationDefinitionNode) -> list[Part]:
        root = self.scope.schema.query_type
        if root is None:
            raise NotCompilable("no query type")
        return self.fields(root, [operation.selection_set], TableRow("nowhere"))

    def fields(
        self, object_type: GraphQLObjectType, sets: Sequence[SelectionSetNode], row: Row
    ) -> list[Part]:
        """Of an object, without its braces."""
        return separated(
            [f'"{field.key}":', *self._field(object_type, field, row)]
            for field in self.scope.fields(object_type, sets)
        )

    def object(
        self, object_type: GraphQLObjectType, sets: Sequence[SelectionSetNode], row: Row
    ) -> list[Part]:
        return ["{", *self.fields(object_type, sets, row), "}"]

    def alias(self) -> str:
        self._aliases += 1
        return f"t{self._aliases}"

    def table(self, object_type: GraphQLObjectType) -> Table:
        table = table_behind(object_type)
        if table is None:
            raise NotCompilable(f"{object_type.name} is read from no table")
        return table if self._moment is None else self._moment.table(table)

    def placeholder(self, argument: Argument, told: Given) -> str:
        binding = Binding(argument.parse, told.variable, None if told.variable else told.value)
        return self.parameters.add(binding, argument.sql_type)

    def _field(self, owner: GraphQLObjectType, field: Field, row: Row) -> list[Part]:
        if field.name == "__typename":
            return [f'"{owner.name}"']
        if field.name.startswith("__"):
            raise NotCompilable("introspection")
        place = Place(owner, owner.fields[field.name], field, row)
        declaration = declaration_of(place.told)
        compile_ = self._words.get(type(declaration))
        if compile_ is None:
            raise NotCompilable(f"{owner.name}.{field.name} isn't declared")
        return compile_(declaration, place)

    def _column(self, declaration: Column, place: Place) -> list[Part]:
        return leaves.leaf(declaration, place.told.type, place.row)

    def _global_id(self, declaration: GlobalId, place: Place) -> list[Part]:
        return [leaves.global_id(place.owner.name, declaration, place.row)]

    def _to_one(self, declaration: ToOne, place: Place) -> list[Part]:
        target = _object_type(place.told)
        inside = self.scope.inside(target, place.field.nodes)
        if declaration.embedded is not None and shown_embedded(declaration, target, inside):
            column = place.row.column(declaration.embedded)
            found = self._object(target, place.field, EmbeddedRow(column))
            if isinstance(place.told.type, GraphQLNonNull):
                return found
            return [Sql(f"CASE WHEN {column} IS NULL THEN 'null' ELSE {concat(found)} END")]
        key = f"{{row}}.{{key}} = {place.row.column(declaration.column)}"
        return [self._one(place, target, key, {})]

    def _one(
        self,
        place: Place,
        target: GraphQLObjectType,
        condition: str,
        placeholders: Mapping[str, str],
    ) -> Sql:
        table, alias = self.table(target), self.alias()
        wanted = [condition.format(row=alias, key=table.key, **placeholders)]
        wanted += conditions.visible(table, self.asking, alias, listing=False)
        found = concat(self._object(target, place.field, TableRow(alias)))
        sql = f"(SELECT {found} FROM {table.name} {alias}{conditions.where(wanted)})"
        return Sql(must(sql) if isinstance(place.told.type, GraphQLNonNull) else may(sql))

    def _embedded_list(self, declaration: EmbeddedList, place: Place) -> list[Part]:
        target, alias = _object_type(place.told), self.alias()
        column = place.row.column(declaration.column)
        source = f"jsonb_array_elements({column}) WITH ORDINALITY {alias}e (value, n)"
        if table_behind(target) is None or self._embedded(target, place.field):
            found = self._object(target, place.field, EmbeddedRow(f"{alias}e.value"))
        else:
            table = self.table(target)
            matching = [f"{alias}.{table.key} = ({alias}e.value->>'id')::uuid"]
            matching += conditions.visible(table, self.asking, alias, listing=False)
            source += f" LEFT JOIN {table.name} {alias} ON {' AND '.join(matching)}"
            missing = Sql(f"CASE WHEN {alias}.{table.key} IS NULL THEN {RAISE} ELSE '' END")
            found = [missing, *self._object(target, place.field, TableRow(alias))]
        entries = listed(found, order=f" ORDER BY {alias}e.n")
        sql = f"(SELECT {concat(['[', entries, ']'])} FROM {source})"
        null, empty = f"{column} IS NULL THEN {RAISE}", f"{column} = '[]' THEN '[]'"
        return [Sql(f"CASE WHEN {null} WHEN {empty} ELSE {sql} END")]

    def _to_many(self, declaration: ToMany, place: Place) -> list[Part]:
        target, alias = _object_type(place.told), self.alias()
        table = self.table(target)
        parent = {ours: place.row.column(ours) for ours in declaration.by.values()}
        wanted = conditions.of_parent(
            declaration, table, self.asking, alias, parent, table_behind(place.owner)
        )
        rows = (
            f"SELECT {alias}.* FROM {table.name} {alias}{conditions.where(wanted)} "
            f"ORDER BY {declaration.order.format(row=alias)} LIMIT {declaration.limit}"
        )
        entries = listed(self._object(target, place.field, TableRow(alias)))
        return [Sql(f"(SELECT {concat(['[', entries, ']'])} FROM ({rows}) {alias})")]

    def _connection(self, declaration: Connection, place: Place) -> list[Part]:
        outer, arguments = _object_type(place.told), self.arguments(place)
        with self._at(declaration, arguments):
            parts = ConnectionParts(self, declaration, outer, place.field, arguments, place.row)
            return parts.parts()

    def _tail_page(self, declaration: TailPage, place: Place) -> list[Part]:
        outer, arguments = _object_type(place.told), self.arguments(place)
        return TailPageParts(self, declaration.tail, outer, place.field, arguments).parts()

    def _subject(self, declaration: Subject, place: Place) -> list[Part]:
        """Of the union's types, the one that the row names."""
        union: Any = get_named_type(place.told.type)
        key = {"value": place.row.column(declaration.key_column)}
        whens = " ".join(
            f"WHEN {quoted(target.name)} THEN {self._one(place, target, BY_KEY, key).text}"
            for target in self.scope.schema.get_possible_types(union)
        )
        return [Sql(may(f"CASE {place.row.column(declaration.type_column)} {whens} END"))]

    def _item(self, declaration: Item, place: Place) -> list[Part]:
        arguments = self.arguments(place)
        way = the_way(declaration, set(arguments))
        placeholders = {a.name: self.placeholder(a, arguments[a.name]) for a in way.arguments}
        with self._at(declaration, arguments):
            return [self._one(place, _object_type(place.told), way.condition, placeholders)]

    @contextmanager
    def _at(self, declaration: Connection | Item, arguments: Mapping[str, Given]) -> Iterator[None]:
        """What is compiled inside is read as of the moment that the arguments name, if they do."""
        before = self._moment
        if declaration.travels:
            asked = [each for each in moments.ARGUMENTS if each.name in arguments]
            given = {each.name: self.placeholder(each, arguments[each.name]) for each in asked}
            self._moment = moments.moment(given) or before
        try:
            yield
        finally:
            self._moment = before

    def _node(self, declaration: NodeItem, place: Place) -> list[Part]:
        """The type stands in the id, which isn't known before the parameters are."""
        name, possible = declaration.argument.name, self._node_types()
        told = self.arguments(place)[name]
        kind = Argument(name, str, "", lambda value: _kind(value, possible))
        key = Argument(name, str, "", lambda value: parse_global_id(value)[1], "uuid")
        chosen, given_key = self.placeholder(kind, told), {"value": self.placeholder(key, told)}
        whens = " ".join(
            f"WHEN {quoted(type_name)} THEN {self._one(place, target, BY_KEY, given_key).text}"
            for type_name, target in possible.items()
        )
        return [Sql(f"CASE {chosen} {whens} END")]

    def arguments(self, place: Place) -> dict[str, Given]:
        arguments = given(place.told, place.field.nodes[0], self.scope.variables)
        if any(told.value is Undefined for told in arguments.values()):
            raise NotCompilable("an argument can't be read")
        return arguments

    def _node_types(self) -> dict[str, GraphQLObjectType]:
        node = self.scope.schema.type_map["Node"]
        return {each.name: each for each in self.scope.schema.get_possible_types(node)}  # type: ignore[arg-type]

    def _object(self, target: GraphQLObjectType, field: Field, row: Row) -> list[Part]:
        return self.object(target, _sets(field.nodes), row)

    def _embedded(self, target: GraphQLObjectType, field: Field) -> bool:
        return embedded_suffices(target, self.scope.inside(target, field.nodes))


def _sets(nodes: Sequence[FieldNode]) -> list[SelectionSetNode]:
    return [node.selection_set for node in nodes if node.selection_set]


def _object_type(told: GraphQLField) -> GraphQLObjectType:
    named = get_named_type(told.type)
    if not is_object_type(named):
        raise NotCompilable(f"{named} is no object type")
    return named


def _kind(value: str, possible: Mapping[str, GraphQLObjectType]) -> str:
    """Raises InvalidId."""
    kind, _ = parse_global_id(value)
    if kind not in possible:
        raise InvalidId(id=value[:100])
    return kind
