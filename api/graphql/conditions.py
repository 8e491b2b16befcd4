"""The SQL that both executors share: which rows, in which order. Placeholders come from the caller."""

from collections.abc import Mapping

from api.graphql.errors import PageSize
from api.graphql.visibility import Audience
from api.graphql.vocabulary import Connection, Table, ToMany

PAGE = 20
LARGEST_PAGE = 100


def page_size(value: int | None) -> int:
    """Raises PageSize."""
    if value is None:
        return PAGE
    if not 0 <= value <= LARGEST_PAGE:
        raise PageSize(argument="first", limit=LARGEST_PAGE, value=value)
    return value


def visible(table: Table, audience: Audience, row: str, *, listing: bool) -> list[str]:
    condition = table.visible.condition(audience, row, listing=listing)
    return [condition] if condition else []


def joined(by: Mapping[str, str], row: str, parent: Mapping[str, str]) -> list[str]:
    """`parent`: SQL of the parent's columns."""
    return [f"{row}.{column} = {parent[ours]}" for column, ours in by.items()]


def listed(
    connection: Connection,
    table: Table,
    audience: Audience,
    row: str,
    given: Mapping[str, str],
    parent: Mapping[str, str],
) -> list[str]:
    """What `totalCount` counts. `given`: placeholders of the arguments that are not null."""
    filters = [
        each.condition.format(row=row, **{each.argument.name: given[each.argument.name]})
        for each in connection.filters
        if each.argument.name in given
    ]
    return [
        *visible(table, audience, row, listing=True),
        *joined(connection.by, row, parent),
        *filters,
    ]


def after(connection: Connection, row: str, keys: list[str]) -> str:
    columns = ", ".join(f"{row}.{key.column}" for key in connection.order)
    return f"({columns}) {'<' if connection.descending else '>'} ({', '.join(keys)})"


def order_by(connection: Connection, row: str) -> str:
    way = " DESC" if connection.descending else ""
    return ", ".join(f"{row}.{key.column}{way}" for key in connection.order)


def of_parent(
    many: ToMany, table: Table, audience: Audience, row: str, parent: Mapping[str, str]
) -> list[str]:
    return [*joined(many.by, row, parent), *visible(table, audience, row, listing=False)]


def where(conditions: list[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""
