"""What stands in the minutes, and the hash of it that an executive approves."""

from typing import TypeVar
from uuid import UUID

from domain.meetings.minutes import Minutes, Present, Section, minutes_hash
from projections.meetings.rows import (
    AgendaItemRow,
    DecisionRow,
    GuestRow,
    MeetingRow,
    SectionRow,
)
from projections.rows import Rows

Listed = TypeVar("Listed", AgendaItemRow, SectionRow, DecisionRow, GuestRow)


def rehash(meeting: MeetingRow, rows: Rows) -> None:
    if meeting.held_on is None:
        return
    meeting.minutes_hash = minutes_hash(
        Minutes(
            host=meeting.owner_terc,
            title=meeting.title,
            place=meeting.place,
            held_on=meeting.held_on,
            attendance=[
                Present(guest.person_id, guest.office, _terc(guest))
                for guest in _listed(GuestRow, meeting.attendance_order, rows)
            ],
            sections=[
                Section(section.heading, section.body, section.public)
                for section in _listed(SectionRow, meeting.section_order, rows)
            ],
            decisions=[
                decision.text for decision in _listed(DecisionRow, meeting.decision_order, rows)
            ],
        )
    )


def inserted(order: list[UUID], entry_id: UUID, after: UUID | None) -> list[UUID]:
    """Behind an entry that was removed meanwhile means: at the end (as in `domain.ordered`)."""
    if after is None:
        return [entry_id, *order]
    at = order.index(after) + 1 if after in order else len(order)
    return [*order[:at], entry_id, *order[at:]]


def without(order: list[UUID], entry_id: UUID) -> list[UUID]:
    return [other for other in order if other != entry_id]


def renumber(row: type[Listed], order: list[UUID], rows: Rows) -> None:
    """Places from 1, without gaps."""
    rows.load(row, ((entry_id,) for entry_id in order))
    for place, entry_id in enumerate(order, start=1):
        if rows.read(row, entry_id).place != place:
            rows.change(row, entry_id).place = place


def attended_by(meeting: MeetingRow, rows: Rows) -> list[str]:
    guests = _listed(GuestRow, meeting.attendance_order, rows)
    return [terc for terc in map(_terc, guests) if terc is not None]


def _listed(row: type[Listed], order: list[UUID], rows: Rows) -> list[Listed]:
    rows.load(row, ((entry_id,) for entry_id in order))
    return [rows.read(row, entry_id) for entry_id in order]


def _terc(guest: GuestRow) -> str | None:
    return guest.municipality["terc"] if guest.municipality else None
