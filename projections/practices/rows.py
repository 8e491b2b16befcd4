"""The rows of practices; their columns are told in `practices.sql`."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from projections.order import Placed
from projections.visible import Guarded


class PracticeRow(Guarded):
    table: ClassVar[str] = "practices"
    names_stream: ClassVar[bool] = True

    id: UUID
    municipality_id: UUID
    municipality: dict[str, Any]
    state: str
    title: str
    summary: str
    problem: str
    problem_html: str
    solution: str
    solution_html: str
    success: str
    success_html: str
    difficulties: str
    difficulties_html: str
    transfer: str
    transfer_html: str
    institution: str
    place: str
    started_on: date | None
    ended_on: date | None
    cost: int | None
    people: int | None
    tags: list[str]
    evidence: list[dict[str, Any]]
    contact_unit: str
    remarks: str | None
    validator_id: UUID | None
    validated_by: dict[str, Any] | None
    published_on: date | None
    archive_reason: str | None
    version: int
    updated_at: datetime
    updated_on: date


class ContactRow(Guarded):
    table: ClassVar[str] = "contacts"
    key: ClassVar[tuple[str, ...]] = ("practice_id",)

    practice_id: UUID
    person_id: UUID
    contact: str | None


class VersionRow(Guarded):
    table: ClassVar[str] = "versions"
    key: ClassVar[tuple[str, ...]] = ("practice_id", "version")

    practice_id: UUID
    version: int
    kind: str
    recorded_at: datetime
    on_behalf_of: str | None
    reason: str | None
    title: str
    summary: str


class AdoptionRow(Guarded):
    table: ClassVar[str] = "adoptions"

    id: UUID
    subject: str
    subject_id: UUID
    municipality_id: UUID
    municipality: dict[str, Any]
    state: str
    note: str
    outcome: str | None
    learned: str | None
    interested_on: date
    implemented_on: date | None
    version: int
    updated_at: datetime


class ExperienceRow(Guarded):
    table: ClassVar[str] = "experience"
    key: ClassVar[tuple[str, ...]] = ("subject_id", "municipality_id")

    subject_id: UUID
    municipality_id: UUID
    municipality: dict[str, Any]
    subject: str
    kind: str
    title: str
    tags: list[str]
    since: date


class SolutionRow(Guarded):
    table: ClassVar[str] = "solutions"
    names_stream: ClassVar[bool] = True

    id: UUID
    municipality_id: UUID
    municipality: dict[str, Any]
    authors: list[dict[str, Any]]
    invited: list[dict[str, Any]]
    state: str
    title: str
    summary: str
    tags: list[str]
    number: int
    released_on: date | None
    section_order: list[UUID]
    version: int
    updated_at: datetime
    updated_on: date


class SectionRow(Placed):
    table: ClassVar[str] = "sections"

    solution_id: UUID
    heading: str
    body: str
    body_html: str
    entry_version: int
    written_by: str


class ReleaseRow(Guarded):
    table: ClassVar[str] = "releases"
    key: ClassVar[tuple[str, ...]] = ("solution_id", "number")

    solution_id: UUID
    number: int
    released_on: date
    notes: str
    sections: list[dict[str, Any]]
    authors: list[dict[str, Any]]
