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

    id: UUID
    terc: str
    name: str
    slug: str


class Shown(NamedTuple):
    """A jsonb column that holds one municipality, or (`many`) an array of them."""

    row: type[Row]
    column: str = "municipality"
    many: bool = False


_ONE = "UPDATE {t} SET {c} = {c} || jsonb_build_object('name', %s::text) WHERE {c}->>'terc' = %s"
_MANY = """
UPDATE {t} SET {c} = (
    SELECT jsonb_agg(CASE WHEN m->>'terc' = %s THEN m || jsonb_build_object('name', %s::text) ELSE m END
                     ORDER BY place)
    FROM jsonb_array_elements({c}) WITH ORDINALITY AS shown (m, place))
WHERE {c} @> jsonb_build_array(jsonb_build_object('terc', %s::text))
"""


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
        terc = municipality.terc
        for shown in self.shown:
            statement = (_MANY if shown.many else _ONE).format(t=shown.row.table, c=shown.column)
            parameters = (terc, event.name, terc) if shown.many else (event.name, terc)
            rows.execute(statement, parameters, changes=shown.row)


def named(rows: Rows, terc: str) -> dict[str, Any]:
    """As lists show it; its row's key is `municipality_id(terc)`."""
    municipality = rows.read(NamedMunicipality, municipality_id(terc))
    return {
        "id": str(municipality.id),
        "terc": municipality.terc,
        "name": municipality.name,
        "slug": municipality.slug,
    }
