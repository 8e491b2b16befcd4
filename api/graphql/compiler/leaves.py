"""JSON text of leaves, exactly as the ordinary executor and Python's encoder write it.

Every function makes an SQL expression of type text, NULL where the value is null.
"""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, get_nullable_type

from api.graphql.compiler.rows import EmbeddedRow, NotCompilable, Row, TableRow
from api.graphql.compiler.text import RAISE, Part, Sql, may, must, quoted
from api.graphql.relay import sql_base64, sql_global_id
from api.graphql.scalars import SQL_UTC_TEXT
from api.graphql.vocabulary import Column, GlobalId, OrderKey


def leaf(column: Column, graphql_type: Any, row: Row) -> list[Part]:
    """Without a look whether it is null where it can't be."""
    if isinstance(row, TableRow) and column.plain:
        return ['"', Sql(row.value(column)), '"']
    if isinstance(row, TableRow) and column.written is not None:
        return [Sql(row.column(column.written))]
    inner = get_nullable_type(graphql_type)
    make = _embedded(inner) if isinstance(row, EmbeddedRow) else _stored(inner)
    text = make(row.value(column))
    return [Sql(must(text) if isinstance(graphql_type, GraphQLNonNull) else may(text))]


def global_id(type_name: str, declaration: GlobalId, row: Row) -> Sql:
    return Sql(must(f"""'"' || {sql_global_id(quoted(type_name), row.key(declaration))} || '"'"""))


def cursor(name: str, order: tuple[OrderKey, ...], alias: str) -> str:
    """With its quotes."""
    keys = ", ".join(_key(key, f"{alias}.{key.column}") for key in order)
    return f"""'"' || {sql_base64(f"json_build_array({quoted(name)}, {keys})::text")} || '"'"""


def _key(key: OrderKey, sql: str) -> str:
    return _utc(sql) if key.sql_type == "timestamptz" else sql


def _stored(inner: Any) -> Callable[[str], str]:
    if isinstance(inner, GraphQLEnumType):
        return lambda sql: _enum(inner, sql)
    if isinstance(inner, GraphQLList):
        return _list_of_texts(inner)
    return _of(_STORED, inner)


def _embedded(inner: Any) -> Callable[[str], str]:
    if isinstance(inner, GraphQLEnumType):
        return lambda sql: _enum(inner, f"({sql} #>> '{{}}')")
    return _of(_EMBEDDED, inner)


def _of(table: dict[str, Callable[[str], str]], inner: Any) -> Callable[[str], str]:
    try:
        return table[inner.name]
    except (KeyError, AttributeError):
        raise NotCompilable(f"values of type {inner}") from None


def _enum(enum: GraphQLEnumType, sql: str) -> str:
    """By name; a value that the schema doesn't know is an error, as in the ordinary executor."""
    whens = " ".join(
        f"WHEN {quoted(str(told.value))} THEN {quoted(chr(34) + name + chr(34))}"
        for name, told in enum.values.items()
    )
    return f"CASE {sql} {whens} ELSE CASE WHEN {sql} IS NOT NULL THEN {RAISE} END END"


def _list_of_texts(inner: Any) -> Callable[[str], str]:
    if getattr(get_nullable_type(inner.of_type), "name", None) != "String":
        raise NotCompilable(f"lists of {inner.of_type}")
    if not isinstance(inner.of_type, GraphQLNonNull):
        return lambda sql: f"to_json({sql})::text"
    return lambda sql: (
        f"CASE WHEN array_position({sql}, NULL) IS NULL THEN to_json({sql})::text ELSE {RAISE} END"
    )


def _float(sql: str) -> str:
    """Python always writes a fraction; beyond 10¹⁵ the two write exponents differently."""
    return (
        f"CASE WHEN abs({sql}) < 1e15 THEN CASE WHEN {sql} = trunc({sql}) THEN {sql}::text || '.0' "
        f"ELSE {sql}::text END WHEN {sql} IS NOT NULL THEN {RAISE} END"
    )


def _moment(sql: str) -> str:
    return f"""'"' || {_utc(sql)} || '"'"""


def _utc(sql: str) -> str:
    return f"to_char({sql} AT TIME ZONE 'UTC', {quoted(SQL_UTC_TEXT)})"


_STORED: dict[str, Callable[[str], str]] = {
    "ID": lambda sql: f"to_json({sql})::text",
    "String": lambda sql: f"to_json({sql})::text",
    "Int": lambda sql: f"({sql})::int4::text",  # raises beyond 32 bits, as GraphQL says
    "Boolean": lambda sql: f"({sql})::text",
    "Float": _float,
    "Date": lambda sql: f"""'"' || ({sql})::text || '"'""",
    "DateTime": _moment,
    "Position": lambda sql: f"({sql})::text",
    "Grosze": lambda sql: f"({sql})::bigint::text",
}
_EMBEDDED: dict[str, Callable[[str], str]] = {
    "String": lambda sql: f"nullif(({sql})::text, 'null')",
    "ID": lambda sql: f"nullif(({sql})::text, 'null')",
    "Int": lambda sql: f"(nullif({sql}, 'null'))::int4::text",
    "Boolean": lambda sql: f"nullif(({sql})::text, 'null')",
    "Date": lambda sql: f"nullif(({sql})::text, 'null')",
    "Grosze": lambda sql: f"(nullif({sql}, 'null'))::bigint::text",
}
