"""The rows of meetings; their columns are told in `meetings.sql`."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from projections.order import Placed
from projections.visible import Guarded


class MeetingRow(Guarded):
    table: ClassVar[str] = "meetings"

    id: UUID
    host_id: UUID
    host: dict[str, Any]
    state: str
    title: str
    description: str
    place: str
    link: str | None
    starts_at: datetime
    ends_at: datetime
    held_on: date | None
    day: date
    series_id: UUID | None
    recurrence_id: datetime | None
    invited: list[dict[str, Any]]
    assignees: list[str]
    reason: str | None
    agenda_order: list[UUID]
    section_order: list[UUID]
    decision_order: list[UUID]
    attendance_order: list[UUID]
    minutes_hash: str | None
    approved_on: date | None
    published_on: date | None
    version: int
    updated_at: datetime


class InvitationRow(Guarded):
    table: ClassVar[str] = "invitations"
    key: ClassVar[tuple[str, ...]] = ("meeting_id", "municipality_id")

    meeting_id: UUID
    municipality_id: UUID
    municipality: dict[str, Any]
    answer: str
    note: str
    answered_on: date | None


class GuestRow(Placed):
    table: ClassVar[str] = "guests"

    meeting_id: UUID
    kind: str
    person_id: UUID
    name: str | None
    office: str
    municipality_id: UUID | None
    municipality: dict[str, Any] | None


class AgendaItemRow(Placed):
    table: ClassVar[str] = "agenda_items"

    meeting_id: UUID
    title: str
    description: str
    public: bool
    minutes: int | None
    entry_version: int
    municipality_id: UUID
    municipality: dict[str, Any]


class SectionRow(Placed):
    table: ClassVar[str] = "sections"

    meeting_id: UUID
    heading: str
    body: str
    body_html: str
    public: bool
    agenda_item: UUID | None
    entry_version: int


class DecisionRow(Placed):
    table: ClassVar[str] = "decisions"

    meeting_id: UUID
    text: str
    agenda_item: UUID | None
    entry_version: int


class ApprovalRow(Guarded):
    table: ClassVar[str] = "approvals"
    key: ClassVar[tuple[str, ...]] = ("meeting_id", "municipality_id")

    meeting_id: UUID
    municipality_id: UUID
    municipality: dict[str, Any]
    minutes_hash: str
    approved_at: datetime


class ActionItemRow(Guarded):
    table: ClassVar[str] = "action_items"

    id: UUID
    meeting_id: UUID
    text: str
    assignee_terc: str
    municipality_id: UUID
    municipality: dict[str, Any]
    due_on: date | None
    due_order: date
    state: str
    note: str | None
    assigned_on: date
    closed_on: date | None


class AnnotationRow(Guarded):
    table: ClassVar[str] = "annotations"
    key: ClassVar[tuple[str, ...]] = ("meeting_id", "version")

    meeting_id: UUID
    version: int
    note: str
    recorded_at: datetime


class SeriesRow(Guarded):
    table: ClassVar[str] = "series"

    id: UUID
    host_id: UUID
    host: dict[str, Any]
    title: str
    place: str
    starts_at: datetime
    minutes: int
    rule: str
    excluded: list[datetime]
    overrides: list[dict[str, Any]]
    last_on: date | None
    version: int


class OccurrenceRow(Guarded):
    table: ClassVar[str] = "occurrences"
    key: ClassVar[tuple[str, ...]] = ("series_id", "recurrence_id")

    series_id: UUID
    recurrence_id: datetime
    starts_at: datetime
    ends_at: datetime
    place: str
