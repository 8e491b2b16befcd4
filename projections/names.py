"""Municipalities by name inside the rows of other read models, rewritten when one is renamed."""

from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from domain.municipalities import Municipality, municipality_id
from domain.values import slugify
from projections.log import Recorded
from projections.projection import Projection, on
from projections.rows import Row, Rows


class NamedMunicipality(Row):
    table: ClassVar[str] = "municipalities"
    names_stream: ClassVar[bool] = True
    has_past: ClassVar[bool] = False

    id: UUID
    terc: str
    name: str
    slug: str


class Shown(NamedTuple):
    """A jsonb column that holds one municipality, or an array of them."""

    row: type[Row]
    column: str = "municipality"


class NamesMunicipalities(Projection):
    """Its SQL has a table `municipalities` of the rows above."""

    shown: ClassVar[tuple[Shown, ...]]

    @on(Municipality.Registered)
    def _municipality_registered(
        self, recorded: Recorded, event: Municipality.Registered, rows: Rows
    ) -> None:
        name = event.facts.name
        rows.add(
            NamedMunicipality(id=recorded.stream_id, terc=event.terc, name=name, slug=slugify(name))
        )

    @on(Municipality.Renamed)
    def _municipality_renamed(
        self, recorded: Recorded, event: Municipality.Renamed, rows: Rows
    ) -> None:
        municipality = rows.change(NamedMunicipality, recorded.stream_id)
        municipality.name = event.name
        for shown in self.shown:
            for row in rows.each_showing(shown.row, shown.column, municipality.terc):
                value = getattr(row, shown.column)
                setattr(row, shown.column, renamed(value, municipality.terc, event.name))


def renamed(value: Any, terc: str, name: str) -> Any:
    if isinstance(value, list):
        return [renamed(entry, terc, name) for entry in value]
    return value | {"name": name} if value["terc"] == terc else value


def named(rows: Rows, terc: str) -> dict[str, Any]:
    """As lists show it; its row's key is `municipality_id(terc)`."""
    municipality = rows.read(NamedMunicipality, municipality_id(terc))
    return {
        "id": str(municipality.id),
        "terc": municipality.terc,
        "name": municipality.name,
        "slug": municipality.slug,
    }
