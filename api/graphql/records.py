"""Values of the ordinary path: what a strawberry object stands on while it is resolved."""

from typing import Any, Protocol

from api.graphql.moments import Moment
from api.graphql.snapshot import Row
from api.graphql.vocabulary import Column, GlobalId, Table

PLAIN = "{row}."


class Record(Protocol):
    moment: Moment | None
    """Of the past that the record is from."""

    def column(self, column: Column, field: str) -> Any: ...

    def key(self, declaration: GlobalId) -> Any: ...


class TableRecord:
    """A row of a table: its columns, and its declared expressions under `=field`."""

    def __init__(self, row: Row, moment: Moment | None = None) -> None:
        self.row, self.moment = row, moment

    def column(self, column: Column, field: str) -> Any:
        return self.row[plain_column(column) or f"={field}"]

    def key(self, declaration: GlobalId) -> Any:
        return self.row[declaration.column]


class EmbeddedRecord:
    """An object in a jsonb column."""

    def __init__(self, value: dict[str, Any], moment: Moment | None = None) -> None:
        self.value, self.moment = value, moment

    def column(self, column: Column, field: str) -> Any:  # noqa: ARG002  as a table's row
        return self.value.get(column.key or "")

    def key(self, declaration: GlobalId) -> Any:
        return self.value.get(declaration.key)


def plain_column(column: Column) -> str | None:
    """The column's name where the declaration is nothing but a column."""
    name = column.sql.removeprefix(PLAIN)
    return name if name.isidentifier() and name != column.sql else None


def new(cls: type, record: Record) -> Any:
    """An instance of a strawberry type whose fields are resolved from the record."""
    instance: Any = object.__new__(cls)
    instance.__dict__["record"] = record
    return instance


def record_of(instance: Any) -> Any:
    return instance.__dict__["record"]


def moment_of(instance: Any) -> Moment | None:
    """None too where there is no record: at the root, and of objects that resolvers make."""
    record = getattr(instance, "__dict__", {}).get("record")
    return None if record is None else record.moment


def table_of(cls: type) -> Table | None:
    return getattr(cls, "__table__", None)


def must_table(cls: type) -> Table:
    table = table_of(cls)
    if table is None:
        raise TypeError(f"{cls.__name__} is read from no table")
    return table
