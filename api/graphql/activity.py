"""One timeline over everything that the viewer may see."""

from datetime import date, datetime
from enum import StrEnum

import strawberry

from api.graphql import visibility
from api.graphql.accounts import ACCOUNTS
from api.graphql.arguments import short_text, terc
from api.graphql.connections import Connection, Node
from api.graphql.fields import column, connection, embedded, reads, relay_id, to_one
from api.graphql.municipalities import Municipality
from api.graphql.relay import sql_global_id
from api.graphql.scalars import Position
from api.graphql.vocabulary import Argument, Filter, OrderKey, Table

ACTIVITY = Table("read_activity.activity", "activity", visibility.guarded())

NEWEST_FIRST = (OrderKey("place", "text"), OrderKey("id", "uuid"))
OF_MUNICIPALITY = Filter(
    Argument("municipality", str | None, "Only this one's: its TERC code.", terc),
    "{row}.owner_terc = {municipality}",
)
ON_TOPIC = Filter(
    Argument("topic", str | None, "With this topic, written exactly so.", short_text("topic")),
    "{row}.keys @> ARRAY['TOPIC:' || {topic}]",
)
OF_KIND = Filter(
    Argument("kind", str | None, "Only about this, such as NEWS.", short_text("kind")),
    "{row}.kind = {kind}",
)


class Recorder(StrEnum):
    MUNICIPALITY = "MUNICIPALITY"
    NETWORK = "NETWORK"
    SYSTEM = "SYSTEM"


RecordedBy = strawberry.enum(
    Recorder,
    name="RecordedBy",
    description="MUNICIPALITY: an official of the one spoken for. NETWORK: its coordinator. SYSTEM: what "
    "follows by itself.",
)


@reads(ACCOUNTS)
@strawberry.type(
    description="The account of whoever recorded something. Visible to administrators of its "
    "municipality, to the coordinator and to the auditor."
)
class ChangeAuthor:
    name: str | None = column("name", "Name of its person; null once forgotten.")
    roles: list[str] = column("roles", "Names of the roles that the account has today.")


@strawberry.type(description="The same in two languages.")
class Summary:
    pl: str = embedded("pl", "In Polish.")
    en: str = embedded("en", "In English.")


def subject_id(aggregate: str, key: str) -> str:
    """SQL of the Relay id of what something is about; NULL where `node` doesn't know its kind."""
    return f"CASE WHEN {aggregate} <> 'CallInterest' THEN {sql_global_id(aggregate, key)} END"


@reads(ACTIVITY)
@strawberry.type(description="Something that happened: an event of the log.")
class Activity(Node):
    id: strawberry.ID = relay_id()
    position: Position = column("{row}.place::bigint", "Its place in the log.")
    kind: str = column(
        "kind",
        "What it is about: NEWS, MEETING, PRACTICE, ADOPTION, SOLUTION, QUESTION, MUNICIPALITY, "
        "PROGRAMME, CALL or INITIATIVE.",
    )
    type: str = column("type", "What happened, such as `Meeting.Held`.")
    title: str | None = column("title", "What it is about; null where that was retracted.")
    subject_id: strawberry.ID | None = column(
        subject_id("{row}.aggregate", "{row}.subject_id"), "Id of what it is about, for `node`."
    )
    municipality: Municipality | None = to_one(
        "municipality_id", embedded="municipality", description="Whose it is; null: the network's."
    )
    topics: list[str] = column("topics", "Topics or tags.")
    effective_on: date = column("effective_on", "The day since which it is true.")
    recorded_at: datetime = column("recorded_at", "When it was recorded.")
    on_behalf_of: str | None = column(
        "on_behalf_of", "TERC code of the municipality spoken for; null: the network."
    )
    recorded_by: RecordedBy = column("recorded_by", "Whose official recorded it.")  # type: ignore[valid-type]
    author: ChangeAuthor | None = to_one(
        "account_id",
        embedded="account_id",
        description="Whose account it was; null for whoever doesn't administer it.",
    )
    reason: str | None = column("reason", "Why, where a reason was given.")
    summary: Summary = to_one("summary", "summary", "What happened, in a few words.")
    version: int = column("version", "Version of what it is about, after it.")


@strawberry.type
class ActivityQueries:
    activity: Connection[Activity] = connection(
        "activity",
        "Everything that happened, as far as the viewer may see it, the latest first.",
        order=NEWEST_FIRST,
        descending=True,
        filters=(OF_MUNICIPALITY, ON_TOPIC, OF_KIND),
    )
