"""Which event set the value that a field has: the folds run event by event, and tell what each changed."""

import re
from functools import partial
from typing import Any
from uuid import UUID

from strawberry.types.base import get_object_definition

from api.graphql import moments
from api.graphql.context import Context
from api.graphql.records import Record
from api.graphql.vocabulary import DECLARATION, Column, EmbeddedList, Table, ToOne
from infra.history import Asked, causes
from projections.log import Recorded
from projections.registry import PROJECTIONS

_COLUMN = re.compile(r"\{row\}\.(\w+)")


def columns_of(cls: type, schema: Any) -> dict[str, list[str]]:
    """By field: the columns of the type's own row that its value is made of."""
    convert = schema.config.name_converter.get_graphql_name
    found = {}
    for field in get_object_definition(cls, strict=True).fields:
        declared = field.metadata.get(DECLARATION)
        if isinstance(declared, Column):
            found[convert(field)] = _COLUMN.findall(declared.sql)
        elif isinstance(declared, ToOne | EmbeddedList):
            found[convert(field)] = [declared.column]
    return found


async def events_of(context: Context, table: Table, record: Any) -> dict[str, Recorded]:
    """By column of the row."""
    position, day = await _when(context, table, record)
    asked = Asked(PROJECTIONS[table.projection], position, day)
    stream_id: UUID = record.row[table.key]
    row = moments.KEPT[table.name]
    return await context.services.told(partial(causes, asked=asked, stream_id=stream_id, row=row))


async def _when(context: Context, table: Table, record: Record) -> tuple[int | None, Any]:
    if record.moment is None:
        return None, None
    known, true = record.moment.position(table), record.moment.true
    found = await context.snapshot.rows(
        f"SELECT {known or 'NULL'}::bigint AS known, {true or 'NULL'}::date AS true_on", ()
    )
    return found[0]["known"], found[0]["true_on"]
