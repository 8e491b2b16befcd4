"""One timeline over everything, straight from the log: what happened, to what, and who may see it.

Every type of event is told here: shown with its subject, shown to those who take part, or not at all.
"""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from psycopg.types.json import Jsonb

import domain.features  # noqa: F401  registers every type of event
from domain.aggregate import EVENT_TYPES, Event
from domain.initiatives.states import StepTaken
from domain.municipalities import Municipality, municipality_id
from domain.roles import SYSTEM
from domain.values import slugify
from projections.log import Recorded
from projections.names import NamedMunicipality, named
from projections.projection import Projection, on
from projections.rows import Row, Rows
from projections.visible import CONSORTIUM, NETWORK, OWN, PUBLIC
from projections.words import WORDS

KINDS = {
    "NewsItem": "NEWS",
    "Meeting": "MEETING",
    "MeetingSeries": "MEETING",
    "Practice": "PRACTICE",
    "Adoption": "ADOPTION",
    "ModelSolution": "SOLUTION",
    "Question": "QUESTION",
    "Municipality": "MUNICIPALITY",
    "Programme": "PROGRAMME",
    "FundingCall": "CALL",
    "CallInterest": "CALL",
    "Initiative": "INITIATIVE",
    "InitiativeDocument": "INITIATIVE",
    "InitiativeNote": "INITIATIVE",
    "Indicator": "INITIATIVE",
    "PartnerReport": "INITIATIVE",
    "Risk": "INITIATIVE",
}
UNTOLD = {"Account", "Following", "PersonRecord", "Portal"}
"""Nobody's business but their own."""

# What a subject is from its first event on, and which later event changes that.
_BEGINNING = {
    "NewsItem": OWN,
    "Meeting": OWN,
    "MeetingSeries": NETWORK,
    "Practice": OWN,
    "Adoption": NETWORK,
    "ModelSolution": CONSORTIUM,
    "Question": NETWORK,
    "CallInterest": NETWORK,
    "Initiative": CONSORTIUM,
}
_CHANGES = {
    "NewsItem.Published": PUBLIC,
    "Meeting.MunicipalityInvited": NETWORK,
    "Meeting.MinutesPublished": PUBLIC,
    "Practice.Submitted": NETWORK,
    "Practice.Returned": OWN,
    "Practice.Published": PUBLIC,
    "Adoption.Implemented": PUBLIC,
    "ModelSolution.VersionReleased": PUBLIC,
    "Initiative.MadePublic": PUBLIC,
    "Initiative.MadeConfidential": CONSORTIUM,
}
# From then on what was told before is seen by as few as the subject itself.
_HIDING = {"Practice.Returned", "Initiative.MadeConfidential"}
_JOINING = {
    "Meeting.MunicipalityInvited",
    "ModelSolution.AuthorInvited",
    "Initiative.PartnerInvited",
}
_LEAVING = {"ModelSolution.AuthorLeft", "Initiative.PartnerDeclined", "Initiative.PartnerLeft"}
_TAKING_PART = {
    *_JOINING,
    *_LEAVING,
    *(
        f"Meeting.{name}"
        for name in ("AttendanceRecorded", "AttendanceWithdrawn", "ActionItemAssigned")
    ),
}
# Of meetings and model solutions, only these are as visible as the whole; the rest is the participants'.
_AS_THE_WHOLE = {
    *(
        f"Meeting.{name}"
        for name in (
            "Planned", "Replanned", "Rescheduled", "Postponed", "Cancelled",
            "MunicipalityInvited", "Held", "MinutesApproved", "MinutesPublished",
        )
    ),
    *(f"ModelSolution.{name}" for name in ("VersionReleased", "Archived")),
    "Initiative.MadePublic",
}  # fmt: skip
_MADE_OF_PARTS = {
    "Meeting", "ModelSolution", "Initiative",
    "InitiativeDocument", "InitiativeNote", "Indicator", "PartnerReport", "Risk",
}  # fmt: skip

TOLD: tuple[type[Event], ...] = tuple(
    event for name, event in EVENT_TYPES.items() if name.split(".")[0] in KINDS
)


class ActivityRow(Row):
    table: ClassVar[str] = "activity"

    id: UUID
    place: str
    subject_id: UUID
    aggregate: str
    kind: str
    type: str
    title: str | None
    municipality_id: UUID | None
    municipality: dict[str, Any] | None
    topics: list[str]
    effective_on: date
    recorded_at: datetime
    version: int
    summary: dict[str, str]
    reason: str | None
    account_id: UUID | None
    recorded_by: str
    on_behalf_of: str | None
    keys: list[str]
    owner_terc: str | None
    participants: list[str]
    visibility: str


class SubjectRow(Row):
    table: ClassVar[str] = "subjects"

    id: UUID
    aggregate: str
    title: str | None
    topics: list[str]
    part_of: UUID | None
    about: list[UUID]
    call_id: UUID | None
    joined: list[str]
    present: list[str]
    owner_terc: str | None
    participants: list[str]
    visibility: str


class ActivityProjection(Projection):
    name = "activity"
    version = 4
    rows = (NamedMunicipality, SubjectRow, ActivityRow)
    keyed_by_stream = SubjectRow

    @on(*TOLD)
    def _happened(self, recorded: Recorded, event: Any, rows: Rows) -> None:
        if isinstance(event, Municipality.Registered):
            name = event.facts.name
            rows.add(
                NamedMunicipality(
                    id=recorded.stream_id, terc=event.terc, name=name, slug=slugify(name)
                )
            )
        subject = _subject(recorded, event, rows)
        rows.add(_row(recorded, event, subject, rows))
        _afterwards(recorded, event, subject, rows)


def topic_key(topic: str) -> str:
    return f"TOPIC:{topic}"


def municipality_key(terc: str) -> str:
    return f"MUNICIPALITY:{terc}"


def thing_key(stream_id: UUID | str) -> str:
    return f"THING:{stream_id}"


def _subject(recorded: Recorded, event: Any, rows: Rows) -> SubjectRow:
    if recorded.version == 1:
        subject = _begun(recorded, event, rows)
        rows.add(subject)
    else:
        subject = rows.change(SubjectRow, recorded.stream_id)
    if subject.part_of is not None:
        return rows.change(SubjectRow, subject.part_of)
    if recorded.version > 1:
        _change(subject, recorded, event)
    return subject


def _change(subject: SubjectRow, recorded: Recorded, event: Any) -> None:
    subject.title = _title(event) or subject.title
    subject.topics = _topics(event) or subject.topics
    subject.visibility = _CHANGES.get(recorded.type, subject.visibility)
    match recorded.type:
        case "Initiative.LeadAppointed":
            subject.owner_terc = event.municipality
        case "Initiative.CallLinked":
            subject.call_id = event.call_id
        case "Meeting.AttendanceRecorded" if event.guest.municipality:
            subject.present = [*subject.present, f"{event.guest.municipality}:{event.guest.id}"]
        case "Meeting.AttendanceWithdrawn":
            subject.present = [p for p in subject.present if not p.endswith(f":{event.guest_id}")]
        case "Meeting.ActionItemAssigned":
            subject.joined = [*subject.joined, event.item.owner]
        case joining if joining in _JOINING:
            subject.joined = [*subject.joined, event.municipality]
        case leaving if leaving in _LEAVING:
            subject.joined = [terc for terc in subject.joined if terc != event.municipality]
    present = [each.split(":")[0] for each in subject.present]
    subject.participants = list(dict.fromkeys([*subject.joined, *present]))


def _begun(recorded: Recorded, event: Any, rows: Rows) -> SubjectRow:
    aggregate = recorded.type.split(".")[0]
    owner = (
        getattr(event, "host", None)
        or getattr(event, "municipality", None)
        or getattr(event, "terc", None)
    )
    about = getattr(event, "subject_id", None) or getattr(event, "call_id", None)
    other = rows.find(SubjectRow, about) if about else None
    belongs_to = about or getattr(event, "programme_id", None) or getattr(event, "series_id", None)
    whole = getattr(event, "initiative_id", None)
    owner = None if whole else owner  # of a part, what is told is told of the whole
    return SubjectRow(
        id=recorded.stream_id,
        aggregate=aggregate,
        title=other.title if other else _title(event),
        topics=other.topics if other else _topics(event),
        part_of=whole,
        about=[belongs_to] if belongs_to else [],
        call_id=None,
        joined=[owner] if owner else [],
        present=[],
        owner_terc=owner,
        participants=[owner] if owner else [],
        visibility=OWN if whole else _BEGINNING.get(aggregate, PUBLIC),
    )


def _row(recorded: Recorded, event: Any, subject: SubjectRow, rows: Rows) -> ActivityRow:
    aggregate = recorded.type.split(".")[0]
    whole = aggregate not in _MADE_OF_PARTS or recorded.type in _AS_THE_WHOLE
    step = isinstance(event, StepTaken)
    owner = subject.owner_terc
    return ActivityRow(
        id=recorded.id,
        place=place(recorded.position),
        subject_id=subject.id,
        aggregate=subject.aggregate,
        kind=KINDS[aggregate],
        type=recorded.type,
        title=None if recorded.type == "NewsItem.Retracted" else subject.title,
        municipality_id=municipality_id(owner) if owner else None,
        municipality=named(rows, owner) if owner else None,
        topics=subject.topics,
        effective_on=recorded.effective_on,
        recorded_at=recorded.recorded_at,
        version=recorded.version,
        summary=WORDS[recorded.type],
        reason=getattr(event, "reason", None) or getattr(event, "remarks", None) or None,
        account_id=_account(recorded.actor),
        recorded_by=_recorded_by(recorded),
        on_behalf_of=recorded.on_behalf_of,
        keys=_keys(recorded, subject, rows),
        owner_terc=owner,
        participants=subject.participants,
        visibility=subject.visibility if whole or step else CONSORTIUM,
    )


def _account(actor: str) -> UUID | None:
    """None: nobody who has an account, such as the terminal of the machine itself."""
    try:
        return UUID(actor)
    except ValueError:
        return None


def _recorded_by(recorded: Recorded) -> str:
    if recorded.on_behalf_of is not None:
        return "MUNICIPALITY"
    return "SYSTEM" if recorded.actor == SYSTEM.id else "NETWORK"


def place(position: int) -> str:
    """Padded, so that it sorts as text."""
    return f"{position:019d}"


def _keys(recorded: Recorded, subject: SubjectRow, rows: Rows) -> list[str]:
    """By which of what somebody follows this is news to them."""
    things = [subject.id, *subject.about]
    if subject.aggregate == "FundingCall":
        things += _linked_to(subject.id, rows)
    towns = dict.fromkeys(terc for terc in (subject.owner_terc, recorded.on_behalf_of) if terc)
    return [
        *map(topic_key, dict.fromkeys(subject.topics)),
        *map(municipality_key, towns),
        *map(thing_key, things),
    ]


def _linked_to(call_id: UUID, rows: Rows) -> list[UUID]:
    """The initiatives that apply in a call."""
    rows.load_by(SubjectRow, "call_id", [call_id])
    return sorted(subject.id for subject in rows.loaded(SubjectRow) if subject.call_id == call_id)


def _afterwards(recorded: Recorded, event: Any, subject: SubjectRow, rows: Rows) -> None:
    """What an event means for what was told before it."""
    if recorded.type == "NewsItem.Retracted":
        subject.title = None
        _retell("title = NULL", (), subject, rows)
    elif recorded.type in _HIDING:
        _retell("visibility = %s", (subject.visibility,), subject, rows)
    elif recorded.type == "Initiative.LeadAppointed":
        lead = event.municipality
        told = (lead, municipality_id(lead), Jsonb(named(rows, lead)))
        _retell("owner_terc = %s, municipality_id = %s, municipality = %s", told, subject, rows)
    elif isinstance(event, Municipality.Renamed):
        rows.change(NamedMunicipality, recorded.stream_id).name = event.name
        rows.execute(
            "UPDATE activity SET municipality = municipality || jsonb_build_object('name', %s::text) "
            "WHERE municipality_id = %s",
            (event.name, recorded.stream_id),
            changes=ActivityRow,
        )
    elif recorded.type in _TAKING_PART:
        _retell("participants = %s", (subject.participants,), subject, rows)


def _retell(assignment: str, parameters: tuple[Any, ...], subject: SubjectRow, rows: Rows) -> None:
    statement = f"UPDATE activity SET {assignment} WHERE subject_id = %s"
    rows.execute(statement, (*parameters, subject.id), changes=ActivityRow)


def _title(event: Any) -> str | None:
    """Events say it in one of these ways."""
    if isinstance(event, Municipality.Renamed):
        return event.name
    for holder in (
        event,
        *(getattr(event, name, None) for name in ("text", "plan", "facts", "terms")),
    ):
        found = getattr(holder, "title", None) or getattr(holder, "name", None)
        if isinstance(found, str):
            return found
    return None


def _topics(event: Any) -> list[str]:
    text = getattr(event, "text", None)
    holders = ((event, "topics"), (event, "tags"), (text, "tags"))
    found = (getattr(holder, name, None) for holder, name in holders)
    return [topic for topics in found if topics for topic in topics]
