"""Folds meetings into rows: how they are prepared, who came; the rest is `OutcomeFolds`."""

from typing import Any
from uuid import UUID

from domain.meetings import Guest, Meeting, MeetingSeries, MeetingState
from domain.municipalities import municipality_id
from domain.work import polish_day
from projections.log import Recorded
from projections.meetings import calendar
from projections.meetings.minutes import rehash
from projections.meetings.outcome import OutcomeFolds
from projections.meetings.parts import VISIBILITY, changed, guard, reclassify
from projections.meetings.rows import (
    ActionItemRow,
    AgendaItemRow,
    ApprovalRow,
    GuestRow,
    InvitationRow,
    MeetingRow,
    OccurrenceRow,
    SeriesRow,
)
from projections.names import NamedMunicipality, NamesMunicipalities, Shown, named
from projections.order import inserted, renumber, without
from projections.personal import PersonalColumns
from projections.projection import on
from projections.rows import Rows
from projections.visible import CONSORTIUM, NETWORK, OWN


class MeetingsProjection(OutcomeFolds, NamesMunicipalities):
    name = "meetings"
    version = 2
    rows = (NamedMunicipality, MeetingRow, *VISIBILITY, SeriesRow, OccurrenceRow)
    keyed_by_stream = MeetingRow
    personal = (PersonalColumns(GuestRow, "person_id", ("name",)),)
    shown = (
        Shown(MeetingRow, "host"),
        Shown(MeetingRow, "invited"),
        Shown(InvitationRow),
        Shown(GuestRow),
        Shown(AgendaItemRow),
        Shown(ApprovalRow),
        Shown(ActionItemRow),
        Shown(SeriesRow, "host"),
    )

    @on(Meeting.Planned)
    def _planned(self, recorded: Recorded, event: Meeting.Planned, rows: Rows) -> None:
        rows.add(
            MeetingRow(
                id=recorded.stream_id,
                host_id=municipality_id(event.host),
                host=named(rows, event.host),
                state=MeetingState.PLANNED.value,
                title=event.plan.title,
                description=event.plan.description,
                place=event.plan.place,
                link=event.plan.link,
                starts_at=event.plan.starts_at,
                ends_at=event.plan.ends_at,
                held_on=None,
                day=event.plan.day,
                series_id=event.series_id,
                recurrence_id=event.recurrence_id,
                invited=[],
                assignees=[],
                reason=None,
                agenda_order=[],
                section_order=[],
                decision_order=[],
                attendance_order=[],
                minutes_hash=None,
                approved_on=None,
                published_on=None,
                version=recorded.version,
                updated_at=recorded.recorded_at,
                owner_terc=event.host,
                participants=[event.host],
                visibility=OWN,
            )
        )

    @on(Meeting.Replanned)
    def _replanned(self, recorded: Recorded, event: Meeting.Replanned, rows: Rows) -> None:
        row = changed(recorded, rows)
        row.title, row.description = event.plan.title, event.plan.description
        row.place, row.link = event.plan.place, event.plan.link

    @on(Meeting.Rescheduled)
    def _rescheduled(self, recorded: Recorded, event: Meeting.Rescheduled, rows: Rows) -> None:
        row = changed(recorded, rows)
        row.starts_at, row.ends_at = event.starts_at, event.ends_at
        row.day = polish_day(event.starts_at)
        row.reason = event.reason or None
        row.state = "INVITED" if row.invited else "PLANNED"
        for municipality in row.invited:
            invitation = rows.change(InvitationRow, row.id, UUID(municipality["id"]))
            invitation.answer, invitation.note, invitation.answered_on = "NONE", "", None

    @on(Meeting.Postponed, Meeting.Cancelled)
    def _called_off(self, recorded: Recorded, event: Any, rows: Rows) -> None:
        row = changed(recorded, rows)
        row.state = "POSTPONED" if isinstance(event, Meeting.Postponed) else "CANCELLED"
        row.reason = event.reason

    @on(Meeting.MunicipalityInvited)
    def _invited(self, recorded: Recorded, event: Meeting.MunicipalityInvited, rows: Rows) -> None:
        row = changed(recorded, rows)
        municipality = named(rows, event.municipality)
        row.state = "INVITED"
        row.visibility = NETWORK
        row.invited = [*row.invited, municipality]
        invitation = InvitationRow(
            meeting_id=row.id,
            municipality_id=municipality_id(event.municipality),
            municipality=municipality,
            answer="NONE",
            note="",
            answered_on=None,
            **guard(row, row.visibility),
        )
        rows.add(invitation)
        reclassify(row, rows)

    @on(Meeting.PersonInvited)
    def _person_invited(self, recorded: Recorded, event: Meeting.PersonInvited, rows: Rows) -> None:
        row = changed(recorded, rows)
        rows.add(_guest_row(row, event.guest, "INVITED", recorded.version, rows))

    @on(Meeting.InvitationAnswered)
    def _answered(self, recorded: Recorded, event: Meeting.InvitationAnswered, rows: Rows) -> None:
        changed(recorded, rows)
        key = (recorded.stream_id, municipality_id(event.municipality))
        invitation = rows.change(InvitationRow, *key)
        invitation.answer, invitation.note = event.answer.value, event.note
        invitation.answered_on = recorded.effective_on

    @on(Meeting.AgendaItemAdded)
    def _agenda_item_added(
        self, recorded: Recorded, event: Meeting.AgendaItemAdded, rows: Rows
    ) -> None:
        row = changed(recorded, rows)
        item = AgendaItemRow(
            id=event.item_id,
            meeting_id=row.id,
            place=0,
            title=event.item.title,
            description=event.item.description,
            public=event.item.public,
            minutes=event.item.minutes,
            entry_version=1,
            municipality_id=municipality_id(event.municipality),
            municipality=named(rows, event.municipality),
            **guard(row, row.visibility if event.item.public else CONSORTIUM),
        )
        rows.add(item)
        row.agenda_order = inserted(row.agenda_order, event.item_id, event.after)
        renumber(AgendaItemRow, row.agenda_order, rows)

    @on(Meeting.AgendaItemRewritten)
    def _agenda_item_rewritten(
        self, recorded: Recorded, event: Meeting.AgendaItemRewritten, rows: Rows
    ) -> None:
        row = changed(recorded, rows)
        item = rows.change(AgendaItemRow, event.item_id)
        item.title, item.description = event.item.title, event.item.description
        item.public, item.minutes = event.item.public, event.item.minutes
        item.visibility = row.visibility if item.public else CONSORTIUM
        item.entry_version += 1

    @on(Meeting.AgendaItemMoved)
    def _agenda_item_moved(
        self, recorded: Recorded, event: Meeting.AgendaItemMoved, rows: Rows
    ) -> None:
        row = changed(recorded, rows)
        others = without(row.agenda_order, event.item_id)
        row.agenda_order = inserted(others, event.item_id, event.after)
        renumber(AgendaItemRow, row.agenda_order, rows)

    @on(Meeting.AgendaItemRemoved)
    def _agenda_item_removed(
        self, recorded: Recorded, event: Meeting.AgendaItemRemoved, rows: Rows
    ) -> None:
        row = changed(recorded, rows)
        row.agenda_order = without(row.agenda_order, event.item_id)
        rows.remove(AgendaItemRow, event.item_id)
        renumber(AgendaItemRow, row.agenda_order, rows)

    @on(Meeting.Held)
    def _held(self, recorded: Recorded, _event: Meeting.Held, rows: Rows) -> None:
        row = changed(recorded, rows)
        row.state = "HELD"
        row.held_on = row.day = recorded.effective_on
        rehash(row, rows)

    @on(Meeting.AttendanceRecorded)
    def _attendance_recorded(
        self, recorded: Recorded, event: Meeting.AttendanceRecorded, rows: Rows
    ) -> None:
        row = changed(recorded, rows)
        row.attendance_order = [*row.attendance_order, event.guest.id]
        rows.add(_guest_row(row, event.guest, "ATTENDED", len(row.attendance_order), rows))
        rehash(row, rows)
        if event.guest.municipality not in (None, *row.participants):
            reclassify(row, rows)

    @on(Meeting.AttendanceWithdrawn)
    def _attendance_withdrawn(
        self, recorded: Recorded, event: Meeting.AttendanceWithdrawn, rows: Rows
    ) -> None:
        row = changed(recorded, rows)
        row.attendance_order = without(row.attendance_order, event.guest_id)
        rows.remove(GuestRow, event.guest_id)
        renumber(GuestRow, row.attendance_order, rows)
        rehash(row, rows)
        reclassify(row, rows)

    @on(MeetingSeries.Started)
    def _series_started(self, recorded: Recorded, event: MeetingSeries.Started, rows: Rows) -> None:
        calendar.started(recorded, event, rows)

    @on(MeetingSeries.OccurrenceExcluded)
    def _occurrence_excluded(self, recorded: Recorded, event: Any, rows: Rows) -> None:
        calendar.excluded(recorded, event, rows)

    @on(MeetingSeries.OccurrenceMoved)
    def _occurrence_moved(self, recorded: Recorded, event: Any, rows: Rows) -> None:
        calendar.moved(recorded, event, rows)

    @on(MeetingSeries.Ended)
    def _series_ended(self, recorded: Recorded, event: MeetingSeries.Ended, rows: Rows) -> None:
        calendar.ended(recorded, event, rows)


def _guest_row(row: MeetingRow, guest: Guest, kind: str, place: int, rows: Rows) -> GuestRow:
    terc = guest.municipality
    return GuestRow(
        id=guest.id,
        meeting_id=row.id,
        kind=kind,
        place=place,
        person_id=guest.name.person_id,
        name=guest.name.clear,
        office=guest.office,
        municipality_id=municipality_id(terc) if terc else None,
        municipality=named(rows, terc) if terc else None,
        **guard(row, CONSORTIUM),
    )
