"""What stands in the minutes, and the hash of it that an executive approves."""

from domain.meetings.minutes import Minutes, Present, Section, minutes_hash
from projections.meetings.rows import DecisionRow, GuestRow, MeetingRow, SectionRow
from projections.order import listed
from projections.rows import Rows


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
                for guest in listed(GuestRow, meeting.attendance_order, rows)
            ],
            sections=[
                Section(section.heading, section.body, section.public)
                for section in listed(SectionRow, meeting.section_order, rows)
            ],
            decisions=[
                decision.text for decision in listed(DecisionRow, meeting.decision_order, rows)
            ],
        )
    )


def attended_by(meeting: MeetingRow, rows: Rows) -> list[str]:
    guests = listed(GuestRow, meeting.attendance_order, rows)
    return [terc for terc in map(_terc, guests) if terc is not None]


def _terc(guest: GuestRow) -> str | None:
    return guest.municipality["terc"] if guest.municipality else None
