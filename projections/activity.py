"""One timeline over everything, straight from the log: what happened, to what, and who may see it.

Every type of event is told here: shown with its subject, shown to those who take part, or not at all.
"""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

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
}
UNTOLD = {
    "Account",
    "Following",
    "PersonRecord",
    "Portal",
    "Risk",
    "InitiativeNote",
    "InitiativeDocument",
    "Indicator",
    "PartnerReport",
}
"""Nobody's business but their own: accounts and persons, and what a consortium keeps to itself."""

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
_MADE_OF_PARTS = {"Meeting", "ModelSolution", "Initiative"}

TOLD: tuple[type[Event], ...] = tuple(
    event for name, event in EVENT_TYPES.items() if name.split(".")[0] in KINDS
)


class ActivityRow(Row):
    table: ClassVar[str] = "activity"

    id: UUID
    place: str
    subject_id: UUID
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
    owner_terc: str | None
    participants: list[str]
    visibility: str


class SubjectRow(Row):
    table: ClassVar[str] = "subjects"

    id: UUID
    title: str | None
    topics: list[str]
    owner_terc: str | None
    participants: list[str]
    visibility: str


class ActivityProjection(Projection):
    name = "activity"
    version = 2
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


def _subject(recorded: Recorded, event: Any, rows: Rows) -> SubjectRow:
    if recorded.version == 1:
        subject = _begun(recorded, event, rows)
        rows.add(subject)
        return subject
    subject = rows.change(SubjectRow, recorded.stream_id)
    subject.title = _title(event) or subject.title
    subject.topics = _topics(event) or subject.topics
    subject.visibility = _CHANGES.get(recorded.type, subject.visibility)
    if recorded.type in _JOINING and event.municipality not in subject.participants:
        subject.participants = [*subject.participants, event.municipality]
    if recorded.type in _LEAVING:
        subject.participants = [terc for terc in subject.participants if terc != event.municipality]
    return subject


def _begun(recorded: Recorded, event: Any, rows: Rows) -> SubjectRow:
    aggregate = recorded.type.split(".")[0]
    owner = (
        getattr(event, "host", None)
        or getattr(event, "municipality", None)
        or getattr(event, "terc", None)
    )
    about = getattr(event, "subject_id", None) or getattr(event, "call_id", None)
    other = rows.find(SubjectRow, about) if about else None
    return SubjectRow(
        id=recorded.stream_id,
        title=other.title if other else _title(event),
        topics=other.topics if other else _topics(event),
        owner_terc=owner,
        participants=[owner] if owner else [],
        visibility=_BEGINNING.get(aggregate, PUBLIC),
    )


def _row(recorded: Recorded, event: Any, subject: SubjectRow, rows: Rows) -> ActivityRow:
    aggregate = recorded.type.split(".")[0]
    whole = aggregate not in _MADE_OF_PARTS or recorded.type in _AS_THE_WHOLE
    step = isinstance(event, StepTaken)
    owner = subject.owner_terc
    return ActivityRow(
        id=recorded.id,
        place=f"{recorded.position:019d}",
        subject_id=subject.id,
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


def _afterwards(recorded: Recorded, event: Any, subject: SubjectRow, rows: Rows) -> None:
    """What an event means for what was told before it."""
    if recorded.type == "NewsItem.Retracted":
        subject.title = None
        _retell("title = NULL", (), subject, rows)
    elif recorded.type in _HIDING:
        _retell("visibility = %s", (subject.visibility,), subject, rows)
    elif recorded.type in _JOINING | _LEAVING:
        _retell("participants = %s", (subject.participants,), subject, rows)
    elif isinstance(event, Municipality.Renamed):
        rows.change(NamedMunicipality, recorded.stream_id).name = event.name
        rows.execute(
            "UPDATE activity SET municipality = municipality || jsonb_build_object('name', %s::text) "
            "WHERE municipality_id = %s",
            (event.name, recorded.stream_id),
            changes=ActivityRow,
        )


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
