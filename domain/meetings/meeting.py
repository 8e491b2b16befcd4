"""Meeting (spotkanie): Planned → Invited → Held → MinutesApproved → MinutesPublished.

Before it is held it may also be postponed (and then moved to another day) or cancelled.
"""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from eventsourcing.domain import event

from domain.aggregate import Aggregate
from domain.errors import NotPermitted
from domain.meetings.outcome import OutcomePart
from domain.meetings.values import (
    ActionItem,
    AgendaItem,
    Answer,
    Decision,
    Guest,
    MeetingNotFound,
    MeetingState,
    MinutesSection,
    NotYetHeld,
    Plan,
)
from domain.ordered import EntryNotFound, Ordered
from domain.visibility import Level
from domain.work import Work

State = MeetingState

AHEAD = (State.PLANNED, State.INVITED, State.POSTPONED)


class Meeting(OutcomePart, Aggregate):
    class Planned(Aggregate.Created):
        host: str
        plan: Plan
        series_id: UUID | None = None
        recurrence_id: datetime | None = None

    class Replanned(Aggregate.Event):
        """What it is about, or where; when it is stays as it was."""

        plan: Plan

    class Rescheduled(Aggregate.Event):
        """Answers to the invitation were for the time before, and are asked for anew."""

        starts_at: datetime
        ends_at: datetime
        reason: str

    class Postponed(Aggregate.Event):
        reason: str

    class Cancelled(Aggregate.Event):
        reason: str

    class MunicipalityInvited(Aggregate.Event):
        municipality: str

    class PersonInvited(Aggregate.Event):
        guest: Guest

    class InvitationAnswered(Aggregate.Event):
        municipality: str
        answer: Answer
        note: str

    class AgendaItemAdded(Aggregate.Event):
        item_id: UUID
        item: AgendaItem
        municipality: str
        after: UUID | None

    class AgendaItemRewritten(Aggregate.Event):
        item_id: UUID
        item: AgendaItem

    class AgendaItemMoved(Aggregate.Event):
        item_id: UUID
        after: UUID | None

    class AgendaItemRemoved(Aggregate.Event):
        item_id: UUID

    class Held(Aggregate.Event):
        pass

    class AttendanceRecorded(Aggregate.Event):
        guest: Guest

    class AttendanceWithdrawn(Aggregate.Event):
        """It was recorded by mistake."""

        guest_id: UUID
        reason: str

    def __init__(
        self, *, host: str, plan: Plan, series_id: UUID | None, recurrence_id: datetime | None
    ) -> None:
        self.host = host
        self.plan = plan
        self.series_id = series_id
        self.recurrence_id = recurrence_id
        self.state = State.PLANNED
        self.invited: dict[str, Answer] = {}
        self.guests: dict[UUID, Guest] = {}
        self.agenda: Ordered[AgendaItem] = Ordered()
        self.added_by: dict[UUID, str] = {}
        self.held_on = date.min
        self.attendance: dict[UUID, Guest] = {}
        self.sections: Ordered[MinutesSection] = Ordered()
        self.decisions: Ordered[Decision] = Ordered()
        self.approvals: dict[str, str] = {}
        self.actions: dict[UUID, ActionItem] = {}

    @property
    def owner(self) -> str:
        return self.host

    @property
    def level(self) -> Level:
        return (
            Level.PUBLIC
            if self.state is State.MINUTES_PUBLISHED
            else Level.NETWORK
            if self.invited
            else Level.OWN
        )

    @property
    def participants(self) -> frozenset[str]:
        """To them what isn't public of it is shown too."""
        owners = (item.owner for item in self.actions.values())
        return frozenset({self.host, *self.invited, *self.attended_by, *owners})

    # Ahead of the meeting

    def replan(self, plan: Plan, work: Work) -> None:
        self._require(*AHEAD)
        if plan != self.plan:
            self.record(Meeting.Replanned, work.at, work.today, plan=plan)

    def reschedule(self, starts_at: datetime, ends_at: datetime, reason: str, work: Work) -> None:
        self._require(*AHEAD)
        times = (starts_at, ends_at)
        if self.state is State.POSTPONED or times != (self.plan.starts_at, self.plan.ends_at):
            facts = {"starts_at": starts_at, "ends_at": ends_at, "reason": reason}
            self.record(Meeting.Rescheduled, work.at, work.today, **facts)

    def postpone(self, reason: str, work: Work) -> None:
        self._require(*AHEAD)
        if self.state is not State.POSTPONED:
            self.record(Meeting.Postponed, work.at, work.today, reason=reason)

    def cancel(self, reason: str, work: Work) -> None:
        self._require(*AHEAD, State.CANCELLED)
        if self.state is not State.CANCELLED:
            self.record(Meeting.Cancelled, work.at, work.today, reason=reason)

    def invite(self, municipality: str, on: date, work: Work) -> None:
        self._require(State.PLANNED, State.INVITED)
        if municipality != self.host and municipality not in self.invited:
            self.record(Meeting.MunicipalityInvited, work.at, on, municipality=municipality)

    def invite_person(self, guest: Guest, work: Work) -> None:
        self._require(State.PLANNED, State.INVITED)
        if guest.id not in self.guests:
            self.record(Meeting.PersonInvited, work.at, work.today, guest=guest)

    def answer(self, municipality: str, answer: Answer, note: str, work: Work) -> None:
        self._require(State.INVITED)
        if municipality not in self.invited:
            raise NotPermitted
        if self.invited[municipality] is not answer:
            facts = {"municipality": municipality, "answer": answer, "note": note}
            self.record(Meeting.InvitationAnswered, work.at, work.today, **facts)

    # Agenda

    def add_to_agenda(
        self, item_id: UUID, item: AgendaItem, municipality: str, after: UUID | None, work: Work
    ) -> None:
        self._require(*AHEAD)
        if item_id not in self.agenda:
            facts = {"item_id": item_id, "item": item, "municipality": municipality, "after": after}
            self.record(Meeting.AgendaItemAdded, work.at, work.today, **facts)

    def rewrite_agenda_item(
        self, item_id: UUID, item: AgendaItem, municipality: str, expected: int | None, work: Work
    ) -> None:
        self._require_agenda_of(municipality, item_id)
        if self.agenda.get(item_id, expected).value != item:
            self.record(
                Meeting.AgendaItemRewritten, work.at, work.today, item_id=item_id, item=item
            )

    def move_agenda_item(self, item_id: UUID, after: UUID | None, work: Work) -> None:
        self._require(*AHEAD)
        self.agenda.get(item_id)
        if after is not None:
            self.agenda.get(after)
        if after != item_id and not self.agenda.is_behind(item_id, after):
            self.record(Meeting.AgendaItemMoved, work.at, work.today, item_id=item_id, after=after)

    def remove_agenda_item(
        self, item_id: UUID, municipality: str, expected: int | None, work: Work
    ) -> None:
        self._require_agenda_of(municipality, item_id)
        self.agenda.get(item_id, expected)
        self.record(Meeting.AgendaItemRemoved, work.at, work.today, item_id=item_id)

    # Afterwards

    def hold(self, on: date, attendance: list[Guest], work: Work) -> None:
        """`attendance` is who came: invited is not attended."""
        self._require(State.INVITED, State.HELD)
        if on > work.today:
            raise NotYetHeld(on=on)
        if self.state is State.INVITED:
            self.record(Meeting.Held, work.at, on)
            for guest in attendance:
                self.record(Meeting.AttendanceRecorded, work.at, on, guest=guest)

    def record_attendance(self, guest: Guest, work: Work) -> None:
        self._require(State.HELD)
        if guest.id not in self.attendance:
            self.record(Meeting.AttendanceRecorded, work.at, self.held_on, guest=guest)

    def withdraw_attendance(self, guest_id: UUID, reason: str, work: Work) -> None:
        self._require(State.HELD)
        if guest_id not in self.attendance:
            raise EntryNotFound
        facts = {"guest_id": guest_id, "reason": reason}
        self.record(Meeting.AttendanceWithdrawn, work.at, work.today, **facts)

    def _require_agenda_of(self, municipality: str, item_id: UUID) -> None:
        """The host keeps the whole agenda, the others what they put on it."""
        self._require(*AHEAD)
        self.agenda.get(item_id)
        if municipality not in (self.host, self.added_by[item_id]):
            raise NotPermitted

    @event(Replanned)
    def _replanned(self, plan: Plan) -> None:
        self.plan = plan

    @event(Rescheduled)
    def _rescheduled(self, starts_at: datetime, ends_at: datetime) -> None:
        self.plan = replace(self.plan, starts_at=starts_at, ends_at=ends_at)
        self.invited = dict.fromkeys(self.invited, Answer.NONE)
        self.state = State.INVITED if self.invited else State.PLANNED

    @event(Postponed)
    def _postponed(self) -> None:
        self.state = State.POSTPONED

    @event(Cancelled)
    def _cancelled(self) -> None:
        self.state = State.CANCELLED

    @event(MunicipalityInvited)
    def _municipality_invited(self, municipality: str) -> None:
        self.invited[municipality] = Answer.NONE
        self.state = State.INVITED

    @event(PersonInvited)
    def _person_invited(self, guest: Guest) -> None:
        self.guests[guest.id] = guest

    @event(InvitationAnswered)
    def _invitation_answered(self, municipality: str, answer: Answer) -> None:
        self.invited[municipality] = answer

    @event(AgendaItemAdded)
    def _agenda_item_added(
        self, item_id: UUID, item: AgendaItem, municipality: str, after: UUID | None
    ) -> None:
        self.agenda.insert(item_id, item, after)
        self.added_by[item_id] = municipality

    @event(AgendaItemRewritten)
    def _agenda_item_rewritten(self, item_id: UUID, item: AgendaItem) -> None:
        self.agenda.rewrite(item_id, item)

    @event(AgendaItemMoved)
    def _agenda_item_moved(self, item_id: UUID, after: UUID | None) -> None:
        self.agenda.move(item_id, after)

    @event(AgendaItemRemoved)
    def _agenda_item_removed(self, item_id: UUID) -> None:
        self.agenda.remove(item_id)

    @event(Held)
    def _held(self, effective_on: date) -> None:
        self.state = State.HELD
        self.held_on = effective_on

    @event(AttendanceRecorded)
    def _attendance_recorded(self, guest: Guest) -> None:
        self.attendance[guest.id] = guest

    @event(AttendanceWithdrawn)
    def _attendance_withdrawn(self, guest_id: UUID) -> None:
        del self.attendance[guest_id]


def meeting_to_change(work: Work, meeting_id: UUID, expected: int | None = None) -> Meeting:
    """Raises MeetingNotFound, NotPermitted, StaleVersion."""
    found = work.load(Meeting, meeting_id, expected)
    if found is None:
        raise MeetingNotFound
    return found
