"""Meetings (spotkania) and their series."""

from datetime import date, datetime

import strawberry

from api.graphql import visibility
from api.graphql.arguments import short_text, terc
from api.graphql.connections import Connection, Node
from api.graphql.fields import (
    column,
    connection,
    embedded_list,
    item,
    reads,
    relay_id,
    to_many,
    to_one,
)
from api.graphql.municipalities import Municipality
from api.graphql.municipality_history import NAME, PERSON, PERSON_TOLD
from api.graphql.past import HasPast
from api.graphql.relay import id_of
from api.graphql.scalars import plausible_date
from api.graphql.vocabulary import Argument, Filter, OrderKey, Table, Way
from domain.meetings import ActionState as ActionStateValue
from domain.meetings import Answer as AnswerValue
from domain.meetings import MeetingState as MeetingStateValue


def _table(name: str, key: str = "id") -> Table:
    return Table(f"read_meetings.{name}", "meetings", visibility.guarded(), key)


MeetingState = strawberry.enum(
    MeetingStateValue,
    name="MeetingState",
    description="PLANNED → INVITED → HELD → MINUTES_APPROVED → MINUTES_PUBLISHED; before it is held "
    "also POSTPONED or CANCELLED.",
)
InvitationAnswer = strawberry.enum(
    AnswerValue, name="InvitationAnswer", description="What the invited municipality answered."
)
ActionItemState = strawberry.enum(
    ActionStateValue, name="ActionItemState", description="Where an action item stands."
)

# A time on the clock in Warsaw, which names an occurrence for ever.
_LOCAL = "to_char({row}.%s, 'YYYY-MM-DD\"T\"HH24:MI:SS')"


@reads(_table("invitations", "meeting_id"))
@strawberry.type(description="An invitation of a municipality, which is not yet attendance.")
class Invitation:
    municipality: Municipality = to_one(
        "municipality_id", embedded="municipality", description="Who is invited."
    )
    answer: InvitationAnswer = column("answer", "Its answer.")  # type: ignore[valid-type]
    note: str = column("note", "What it added to its answer; may be empty.")
    answered_on: date | None = column("answered_on", "When it answered.")


@reads(
    Table(
        "(SELECT * FROM read_meetings.guests WHERE kind = 'ATTENDED')",
        "meetings",
        visibility.guarded(),
    )
)
@strawberry.type(description="Somebody who was there.")
class Attendance(Node):
    id: strawberry.ID = relay_id()
    name: str = column(NAME, "The person's name.")
    person: strawberry.ID | None = column(PERSON, PERSON_TOLD)
    office: str = column("office", "The office held, as it was written down.")
    municipality: Municipality | None = to_one(
        "municipality_id",
        embedded="municipality",
        description="The municipality represented; null: a guest from outside.",
    )


@reads(
    Table(
        "(SELECT * FROM read_meetings.guests WHERE kind = 'INVITED')",
        "meetings",
        visibility.guarded(),
    )
)
@strawberry.type(description="Somebody who is invited by name. Seen by those who take part.")
class InvitedPerson(Node):
    id: strawberry.ID = relay_id()
    name: str = column(NAME, "The person's name.")
    office: str = column("office", "The office held, as it was written down.")
    municipality: Municipality | None = to_one(
        "municipality_id",
        embedded="municipality",
        description="The municipality represented; null: a guest from outside.",
    )


@reads(_table("agenda_items"))
@strawberry.type(
    description="An item of the agenda. What isn't public is seen by those who take part."
)
class AgendaItem(Node):
    id: strawberry.ID = relay_id()
    title: str = column("title", "What it is about.")
    description: str = column("description", "More about it; may be empty.")
    public: bool = column("public", "Whether it is seen by more than those who take part.")
    minutes: int | None = column("minutes", "How long it is to take.")
    municipality: Municipality = to_one(
        "municipality_id", embedded="municipality", description="Who put it on the agenda."
    )
    version: int = column("entry_version", "Version of this item, for `expectedItemVersion`.")


@reads(_table("sections"))
@strawberry.type(description="A section of the minutes. Seen by everyone once they are published.")
class MinutesSection(Node):
    id: strawberry.ID = relay_id()
    heading: str = column("heading", "Its heading.")
    body: str = column("body", "Its text as it was written (Markdown).")
    body_html: str = column("body_html", "Its text as sanitised HTML.")
    public: bool = column("public", "Whether it is published with the rest.")
    version: int = column("entry_version", "Version of this section, for `expectedSectionVersion`.")


@reads(_table("decisions"))
@strawberry.type(description="What the meeting decided.")
class Decision(Node):
    id: strawberry.ID = relay_id()
    text: str = column("text", "The decision.")
    version: int = column(
        "entry_version", "Version of this decision, for `expectedDecisionVersion`."
    )


@reads(_table("approvals", "meeting_id"))
@strawberry.type(
    description="An approval of the minutes by the executive of a municipality that attended."
)
class MinutesApproval:
    municipality: Municipality = to_one(
        "municipality_id", embedded="municipality", description="Whose executive approved."
    )
    minutes_hash: str = column("minutes_hash", "SHA-256 of the text that was approved.")
    approved_at: datetime = column("approved_at", "When.")


@reads(_table("annotations", "meeting_id"))
@strawberry.type(description="A mistake found after the approval, told beside the approved text.")
class MinutesAnnotation:
    note: str = column("note", "What is to be read differently.")
    recorded_at: datetime = column("recorded_at", "When it was added.")


@reads(_table("action_items"))
@strawberry.type(description="Something that a municipality has taken on.")
class ActionItem(Node):
    id: strawberry.ID = relay_id()
    text: str = column("text", "What is to be done.")
    municipality: Municipality = to_one(
        "municipality_id", embedded="municipality", description="Who is to do it."
    )
    due_on: date | None = column("due_on", "By when.")
    state: ActionItemState = column("state", "Where it stands.")  # type: ignore[valid-type]
    note: str | None = column("note", "How it was done, or why it was dropped.")
    assigned_on: date = column("assigned_on", "When it was taken on.")
    closed_on: date | None = column("closed_on", "When it was done or dropped.")


@reads(_table("meetings"))
@strawberry.type(
    description="A meeting of municipalities. A plan is its host's, an invitation is seen in the "
    "network, and published minutes by everyone."
)
class Meeting(HasPast):
    id: strawberry.ID = relay_id()
    title: str = column("title", "What it is called.")
    description: str = column("description", "More about it; may be empty.")
    state: MeetingState = column("state", "Where it stands.")  # type: ignore[valid-type]
    host: Municipality = to_one("host_id", embedded="host", description="Who holds it.")
    recurrence_id: str | None = column(
        _LOCAL % "recurrence_id",
        "Of a meeting of a series: when its rule put it, on the clock in Warsaw (RECURRENCE-ID).",
    )
    place: str = column("place", "Where; may be empty.")
    link: str | None = column("link", "To join from afar.")
    starts_at: datetime = column("starts_at", "When it begins, or was to begin.")
    ends_at: datetime = column("ends_at", "When it ends, or was to end.")
    held_on: date | None = column("held_on", "The day on which it was held.")
    reason: str | None = column("reason", "Why it was moved, postponed or cancelled.")
    invited: list[Municipality] = embedded_list("invited", "Municipalities invited, in that order.")
    invitations: list[Invitation] = to_many(
        {"meeting_id": "id"},
        "{row}.municipality->>'terc'",
        500,
        "The invitations and their answers.",
    )
    invited_people: list[InvitedPerson] = to_many(
        {"meeting_id": "id"}, "{row}.place", 500, "Persons invited by name."
    )
    attendance: list[Attendance] = to_many(
        {"meeting_id": "id"},
        "{row}.place",
        500,
        "Who was there: a list apart from the invitations.",
    )
    agenda: list[AgendaItem] = to_many(
        {"meeting_id": "id"}, "{row}.place", 200, "The agenda, in order."
    )
    minutes: list[MinutesSection] = to_many(
        {"meeting_id": "id"}, "{row}.place", 200, "The minutes, section by section."
    )
    minutes_hash: str | None = column(
        "minutes_hash", "SHA-256 of the minutes as they stand, for `approveMinutes`."
    )
    decisions: list[Decision] = to_many(
        {"meeting_id": "id"}, "{row}.place", 200, "What was decided, in order."
    )
    approvals: list[MinutesApproval] = to_many(
        {"meeting_id": "id"}, "{row}.approved_at", 500, "Approvals of the minutes, oldest first."
    )
    annotations: list[MinutesAnnotation] = to_many(
        {"meeting_id": "id"}, "{row}.version", 200, "Mistakes found after the approval."
    )
    action_items: list[ActionItem] = to_many(
        {"meeting_id": "id"}, "{row}.due_on NULLS LAST, {row}.id", 500, "Action items, by due date."
    )
    approved_on: date | None = column(
        "approved_on", "When the last executive approved the minutes."
    )
    published_on: date | None = column("published_on", "When the minutes were published.")
    version: int = column("version", "Version of the meeting, for `expectedVersion`.")
    updated_at: datetime = column("updated_at", "When it last changed.")


@reads(_table("occurrences", "series_id"))
@strawberry.type(description="One meeting that a series foresees.")
class Occurrence:
    recurrence_id: str = column(
        _LOCAL % "recurrence_id",
        "When the rule put it, on the clock in Warsaw: its name for ever (RECURRENCE-ID).",
    )
    starts_at: datetime = column("starts_at", "When it begins.")
    ends_at: datetime = column("ends_at", "When it ends.")
    place: str = column("place", "Where; may be empty.")


@reads(_table("series"))
@strawberry.type(
    description="Regular meetings, as an iCalendar recurrence (RFC 5545). Seen in the network."
)
class MeetingSeries(Node):
    id: strawberry.ID = relay_id()
    title: str = column("title", "What they are called.")
    host: Municipality = to_one("host_id", embedded="host", description="Who holds them.")
    place: str = column("place", "Where; may be empty.")
    rule: str = column("rule", "Value of RRULE.")
    starts_at_local: str = column(
        _LOCAL % "starts_at", "When the first begins, on the clock in Warsaw."
    )
    minutes: int = column("minutes", "How long each takes.")
    last_on: date | None = column("last_on", "The last day; null: no end is known.")
    occurrences: list[Occurrence] = to_many(
        {"series_id": "id"},
        "{row}.starts_at, {row}.recurrence_id",
        600,
        "All of them, with exceptions and moves: ten years ahead of the first one at most.",
    )
    meetings: list[Meeting] = to_many(
        {"series_id": "id"},
        "{row}.recurrence_id",
        600,
        "What was made of them, where invitations, agenda and minutes are kept.",
    )
    version: int = column("version", "Version of the series, for `expectedVersion`.")


def _id(type_name: str, what: str) -> Way:
    parse = id_of(type_name)
    return Way((Argument("id", strawberry.ID, what, parse, "uuid"),), "{row}.id = {id}")


@strawberry.type
class MeetingQueries:
    meetings: Connection[Meeting] = connection(
        "meetings",
        "Meetings that the viewer may see, the latest first.",
        order=(OrderKey("day", "date"), OrderKey("id", "uuid")),
        descending=True,
        filters=(
            Filter(
                Argument(
                    "municipality", str | None, "Where this one takes part: its TERC code.", terc
                ),
                "{row}.participants @> ARRAY[{municipality}]",
                # Who was there, and who has something to do, is known among the participants.
                openly="({row}.owner_terc = {municipality} OR "
                "{row}.invited @> jsonb_build_array(jsonb_build_object('terc', {municipality})))",
            ),
            Filter(
                Argument(
                    "state", str | None, "Only in this state, such as HELD.", short_text("state")
                ),
                "{row}.state = {state}",
            ),
            Filter(
                Argument(
                    "since", date | None, "On this day or later.", plausible_date("since"), "date"
                ),
                "{row}.day >= {since}",
            ),
            Filter(
                Argument(
                    "until", date | None, "On this day or earlier.", plausible_date("until"), "date"
                ),
                "{row}.day <= {until}",
            ),
        ),
        travels=True,
    )
    meeting: Meeting | None = item(
        "One meeting; null where there is none, or none that the viewer may see.",
        _id("Meeting", "Its id."),
        travels=True,
    )
    meeting_series: Connection[MeetingSeries] = connection(
        "meetingSeries",
        "Series of meetings that the viewer may see, by title.",
        order=(OrderKey("title", "text"), OrderKey("id", "uuid")),
    )
    action_items: Connection[ActionItem] = connection(
        "actionItems",
        "Action items that the viewer may see, by due date; those without one come last.",
        order=(OrderKey("due_order", "date"), OrderKey("id", "uuid")),
        filters=(
            Filter(
                Argument(
                    "municipality", str | None, "That this one is to do: its TERC code.", terc
                ),
                "{row}.assignee_terc = {municipality}",
            ),
            Filter(
                Argument(
                    "state", str | None, "Only in this state, such as OPEN.", short_text("state")
                ),
                "{row}.state = {state}",
            ),
        ),
    )
