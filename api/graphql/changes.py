"""Every public change, page by page or as it comes; and what is live of initiatives and of the timeline."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

import strawberry

from api.graphql import visibility
from api.graphql.activity import ACTIVITY, OF_KIND, OF_MUNICIPALITY, ON_TOPIC, Activity
from api.graphql.arguments import terc
from api.graphql.calls import FundingCall, Programme
from api.graphql.connections import Node
from api.graphql.fields import column, reads, relay_id, subject, tail, tail_page, to_one
from api.graphql.initiatives import Initiative
from api.graphql.meetings import Meeting
from api.graphql.municipalities import Municipality
from api.graphql.news import NewsItem
from api.graphql.ordinary_tails import TailRows
from api.graphql.practices import Adoption, ModelSolution, Practice
from api.graphql.relay import id_of, sql_global_id
from api.graphql.scalars import Position
from api.graphql.vocabulary import Argument, Filter, Table, Tail
from projections.changes import KINDS, PERSON_FORGOTTEN, SETTLED, SHOWN_IN, Effect, reached

CHANGES = Table("read_changes.changes", "changes", visibility.EVERYONE)

_KINDS: Any = StrEnum("PublicChangeKind", {kind: kind for kind in KINDS})  # type: ignore[misc]
Kind = strawberry.enum(
    _KINDS,
    name="PublicChangeKind",
    description="What happened: the word of what it is about, and the event. PERSON_FORGOTTEN: the data of "
    "a person whom something public named were removed for good; a copy drops what it keeps of whom "
    "`person` names so.",
)
ChangeEffect = strawberry.enum(
    Effect,
    name="ChangeEffect",
    description="APPEARED: it is public from now on. CHANGED: it reads differently. "
    "DISAPPEARED: it is public no more; a copy has to drop it.",
)
ChangeSubject = Annotated[
    NewsItem
    | Meeting
    | Practice
    | Adoption
    | ModelSolution
    | Municipality
    | Programme
    | FundingCall
    | Initiative,
    strawberry.union("ChangeSubject", description="What a change can be about."),
]


@reads(CHANGES)
@strawberry.type(
    description="Something public appeared, changed or disappeared. It tells no contents of its own."
)
class Change(Node):
    id: strawberry.ID = relay_id()
    position: Position = column(
        "position", "Its place in the log. No two changes share one; go on from it with `after`."
    )
    kind: Kind = column("kind", "What happened.")  # type: ignore[valid-type]
    effect: ChangeEffect = column("effect", "What it means for a copy.")  # type: ignore[valid-type]
    subject_type: str = column(
        "subject_type", "Type of what it is about, such as NewsItem; Person of who was forgotten."
    )
    subject_id: strawberry.ID = column(
        sql_global_id("{row}.subject_type", "{row}.subject_id"),
        "Global id of what it is about; of a person the one that `person` tells beside a name.",
    )
    subject: ChangeSubject | None = subject(
        "subject_type",
        "subject_id",
        "What it is about, as it is now, not as it was then; null where the viewer may not see it any more, "
        "and of a person.",
    )
    municipality: Municipality | None = to_one(
        "municipality_id", embedded="municipality", description="Whose it is; null: the network's."
    )
    effective_on: date = column("effective_on", "The day since which it is true.")
    recorded_at: datetime = column("recorded_at", "When it was recorded.")


@strawberry.type(description="Changes that follow one another, and where to go on.")
class ChangePage:
    rows: strawberry.Private[TailRows]

    @strawberry.field(description="The changes, in the order of the log.")
    async def nodes(self) -> list[Change]:
        return await self.rows.page()

    @strawberry.field(
        description="Give it as `after` for what follows; it moves on past what the filters leave out."
    )
    async def next(self) -> Position:
        return Position(await self.rows.next())

    @strawberry.field(description="Whether more is there already.")
    async def has_more(self) -> bool:
        return await self.rows.has_more()


def _kinds(value: list[str]) -> str:
    """As PostgreSQL writes an array."""
    return "{" + ",".join(str(kind) for kind in value) + "}"


_MUNICIPALITY = Filter(
    Argument("municipality", str | None, "Only of this municipality: its TERC code.", terc),
    "{row}.owner_terc = {municipality}",
)
_MUNICIPALITY_OR_PERSON = Filter(
    Argument(
        "municipality",
        str | None,
        "Only of this municipality: its TERC code. A forgotten person whom several named is told of all the same.",
        terc,
    ),
    "({row}.owner_terc = {municipality} "
    f"OR {{row}}.kind = '{PERSON_FORGOTTEN}' AND {{row}}.owner_terc IS NULL)",
)

CHANGES_TAIL = Tail(
    CHANGES,
    position="{row}.position",
    order="{row}.position",
    behind="{row}.position > {after}",
    settled=SETTLED,
    projections=(
        "changes",
        *sorted({name for names in SHOWN_IN for name in names.split()}),
    ),
    filters=(
        Filter(
            Argument("kinds", list[Kind] | None, "Only of these kinds.", _kinds, "text[]"),  # type: ignore[valid-type]
            "{row}.kind = ANY({kinds})",
        ),
        _MUNICIPALITY_OR_PERSON,
    ),
    keys={"kinds": "kind", "municipality": "owner_terc"},
)

_PUBLISHED = Tail(
    CHANGES,
    position=CHANGES_TAIL.position,
    order=CHANGES_TAIL.order,
    behind=CHANGES_TAIL.behind,
    settled=SETTLED,
    projections=CHANGES_TAIL.projections,
    filters=(_MUNICIPALITY,),
    keys=CHANGES_TAIL.keys,
    only={"kind": "NEWS_PUBLISHED"},
    through="subject_id",
)


_ACTIVITY = Tail(
    ACTIVITY,
    position="{row}.place::bigint",
    order="{row}.place",
    behind="{row}.place > lpad({after}::text, 19, '0')",
    settled=reached("activity"),
    projections=("activity",),
    filters=(OF_MUNICIPALITY, ON_TOPIC, OF_KIND),
    keys={"municipality": "owner_terc", "kind": "kind"},
)

# Who could see it until now is told, too, when it is made confidential: that was a public change.
_TOLD_OF_INITIATIVES = Table(
    "read_activity.activity",
    "activity",
    visibility.TOLD_OF_INITIATIVES,
)

_INITIATIVE = Tail(
    _TOLD_OF_INITIATIVES,
    position=_ACTIVITY.position,
    order=_ACTIVITY.order,
    behind=_ACTIVITY.behind,
    settled=reached("activity", "changes", "initiatives"),
    projections=("activity", "changes", "initiatives"),
    filters=(
        Filter(
            Argument("id", strawberry.ID, "Its id.", id_of("Initiative"), "uuid"),
            "{row}.subject_id = {id}",
        ),
    ),
    keys={"id": "subject_id"},
    through="subject_id",
)


@strawberry.type
class ChangeQueries:
    changes: ChangePage = tail_page(
        CHANGES_TAIL,
        "Every public change behind a position, corrections and retractions included, in the order of "
        "the log and without gaps. A change is told once its subject is shown as it then was.",
    )


@strawberry.type
class ChangeSubscriptions:
    changes: Change = tail(
        CHANGES_TAIL,
        "Every public change behind a position, and then each as it comes. `extensions.position` (and "
        "the event's id over graphql-sse) is where to go on after the connection breaks.",
    )
    news_published: NewsItem = tail(
        _PUBLISHED,
        "Every news item at the moment it is published, as far as the viewer may see it.",
    )
    initiative_changed: Initiative | None = tail(
        _INITIATIVE,
        "The initiative, whenever something of it changes that the viewer may see; null when the viewer "
        "may not see it any more.",
    )
    activity: Activity = tail(
        _ACTIVITY, "Everything that happens, as far as the viewer may see it."
    )
