"""Every change of something public, in the order of the log: what copies, portals and webhooks follow.

The rule of what is a public change stands in `PUBLIC_CHANGES`. A change tells no contents, only what
changed and how; so it stays told when its subject is public no more. Where a person is forgotten whom
something public named, it tells that person's id: a copy drops what it keeps of them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import domain.features  # noqa: F401  registers every type of event
from domain.aggregate import EVENT_TYPES, Event
from domain.meetings import Guest, Meeting
from domain.municipalities import Municipality, OfficeHolder, municipality_id
from domain.people import PersonRecord
from projections.initiatives.projection import PARTNERS_OWN
from projections.log import Recorded
from projections.names import NamedMunicipality, NamesMunicipalities, Shown, named
from projections.projection import on
from projections.rows import Row, Rows


class Effect(StrEnum):
    """What a keeper of a copy does: add or replace the subject, or take it away."""

    APPEARED = "APPEARED"
    CHANGED = "CHANGED"
    DISAPPEARED = "DISAPPEARED"


def _of(aggregate: str, *names: str) -> frozenset[str]:
    return frozenset(f"{aggregate}.{name}" for name in names)


def _all_of(aggregate: str) -> frozenset[str]:
    return frozenset(name for name in EVENT_TYPES if name.split(".")[0] == aggregate)


@dataclass(frozen=True)
class PublicLife:
    """When the streams of an aggregate are public, and which of their events then change what all see.

    `word` begins the kinds of its changes, and names to webhooks what they hear of; `shown_in` names the
    read model that shows it.
    """

    word: str
    shown_in: str
    begins: str
    appears: frozenset[str]
    changes: frozenset[str] = frozenset()
    disappears: frozenset[str] = frozenset()

    @property
    def told(self) -> frozenset[str]:
        return self.appears | self.changes | self.disappears

    def effect(self, event_type: str, *, public: bool) -> Effect | None:
        """Of an event on a stream that was public, or wasn't; None: nobody outside learns of it."""
        if event_type in self.appears and not public:
            return Effect.APPEARED
        if event_type in self.disappears and public:
            return Effect.DISAPPEARED
        if event_type in self.changes and public:
            return Effect.CHANGED
        return None


PUBLIC_CHANGES: Mapping[str, PublicLife] = {
    "NewsItem": PublicLife(
        "NEWS",
        "news",
        "NewsItem.Drafted",
        appears=_of("NewsItem", "Published"),
        changes=_of("NewsItem", "Corrected"),
        disappears=_of("NewsItem", "Retracted"),
    ),
    "Meeting": PublicLife(
        "MEETING",
        "meetings",
        "Meeting.Planned",
        appears=_of("Meeting", "MinutesPublished"),
        changes=_of(
            "Meeting",
            "MinutesAnnotated",
            "ActionItemAssigned",
            "ActionItemDeferred",
            "ActionItemDone",
            "ActionItemDropped",
        ),
    ),
    "Practice": PublicLife(
        "PRACTICE",
        "practices",
        "Practice.Drafted",
        appears=_of("Practice", "Published"),
        changes=_of("Practice", "Corrected", "Archived"),  # an archived one may still be read
    ),
    "Adoption": PublicLife(
        "ADOPTION",
        "practices",
        "Adoption.InterestExpressed",
        appears=_of("Adoption", "Implemented"),
    ),
    "ModelSolution": PublicLife(
        "SOLUTION",
        "practices",
        "ModelSolution.Proposed",
        appears=_of("ModelSolution", "VersionReleased"),
        changes=_of(
            "ModelSolution", "VersionReleased", "AuthorshipAccepted", "AuthorLeft", "Archived"
        ),
    ),
    "Municipality": PublicLife(
        "MUNICIPALITY",
        "municipalities",
        "Municipality.Registered",
        appears=_of("Municipality", "Registered"),
        changes=_all_of("Municipality"),
    ),
    "Programme": PublicLife(
        "PROGRAMME",
        "calls",
        "Programme.Registered",
        appears=_of("Programme", "Registered"),
        changes=_all_of("Programme"),
    ),
    "FundingCall": PublicLife(
        "CALL",
        "calls",
        "FundingCall.Announced",
        appears=_of("FundingCall", "Announced"),
        changes=_all_of("FundingCall"),
    ),
    "Initiative": PublicLife(
        "INITIATIVE",
        "initiatives",
        "Initiative.Proposed",
        appears=_of("Initiative", "MadePublic"),
        changes=_all_of("Initiative") - PARTNERS_OWN - _of("Initiative", "Proposed"),
        disappears=_of("Initiative", "MadeConfidential"),
    ),
}
"""By aggregate, which is the name of its GraphQL type too. What isn't here is never public."""

NEVER_PUBLIC = frozenset(
    {
        "Account",
        "Following",
        "PersonRecord",
        "Portal",
        "MeetingSeries",
        "Question",
        "CallInterest",
        "Risk",
        "InitiativeNote",
        "InitiativeDocument",
        "Indicator",
        "PartnerReport",
    }
)


def kind_of(event_type: str) -> str:
    """`NewsItem.Published` → `NEWS_PUBLISHED`."""
    aggregate, name = event_type.split(".")
    spelled = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
    return f"{PUBLIC_CHANGES[aggregate].word}_{spelled}"


TOLD_TYPES = tuple(
    name
    for name in EVENT_TYPES
    if name.split(".")[0] in PUBLIC_CHANGES and name in PUBLIC_CHANGES[name.split(".")[0]].told
)
PERSON, PERSON_FORGOTTEN = "Person", "PERSON_FORGOTTEN"
PERSONS_SHOWN_IN = "meetings municipalities"
"""Who attended a meeting with public minutes, who holds an office: nobody else's name is public."""
KINDS = (*(kind_of(name) for name in TOLD_TYPES), PERSON_FORGOTTEN)

_FOLDED: tuple[type[Event], ...] = tuple(
    EVENT_TYPES[name]
    for name in dict.fromkeys((*(life.begins for life in PUBLIC_CHANGES.values()), *TOLD_TYPES))
)


SHOWN_IN = tuple(sorted({*(life.shown_in for life in PUBLIC_CHANGES.values()), PERSONS_SHOWN_IN}))
"""The read models that show the subjects of changes; those of one subject divided by spaces."""


def _settled() -> str:
    """How far the changes may be told: as far as the subject of each is shown as it then was.

    The read models move one by one; whoever is told of a change and asks finds it there.
    """
    unshown = " UNION ALL ".join(
        "(SELECT c.position - 1 FROM read_changes.changes c "
        f"WHERE c.shown_in = '{names}' AND c.position > {reached(*names.split())} "
        "ORDER BY c.position LIMIT 1)"
        for names in SHOWN_IN
    )
    ours = f"SELECT {reached('changes')}"
    return f"(SELECT min(u.position) FROM ({unshown} UNION ALL ({ours})) AS u (position))"


def reached(*names: str) -> str:
    """SQL: the position that all of these read models have reached."""
    each = (f"(SELECT min(position) FROM read_{name}.position)" for name in names)
    return f"least({', '.join(each)})"


SETTLED = _settled()
"""SQL: changes up to here may be told. Whoever tells them (`changes`, webhooks) asks for it in the same
statement that reads them."""


class ChangeRow(Row):
    table: ClassVar[str] = "changes"
    key: ClassVar[tuple[str, ...]] = ("position",)
    kept: ClassVar[int] = 0

    position: int
    id: UUID
    kind: str
    effect: str
    subject_type: str
    subject_id: UUID
    shown_in: str
    municipality_id: UUID | None
    municipality: dict[str, Any] | None
    owner_terc: str | None
    effective_on: date
    recorded_at: datetime


class SubjectRow(Row):
    table: ClassVar[str] = "subjects"

    id: UUID
    owner_terc: str | None
    public: bool


class PersonRow(Row):
    table: ClassVar[str] = "persons"

    id: UUID
    person_id: UUID
    subject_id: UUID


class ChangesProjection(NamesMunicipalities):
    name = "changes"
    version = 2
    rows = (NamedMunicipality, SubjectRow, PersonRow, ChangeRow)
    keyed_by_stream = SubjectRow
    shown = (Shown(ChangeRow),)
    poison = "halt"
    """What is set aside is told later than what came after it: those who had read past it would miss it."""

    @on(*_FOLDED)
    def _happened(self, recorded: Recorded, event: Any, rows: Rows) -> None:
        if isinstance(event, Municipality.Registered):
            self._municipality_registered(recorded, event, rows)
        elif isinstance(event, Municipality.Renamed):
            self._municipality_renamed(recorded, event, rows)
        elif isinstance(event, Municipality.OfficeTaken):
            _name(recorded, event.holder, rows)
        aggregate = recorded.type.split(".")[0]
        life = PUBLIC_CHANGES[aggregate]
        subject = _subject(recorded, event, rows)
        effect = life.effect(recorded.type, public=subject.public)
        if effect is not None:
            subject.public = effect is not Effect.DISAPPEARED
            about = (aggregate, recorded.stream_id)
            shown_in, kind = life.shown_in, kind_of(recorded.type)
            rows.add(_change(recorded, kind, effect, about, shown_in, subject.owner_terc, rows))

    @on(Meeting.AttendanceRecorded)
    def _attendance_recorded(
        self, recorded: Recorded, event: Meeting.AttendanceRecorded, rows: Rows
    ) -> None:
        _name(recorded, event.guest, rows)

    @on(Meeting.AttendanceWithdrawn)
    def _attendance_withdrawn(
        self, _recorded: Recorded, event: Meeting.AttendanceWithdrawn, rows: Rows
    ) -> None:
        rows.remove(PersonRow, event.guest_id)

    @on(PersonRecord.Forgotten)
    def _person_forgotten(
        self, recorded: Recorded, _event: PersonRecord.Forgotten, rows: Rows
    ) -> None:
        """Of whom nothing public told, nobody outside learns."""
        named = [row.subject_id for row in rows.each(PersonRow, "person_id", recorded.stream_id)]
        subjects = [rows.change(SubjectRow, subject_id) for subject_id in dict.fromkeys(named)]
        owners = {subject.owner_terc for subject in subjects if subject.public}
        if owners:
            owner = owners.pop() if len(owners) == 1 else None
            about, gone = (PERSON, recorded.stream_id), Effect.DISAPPEARED
            told = _change(recorded, PERSON_FORGOTTEN, gone, about, PERSONS_SHOWN_IN, owner, rows)
            rows.add(told)


def _name(recorded: Recorded, named: Guest | OfficeHolder, rows: Rows) -> None:
    """A subject names a person: for everyone, once it is public."""
    row = PersonRow(id=named.id, person_id=named.name.person_id, subject_id=recorded.stream_id)
    rows.add(row)


def _subject(recorded: Recorded, event: Any, rows: Rows) -> SubjectRow:
    if recorded.version == 1:
        owner = next(
            (
                told
                for name in ("host", "municipality", "terc")
                if (told := getattr(event, name, None))
            ),
            None,
        )
        subject = SubjectRow(id=recorded.stream_id, owner_terc=owner, public=False)
        rows.add(subject)
        return subject
    subject = rows.change(SubjectRow, recorded.stream_id)
    if recorded.type == "Initiative.LeadAppointed":
        subject.owner_terc = event.municipality
    return subject


def _change(
    recorded: Recorded,
    kind: str,
    effect: Effect,
    about: tuple[str, UUID],
    shown_in: str,
    owner: str | None,
    rows: Rows,
) -> ChangeRow:
    return ChangeRow(
        position=recorded.position,
        id=recorded.id,
        kind=kind,
        effect=effect,
        subject_type=about[0],
        subject_id=about[1],
        shown_in=shown_in,
        municipality_id=municipality_id(owner) if owner else None,
        municipality=named(rows, owner) if owner else None,
        owner_terc=owner,
        effective_on=recorded.effective_on,
        recorded_at=recorded.recorded_at,
    )
