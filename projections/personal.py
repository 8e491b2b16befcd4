"""Emptying rows that show a person who is forgotten."""

from typing import TYPE_CHECKING, Any, NamedTuple

from projections.log import Recorded
from projections.rows import Row, Rows

if TYPE_CHECKING:
    from projections.projection import Projection


class PersonalColumns(NamedTuple):
    """In the table of `row`, `columns` (nullable) show the person whose id stands in `person`.

    Folded as `Personal.clear`, they are NULL after a rebuild as well.
    """

    row: type[Row]
    person: str
    columns: tuple[str, ...]

    def statement(self) -> str:
        emptied = ", ".join(f"{column} = NULL" for column in self.columns)
        return f"UPDATE {self.row.table} SET {emptied} WHERE {self.person} = %s"


def forget_person(projection: "Projection", recorded: Recorded, _: Any, rows: Rows) -> None:
    """Empties the rows of every partition, whichever of them the event belongs to."""
    for personal in projection.personal:
        rows.execute(personal.statement(), (recorded.stream_id,), changes=personal.row)
        if projection.partitions > 1:
            # A new revision makes the workers of the others drop the rows they keep in memory.
            statement = "UPDATE position SET revision = revision + 1 WHERE partition >= %s"
            rows.execute(statement, (0,), changes=personal.row)
