"""Folds meetings into rows."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from domain.meetings import Guest, Meeting, MeetingSeries, MeetingState
from domain.municipalities import municipality_id
from domain.work import polish_day
from projections.log import Recorded
from projections.meetings import calendar
from projections.meetings.minutes import attended_by, rehash
from projections.meetings.rows import (
    ActionItemRow,
    AgendaItemRow,
    AnnotationRow,
    ApprovalRow,
    DecisionRow,
    GuestRow,
    InvitationRow,
    MeetingRow,
    OccurrenceRow,
    SectionRow,
    SeriesRow,
)
from projections.names import NamedMunicipality, NamesMunicipalities, Shown, named
from projections.order import inserted, renumber, without
from projections.personal import PersonalColumns
from projections.projection import on
from projections.rows import Rows
from projections.visible import CONSORTIUM, NETWORK, OWN, PUBLIC, Guarded

NEVER = date(9999, 12, 31)


def _after_publication(meeting: MeetingRow) -> str:
    """Until the minutes are published, what was said is the participants'."""
    return PUBLIC if meeting.visibility == PUBLIC else CONSORTIUM


_VISIBILITY: dict[type[Guarded], Callable[[MeetingRow, Any], str]] = {
    InvitationRow: lambda meeting, _: meeting.visibility,
    AgendaItemRow: lambda meeting, item: meeting.visibility if item.public else CONSORTIUM,
    GuestRow: lambda meeting, guest: (
        CONSORTIUM if guest.kind == "INVITED" else _after_publication(meeting)
    ),
    SectionRow: lambda meeting, section: (
        _after_publication(meeting) if section.public else CONSORTIUM
    ),
    DecisionRow: lambda meeting, _: _after_publication(meeting),
    ApprovalRow: lambda meeting, _: _after_publication(meeting),
    ActionItemRow: lambda meeting, _: _after_publication(meeting),
    AnnotationRow: lambda meeting, _: _after_publication(meeting),
}


class MeetingsProjection(NamesMunicipalities):
    name = "meetings"
    version = 2
    rows = (NamedMunicipality, MeetingRow, *_VISIBILITY, SeriesRow, OccurrenceRow)
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
        row = _changed(recorded, rows)
        row.title, row.description = event.plan.title, event.plan.description
        row.place, row.link = event.plan.place, event.plan.link

    @on(Meeting.Rescheduled)
    def _rescheduled(self, recorded: Recorded, event: Meeting.Rescheduled, rows: Rows) -> None:
        row = _changed(recorded, rows)
        row.starts_at, row.ends_at = event.starts_at, event.ends_at
        row.day = polish_day(event.starts_at)
        row.reason = event.reason or None
        row.state = "INVITED" if row.invited else "PLANNED"
        for municipality in row.invited:
            invitation = rows.change(InvitationRow, row.id, UUID(municipality["id"]))
            invitation.answer, invitation.note, invitation.answered_on = "NONE", "", None

    @on(Meeting.Postponed, Meeting.Cancelled)
    def _called_off(self, recorded: Recorded, event: Any, rows: Rows) -> None:
        row = _changed(recorded, rows)
        row.state = "POSTPONED" if isinstance(event, Meeting.Postponed) else "CANCELLED"
        row.reason = event.reason

    @on(Meeting.MunicipalityInvited)
    def _invited(self, recorded: Recorded, event: Meeting.MunicipalityInvited, rows: Rows) -> None:
        row = _changed(recorded, rows)
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
            **_guard(row, row.visibility),
        )
        rows.add(invitation)
        _reclassify(row, rows)

    @on(Meeting.PersonInvited)
    def _person_invited(self, recorded: Recorded, event: Meeting.PersonInvited, rows: Rows) -> None:
        row = _changed(recorded, rows)
        rows.add(_guest_row(row, event.guest, "INVITED", recorded.version, rows))

    @on(Meeting.InvitationAnswered)
    def _answered(self, recorded: Recorded, event: Meeting.InvitationAnswered, rows: Rows) -> None:
        _changed(recorded, rows)
        key = (recorded.stream_id, municipality_id(event.municipality))
        invitation = rows.change(InvitationRow, *key)
        invitation.answer, invitation.note = event.answer.value, event.note
        invitation.answered_on = recorded.effective_on

    @on(Meeting.AgendaItemAdded)
    def _agenda_item_added(
        self, recorded: Recorded, event: Meeting.AgendaItemAdded, rows: Rows
    ) -> None:
        row = _changed(recorded, rows)
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
            **_guard(row, row.visibility if event.item.public else CONSORTIUM),
        )
        rows.add(item)
        row.agenda_order = inserted(row.agenda_order, event.item_id, event.after)
        renumber(AgendaItemRow, row.agenda_order, rows)

    @on(Meeting.AgendaItemRewritten)
    def _agenda_item_rewritten(
        self, recorded: Recorded, event: Meeting.AgendaItemRewritten, rows: Rows
    ) -> None:
        row = _changed(recorded, rows)
        item = rows.change(AgendaItemRow, event.item_id)
        item.title, item.description = event.item.title, event.item.description
        item.public, item.minutes = event.item.public, event.item.minutes
        item.visibility = row.visibility if item.public else CONSORTIUM
        item.entry_version += 1

    @on(Meeting.AgendaItemMoved)
    def _agenda_item_moved(
        self, recorded: Recorded, event: Meeting.AgendaItemMoved, rows: Rows
    ) -> None:
        row = _changed(recorded, rows)
        others = without(row.agenda_order, event.item_id)
        row.agenda_order = inserted(others, event.item_id, event.after)
        renumber(AgendaItemRow, row.agenda_order, rows)

    @on(Meeting.AgendaItemRemoved)
    def _agenda_item_removed(
        self, recorded: Recorded, event: Meeting.AgendaItemRemoved, rows: Rows
    ) -> None:
        row = _changed(recorded, rows)
        row.agenda_order = without(row.agenda_order, event.item_id)
        rows.remove(AgendaItemRow, event.item_id)
        renumber(AgendaItemRow, row.agenda_order, rows)

    @on(Meeting.Held)
    def _held(self, recorded: Recorded, _event: Meeting.Held, rows: Rows) -> None:
        row = _changed(recorded, rows)
        row.state = "HELD"
        row.held_on = row.day = recorded.effective_on
        rehash(row, rows)

    @on(Meeting.AttendanceRecorded)
    def _attendance_recorded(
        self, recorded: Recorded, event: Meeting.AttendanceRecorded, rows: Rows
    ) -> None:
        row = _changed(recorded, rows)
        row.attendance_order = [*row.attendance_order, event.guest.id]
        rows.add(_guest_row(row, event.guest, "ATTENDED", len(row.attendance_order), rows))
        rehash(row, rows)
        if event.guest.municipality not in (None, *row.participants):
            _reclassify(row, rows)

    @on(Meeting.AttendanceWithdrawn)
    def _attendance_withdrawn(
        self, recorded: Recorded, event: Meeting.AttendanceWithdrawn, rows: Rows
    ) -> None:
        row = _changed(recorded, rows)
        row.attendance_order = without(row.attendance_order, event.guest_id)
        rows.remove(GuestRow, event.guest_id)
        renumber(GuestRow, row.attendance_order, rows)
        rehash(row, rows)
        _reclassify(row, rows)

    @on(Meeting.MinutesSectionAdded)
    def _section_added(
        self, recorded: Recorded, event: Meeting.MinutesSectionAdded, rows: Rows
    ) -> None:
        row = _changed(recorded, rows)
        section = SectionRow(
            id=event.section_id,
            meeting_id=row.id,
            place=0,
            heading=event.section.heading,
            body=event.section.body,
            body_html=event.section.body_html,
            public=event.section.public,
            agenda_item=event.section.agenda_item,
            entry_version=1,
            **_guard(row, CONSORTIUM),
        )
        rows.add(section)
        row.section_order = inserted(row.section_order, event.section_id, event.after)
        renumber(SectionRow, row.section_order, rows)
        rehash(row, rows)

    @on(Meeting.MinutesSectionRewritten)
    def _section_rewritten(
        self, recorded: Recorded, event: Meeting.MinutesSectionRewritten, rows: Rows
    ) -> None:
        row = _changed(recorded, rows)
        section = rows.change(SectionRow, event.section_id)
        section.heading, section.body = event.section.heading, event.section.body
        section.body_html, section.public = event.section.body_html, event.section.public
        section.agenda_item = event.section.agenda_item
        section.entry_version += 1
        rehash(row, rows)

    @on(Meeting.MinutesSectionRemoved)
    def _section_removed(
        self, recorded: Recorded, event: Meeting.MinutesSectionRemoved, rows: Rows
    ) -> None:
        row = _changed(recorded, rows)
        row.section_order = without(row.section_order, event.section_id)
        rows.remove(SectionRow, event.section_id)
        renumber(SectionRow, row.section_order, rows)
        rehash(row, rows)

    @on(Meeting.DecisionRecorded)
    def _decision_recorded(
        self, recorded: Recorded, event: Meeting.DecisionRecorded, rows: Rows
    ) -> None:
        row = _changed(recorded, rows)
        row.decision_order = [*row.decision_order, event.decision.id]
        decision = DecisionRow(
            id=event.decision.id,
            meeting_id=row.id,
            place=len(row.decision_order),
            text=event.decision.text,
            agenda_item=event.decision.agenda_item,
            entry_version=1,
            **_guard(row, CONSORTIUM),
        )
        rows.add(decision)
        rehash(row, rows)

    @on(Meeting.DecisionRewritten)
    def _decision_rewritten(
        self, recorded: Recorded, event: Meeting.DecisionRewritten, rows: Rows
    ) -> None:
        row = _changed(recorded, rows)
        decision = rows.change(DecisionRow, event.decision.id)
        decision.text = event.decision.text
        decision.agenda_item = event.decision.agenda_item
        decision.entry_version += 1
        rehash(row, rows)

    @on(Meeting.DecisionRemoved)
    def _decision_removed(
        self, recorded: Recorded, event: Meeting.DecisionRemoved, rows: Rows
    ) -> None:
        row = _changed(recorded, rows)
        row.decision_order = without(row.decision_order, event.decision_id)
        rows.remove(DecisionRow, event.decision_id)
        renumber(DecisionRow, row.decision_order, rows)
        rehash(row, rows)

    @on(Meeting.ApprovalGiven)
    def _approval_given(self, recorded: Recorded, event: Meeting.ApprovalGiven, rows: Rows) -> None:
        row = _changed(recorded, rows)
        key = (row.id, municipality_id(event.municipality))
        earlier = rows.find(ApprovalRow, *key)
        if earlier is not None:
            approval = rows.change(ApprovalRow, *key)
            approval.minutes_hash = event.minutes_hash
            approval.approved_at = recorded.recorded_at
            return
        approval = ApprovalRow(
            meeting_id=row.id,
            municipality_id=key[1],
            municipality=named(rows, event.municipality),
            minutes_hash=event.minutes_hash,
            approved_at=recorded.recorded_at,
            **_guard(row, CONSORTIUM),
        )
        rows.add(approval)

    @on(Meeting.MinutesApproved)
    def _minutes_approved(
        self, recorded: Recorded, _event: Meeting.MinutesApproved, rows: Rows
    ) -> None:
        row = _changed(recorded, rows)
        row.state = "MINUTES_APPROVED"
        row.approved_on = recorded.effective_on

    @on(Meeting.MinutesPublished)
    def _minutes_published(
        self, recorded: Recorded, _event: Meeting.MinutesPublished, rows: Rows
    ) -> None:
        row = _changed(recorded, rows)
        row.state = "MINUTES_PUBLISHED"
        row.published_on = recorded.effective_on
        row.visibility = PUBLIC
        _reclassify(row, rows)

    @on(Meeting.MinutesAnnotated)
    def _minutes_annotated(
        self, recorded: Recorded, event: Meeting.MinutesAnnotated, rows: Rows
    ) -> None:
        row = _changed(recorded, rows)
        annotation = AnnotationRow(
            meeting_id=row.id,
            version=recorded.version,
            note=event.note,
            recorded_at=recorded.recorded_at,
            **_guard(row, _after_publication(row)),
        )
        rows.add(annotation)

    @on(Meeting.ActionItemAssigned)
    def _action_item_assigned(
        self, recorded: Recorded, event: Meeting.ActionItemAssigned, rows: Rows
    ) -> None:
        row = _changed(recorded, rows)
        item = ActionItemRow(
            id=event.item.id,
            meeting_id=row.id,
            text=event.item.text,
            assignee_terc=event.item.owner,
            municipality_id=municipality_id(event.item.owner),
            municipality=named(rows, event.item.owner),
            due_on=event.item.due_on,
            due_order=event.item.due_on or NEVER,
            state=event.item.state.value,
            note=None,
            assigned_on=recorded.effective_on,
            closed_on=None,
            **_guard(row, _after_publication(row)),
        )
        rows.add(item)
        row.assignees = [*row.assignees, event.item.owner]
        if event.item.owner not in row.participants:
            _reclassify(row, rows)

    @on(Meeting.ActionItemDeferred)
    def _action_item_deferred(
        self, recorded: Recorded, event: Meeting.ActionItemDeferred, rows: Rows
    ) -> None:
        _changed(recorded, rows)
        item = rows.change(ActionItemRow, event.item_id)
        item.due_on, item.due_order = event.due_on, event.due_on or NEVER

    @on(Meeting.ActionItemDone)
    def _action_item_done(
        self, recorded: Recorded, event: Meeting.ActionItemDone, rows: Rows
    ) -> None:
        _changed(recorded, rows)
        _close(recorded, rows.change(ActionItemRow, event.item_id), "DONE", event.note)

    @on(Meeting.ActionItemDropped)
    def _action_item_dropped(
        self, recorded: Recorded, event: Meeting.ActionItemDropped, rows: Rows
    ) -> None:
        _changed(recorded, rows)
        _close(recorded, rows.change(ActionItemRow, event.item_id), "DROPPED", event.reason)

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


def _changed(recorded: Recorded, rows: Rows) -> MeetingRow:
    row = rows.change(MeetingRow, recorded.stream_id)
    row.version = recorded.version
    row.updated_at = recorded.recorded_at
    return row


def _guard(row: MeetingRow, visibility: str) -> dict[str, Any]:
    return {
        "owner_terc": row.owner_terc,
        "participants": row.participants,
        "visibility": visibility,
    }


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
        **_guard(row, CONSORTIUM),
    )


def _reclassify(row: MeetingRow, rows: Rows) -> None:
    """Who sees the meeting has changed, and with it who sees its parts."""
    invited = [municipality["terc"] for municipality in row.invited]
    attended = attended_by(row, rows)
    row.participants = list(dict.fromkeys([row.owner_terc, *invited, *attended, *row.assignees]))
    for part, visibility in _VISIBILITY.items():
        for each in rows.each(part, "meeting_id", row.id):
            each.participants, each.visibility = row.participants, visibility(row, each)


def _close(recorded: Recorded, item: ActionItemRow, state: str, note: str) -> None:
    item.state = state
    item.note = note or None
    item.closed_on = recorded.effective_on
