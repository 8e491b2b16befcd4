"""What can be asked of everything that has a past: its history, whose doing each field is, what differs."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry.scalars import JSON

from api.graphql.connections import Connection, Node
from api.graphql.context import Context
from api.graphql.differences import difference_of
from api.graphql.errors import NothingToCompare
from api.graphql.fields import connection
from api.graphql.ordinary import node_types, one
from api.graphql.provenance import columns_of, events_of
from api.graphql.records import must_table, record_of
from api.graphql.vocabulary import OrderKey
from domain.work import polish_day

if TYPE_CHECKING:
    from api.graphql.activity import Activity

Told = strawberry.Info[Context, None]
LazyActivity = Annotated["Activity", strawberry.lazy("api.graphql.activity")]


@strawberry.type(description="Whose doing it is that a field has the value it has.")
class Provenance:
    field: str = strawberry.field(description="Name of the field.")
    event: LazyActivity | None = strawberry.field(
        description="The event that set the value; null where the viewer may not see it."
    )


@strawberry.type(description="A field that differs between two moments.")
class Difference:
    field: str = strawberry.field(
        description="Which; of entries of lists as well, such as `milestones[2].dueOn`."
    )
    before: JSON | None = strawberry.field(description="Its value at the first moment.")
    after: JSON | None = strawberry.field(description="Its value at the second moment.")


def _said(description: str) -> Any:
    return strawberry.argument(description=description)


@strawberry.interface(description="Something whose past is kept.")
class HasPast(Node):
    history: Connection[LazyActivity] = connection(
        "history",
        "What happened to it, as far as the viewer may see: who, when and why; oldest first.",
        order=(OrderKey("place", "text"), OrderKey("id", "uuid")),
        by={"subject_id": "id"},
    )

    @strawberry.field(description="For each of its own fields, the event that set its value.")
    async def provenance(
        self,
        info: Told,
        field: Annotated[str | None, _said("Only of this field.")] = None,
    ) -> list[Provenance]:
        wanted = {
            name: columns
            for name, columns in columns_of(type(self), info.schema).items()
            if field in (None, name)
        }
        events = await events_of(info.context, must_table(type(self)), record_of(self))
        activity = node_types(info.schema)["Activity"]
        found: dict[Any, Any] = {}
        for key in {each.id for each in events.values()}:
            given = {"value": (key, "uuid")}
            found[key] = await one(info.context, activity, "{row}.{key} = {value}", given)
        told = []
        for name, columns in wanted.items():
            caused = [events[column] for column in columns if column in events]
            if caused:
                last = max(caused, key=lambda each: each.position)
                told.append(Provenance(field=name, event=found[last.id]))
        return told

    @strawberry.field(
        description="What differs between two moments: between what was known, or what was true."
    )
    async def difference(
        self,
        info: Told,
        known_from: Annotated[datetime | None, _said("As it was known at this moment,")] = None,
        known_to: Annotated[datetime | None, _said("and at this one; now if not given.")] = None,
        true_from: Annotated[date | None, _said("As it was true on this day,")] = None,
        true_to: Annotated[date | None, _said("and on this one; today if not given.")] = None,
    ) -> list[Difference]:
        if known_from is None and true_from is None:
            raise NothingToCompare
        now = polish_day(info.context.now)
        before = {"asOf": known_from or known_to, "effectiveOn": true_from or true_to}
        after = {
            "asOf": known_to,
            "effectiveOn": (true_to or now) if before["effectiveOn"] else None,
        }
        found = await difference_of(self, info, before, after)
        return [
            Difference(field=each.field, before=each.before, after=each.after) for each in found
        ]
