"""Where the values of an object stand in SQL: a table's row, or an object in a jsonb column."""

from dataclasses import dataclass

from api.graphql.vocabulary import Column, GlobalId


class NotCompilable(Exception):
    """The ordinary executor has to answer this."""


@dataclass(frozen=True)
class TableRow:
    alias: str

    def value(self, column: Column) -> str:
        return column.sql.format(row=self.alias)

    def key(self, declaration: GlobalId) -> str:
        return f"{self.alias}.{declaration.column}::text"

    def column(self, name: str) -> str:
        return f"{self.alias}.{name}"


@dataclass(frozen=True)
class EmbeddedRow:
    """`object`: an expression of type jsonb."""

    object: str

    def value(self, column: Column) -> str:
        if column.key is None:
            raise NotCompilable(f"{column.sql} is in no embedded object")
        return f"{self.object}->'{column.key}'"

    def key(self, declaration: GlobalId) -> str:
        return f"({self.object}->>'{declaration.key}')"

    def column(self, name: str) -> str:
        raise NotCompilable(f"{name} is in no embedded object")


Row = TableRow | EmbeddedRow
