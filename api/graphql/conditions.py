"""The SQL that both executors share: which rows, in which order. Placeholders come from the caller."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.graphql.errors import PageSize
from api.graphql.visibility import Asking, Audience
from api.graphql.vocabulary import Connection, Filter, Table, Tail, ToMany

PAGE = 20
LARGEST_PAGE = 100


@dataclass(frozen=True)
class Window:
    """Relay's slice of what lies between the cursors: the `first` so many, of them the `last` so many.

    One of them is there. Rows are read from the end that is asked for, one more than `most`.
    """

    first: int | None
    last: int | None

    @property
    def backwards(self) -> bool:
        return self.first is None

    @property
    def both(self) -> bool:
        return self.first is not None and self.last is not None

    @property
    def most(self) -> int:
        return max(self.first or 0, self.last or 0)


def window(first: int | None, last: int | None) -> Window:
    """Raises PageSize."""
    if first is not None:
        page_size(first)
    if last is not None:
        page_size(last, "last")
    return Window(PAGE if first is None and last is None else first, last)


def page_size(value: int, argument: str = "first") -> int:
    """Raises PageSize."""
    if not 0 <= value <= LARGEST_PAGE:
        raise PageSize(argument=argument, limit=LARGEST_PAGE, value=value)
    return value


def tail_size(value: int | None) -> int:
    """Raises PageSize."""
    return PAGE if value is None else page_size(value)


def visible(table: Table, asking: Asking, row: str, *, listing: bool) -> list[str]:
    condition = table.visible.condition(
        asking.audience, row, listing=listing, account=asking.account
    )
    return [condition] if condition else []


def _told(condition: str, asking: Asking, row: str) -> str:
    """The account becomes a parameter only where somebody asks for it."""
    account = asking.account() if "{account}" in condition else ""
    return condition.format(row=row, account=account)


def joined(by: Mapping[str, str], row: str, parent: Mapping[str, str]) -> list[str]:
    """`parent`: SQL of the parent's columns."""
    return [f"{row}.{column} = {parent[ours]}" for column, ours in by.items()]


def listed(
    connection: Connection,
    table: Table,
    asking: Asking,
    row: str,
    given: Mapping[str, str],
    parent: Mapping[str, str],
) -> list[str]:
    """What `totalCount` counts. `given`: placeholders of the arguments that are not null."""
    filters = [
        told
        for each in connection.filters
        if each.argument.name in given
        for told in _filter(each, table, asking.audience, row, given[each.argument.name])
    ]
    among = [_told(connection.among, asking, row)] if connection.among else []
    return [
        *visible(table, asking, row, listing=not among),
        *among,
        *joined(connection.by, row, parent),
        *filters,
    ]


def _filter(each: Filter, table: Table, audience: Audience, row: str, value: str) -> list[str]:
    values = {"row": row, each.argument.name: value}
    condition = each.condition.format(**values)
    if each.openly is None or audience.everything:
        return [condition]
    openly = table.past(each.openly.format(**values))
    part = table.visible.taking_part(audience, row)
    return [condition, openly if part is None else f"({part} OR {openly})"]


def beyond(connection: Connection, row: str, keys: list[str], *, backwards: bool) -> str:
    """After the row with these keys, or before it."""
    columns = ", ".join(f"{row}.{key.column}" for key in connection.order)
    falling = connection.descending is not backwards
    return f"({columns}) {'<' if falling else '>'} ({', '.join(keys)})"


def order_by(connection: Connection, row: str, *, backwards: bool = False) -> str:
    way = " DESC" if connection.descending is not backwards else ""
    return ", ".join(f"{row}.{key.column}{way}" for key in connection.order)


def only(tail: Tail, row: str) -> list[str]:
    return [f"{row}.{column} = '{value}'" for column, value in tail.only.items()]


def of_parent(
    many: ToMany,
    table: Table,
    asking: Asking,
    row: str,
    parent: Mapping[str, str],
    whole: Table | None,
) -> list[str]:
    """`whole`: the table that the parent is a row of; what was seen there needs no second look here."""
    wanted = joined(many.by, row, parent)
    if whole is None or table.visible.part_of != whole.name:
        wanted += visible(table, asking, row, listing=False)
    return wanted


def where(conditions: list[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""
