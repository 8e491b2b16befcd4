"""What a municipality was and who held its offices, on whatever day."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.graphql import visibility
from api.graphql.arguments import terc
from api.graphql.connections import Connection
from api.graphql.fields import column, connection, reads, to_one
from api.graphql.relay import sql_global_id
from api.graphql.scalars import plausible_date
from api.graphql.vocabulary import Argument, Filter, OrderKey, Table
from domain.municipalities import HeadTitle, Office

if TYPE_CHECKING:
    from api.graphql.municipalities import Municipality

FACTS = Table(
    "read_municipalities.facts", "municipalities", visibility.EVERYONE, key="municipality_id"
)
OFFICE_HOLDERS = Table("read_municipalities.office_holders", "municipalities", visibility.EVERYONE)

OfficeEnum = strawberry.enum(
    Office,
    name="Office",
    description="HEAD: the municipality's executive. DEPUTY: one of the head's deputies.",
)
TitleEnum = strawberry.enum(
    HeadTitle,
    name="HeadTitle",
    description="What the law calls the head (a deputy is called after the head): "
    "wójt, burmistrz or prezydent miasta.",
)

# Over `{row}`: as people write it, with the deputy's title in the genitive.
_TITLE = """
CASE {row}.office
    WHEN 'HEAD' THEN CASE {row}.title
        WHEN 'WOJT' THEN 'Wójt' WHEN 'BURMISTRZ' THEN 'Burmistrz' ELSE 'Prezydent Miasta' END
    ELSE 'Zastępca ' || CASE {row}.title
        WHEN 'WOJT' THEN 'Wójta' WHEN 'BURMISTRZ' THEN 'Burmistrza' ELSE 'Prezydenta Miasta' END
END
"""
NAME = "coalesce({row}.name, '[dane usunięte]')"
"""A person's name; where the person was forgotten, that it was removed."""

_ID = sql_global_id("'Person'", "{row}.person_id")
PERSON = f"CASE WHEN {{row}}.name IS NOT NULL THEN {_ID} END"
PERSON_TOLD = (
    "Marks the person, for copies of the name: `changes` tells it as `subjectId` once the person is "
    "forgotten. Null from then on."
)


@reads(FACTS)
@strawberry.type(
    description="A fact with the day since which it is true; a later one of its sort ends it."
)
class MunicipalityFact:
    sort: str = column("sort", "What it is about: NAME, KIND or MEMBERSHIP.")
    value: str = column("value", "The fact: a name, a kind, a state of membership.")
    since: date | None = column("since", "Since when; null: ever since the register knows of it.")
    reason: str | None = column("reason", "Why, where a reason was given.")
    recorded_at: datetime = column("recorded_at", "When it was recorded.")


@reads(OFFICE_HOLDERS)
@strawberry.type(description="Somebody who holds, or held, an office. Visible to everyone.")
class OfficeHolder:
    name: str = column(NAME, "The person's name.")
    person: strawberry.ID | None = column(PERSON, PERSON_TOLD)
    office: OfficeEnum = column("office", "Which office.")  # type: ignore[valid-type]
    title: TitleEnum = column("title", "Title of the head, after which a deputy is called.")  # type: ignore[valid-type]
    title_text: str = column(_TITLE, "The office in Polish, such as “Zastępca Burmistrza”.")
    since: date = column("since", "First day in office.")
    since_known: bool = column("since_known", "False: in office by that day, maybe before it.")
    until: date | None = column("until", "First day without the office; null: not known of yet.")
    municipality: Annotated["Municipality", strawberry.lazy("api.graphql.municipalities")] = to_one(
        "municipality_id", embedded="municipality", description="The municipality."
    )


@strawberry.type
class OfficeHolderQueries:
    office_holders: Connection[OfficeHolder] = connection(
        "officeHolders",
        "Who holds, or held, which office; with `on`, who held it on that day. Heads come first.",
        order=(
            OrderKey("terc", "text"),
            OrderKey("office_order", "text"),
            OrderKey("since", "date"),
            OrderKey("id", "uuid"),
        ),
        filters=(
            Filter(
                Argument(
                    "municipality", str | None, "Only this municipality's: its TERC code.", terc
                ),
                "{row}.terc = {municipality}",
            ),
            Filter(
                Argument(
                    "on", date | None, "Who held office on this day.", plausible_date("on"), "date"
                ),
                "{row}.since <= {on} AND ({row}.until IS NULL OR {row}.until > {on})",
            ),
        ),
    )
