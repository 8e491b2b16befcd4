"""Meeting (spotkanie): Planned → Invited → Held → MinutesApproved → MinutesPublished.

Before it is held it may also be postponed (and then moved to another day) or cancelled.
"""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from eventsourcing.domain import event

from domain.aggregate import Aggregate
from domain.errors import NotPermitted
from domain.meetings.minutes import Minutes, Present, Section, minutes_hash
from domain.meetings.values import (
    ActionItem,
    ActionItemClosed,
    ActionState,
    AgendaItem,
    Answer,
    Decision,
    Guest,
    MeetingNotFound,
    MeetingState,
    MeetingStateForbids,
    MinutesChanged,
    MinutesEmpty,
    MinutesSection,
    NotAnAttendee,
    NotYetHeld,
    Plan,
)
from domain.ordered import EntryNotFound, Ordered
from domain.visibility import Level
from domain.work import Work

State = MeetingState

AHEAD = (State.PLANNED, State.INVITED, State.POSTPONED)
AFTERWARDS = (State.HELD, State.MINUTES_APPROVED, State.MINUTES_PUBLISHED)


class Meeting(Aggregate):
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

    class MinutesSectionAdded(Aggregate.Event):
        section_id: UUID
        section: MinutesSection
        after: UUID | None

    class MinutesSectionRewritten(Aggregate.Event):
        section_id: UUID
        section: MinutesSection

    class MinutesSectionRemoved(Aggregate.Event):
        section_id: UUID

    class DecisionRecorded(Aggregate.Event):
        decision: Decision

    class DecisionRewritten(Aggregate.Event):
        decision: Decision

    class DecisionRemoved(Aggregate.Event):
        decision_id: UUID

    class ApprovalGiven(Aggregate.Event):
        municipality: str
        minutes_hash: str

    class MinutesApproved(Aggregate.Event):
        """Every municipality that attended has approved the text with this hash."""

        minutes_hash: str

    class MinutesPublished(Aggregate.Event):
        pass

    class MinutesAnnotated(Aggregate.Event):
        """A mistake found after the approval: the approved text stays, this stands beside it."""

        note: str

    class ActionItemAssigned(Aggregate.Event):
        item: ActionItem

    class ActionItemDeferred(Aggregate.Event):
        item_id: UUID
        due_on: date | None
        reason: str

    class ActionItemDone(Aggregate.Event):
        item_id: UUID
        note: str

    class ActionItemDropped(Aggregate.Event):
        item_id: UUID
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
    def attended_by(self) -> set[str]:
        return {guest.municipality for guest in self.attendance.values() if guest.municipality}

    @property
    def participants(self) -> frozenset[str]:
        """To them what isn't public of it is shown too."""
        owners = (item.owner for item in self.actions.values())
        return frozenset({self.host, *self.invited, *self.attended_by, *owners})

    @property
    def minutes_hash(self) -> str:
        return minutes_hash(
            Minutes(
                host=self.host,
                title=self.plan.title,
                place=self.plan.place,
                held_on=self.held_on,
                attendance=[
                    Present(guest.name.person_id, guest.office, guest.municipality)
                    for guest in self.attendance.values()
                ],
                sections=[
                    Section(entry.value.heading, entry.value.body, entry.value.public)
                    for entry in self.sections
                ],
                decisions=[entry.value.text for entry in self.decisions],
            )
        )

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

    def add_section(
        self,
        section_id: UUID,
        section: MinutesSection,
        municipality: str,
        after: UUID | None,
        work: Work,
    ) -> None:
        self._require_minutes_of(municipality)
        if section_id not in self.sections:
            facts = {"section_id": section_id, "section": section, "after": after}
            self.record(Meeting.MinutesSectionAdded, work.at, self.held_on, **facts)

    def rewrite_section(
        self,
        section_id: UUID,
        section: MinutesSection,
        municipality: str,
        expected: int | None,
        work: Work,
    ) -> None:
        self._require_minutes_of(municipality)
        if self.sections.get(section_id, expected).value != section:
            facts = {"section_id": section_id, "section": section}
            self.record(Meeting.MinutesSectionRewritten, work.at, self.held_on, **facts)

    def remove_section(
        self, section_id: UUID, municipality: str, expected: int | None, work: Work
    ) -> None:
        self._require_minutes_of(municipality)
        self.sections.get(section_id, expected)
        self.record(Meeting.MinutesSectionRemoved, work.at, work.today, section_id=section_id)

    def record_decision(self, decision: Decision, work: Work) -> None:
        self._require(State.HELD)
        if decision.id not in self.decisions:
            self.record(Meeting.DecisionRecorded, work.at, self.held_on, decision=decision)

    def rewrite_decision(self, decision: Decision, expected: int | None, work: Work) -> None:
        self._require(State.HELD)
        if self.decisions.get(decision.id, expected).value != decision:
            self.record(Meeting.DecisionRewritten, work.at, self.held_on, decision=decision)

    def remove_decision(self, decision_id: UUID, expected: int | None, work: Work) -> None:
        self._require(State.HELD)
        self.decisions.get(decision_id, expected)
        self.record(Meeting.DecisionRemoved, work.at, work.today, decision_id=decision_id)

    def approve(self, municipality: str, seen: str, work: Work) -> None:
        """`seen` is the hash of the text that the executive read. The last approval approves it all."""
        self._require(*AFTERWARDS)
        if municipality not in self.attended_by:
            raise NotAnAttendee
        if seen != self.minutes_hash:
            raise MinutesChanged
        if self.state is not State.HELD:
            return
        if not len(self.sections):
            raise MinutesEmpty
        if self.approvals.get(municipality) != seen:
            facts = {"municipality": municipality, "minutes_hash": seen}
            self.record(Meeting.ApprovalGiven, work.at, work.today, **facts)
        if all(self.approvals.get(other) == seen for other in self.attended_by):
            self.record(Meeting.MinutesApproved, work.at, work.today, minutes_hash=seen)

    def publish_minutes(self, work: Work) -> None:
        self._require(State.MINUTES_APPROVED, State.MINUTES_PUBLISHED)
        if self.state is State.MINUTES_APPROVED:
            self.record(Meeting.MinutesPublished, work.at, work.today)

    def annotate_minutes(self, note: str, work: Work) -> None:
        self._require(State.MINUTES_APPROVED, State.MINUTES_PUBLISHED)
        self.record(Meeting.MinutesAnnotated, work.at, work.today, note=note)

    # Action items

    def assign(self, item: ActionItem, work: Work) -> None:
        self._require(*AFTERWARDS)
        if item.id not in self.actions:
            self.record(Meeting.ActionItemAssigned, work.at, work.today, item=item)

    def defer(
        self, item_id: UUID, due_on: date | None, reason: str, municipality: str, work: Work
    ) -> None:
        item = self._action(item_id, municipality)
        if item.state is not ActionState.OPEN:
            raise ActionItemClosed(state=item.state.value)
        if item.due_on != due_on:
            facts = {"item_id": item_id, "due_on": due_on, "reason": reason}
            self.record(Meeting.ActionItemDeferred, work.at, work.today, **facts)

    def finish(self, item_id: UUID, note: str, municipality: str, on: date, work: Work) -> None:
        if self._may_close(item_id, municipality, ActionState.DONE):
            self.record(Meeting.ActionItemDone, work.at, on, item_id=item_id, note=note)

    def drop(self, item_id: UUID, reason: str, municipality: str, work: Work) -> None:
        if self._may_close(item_id, municipality, ActionState.DROPPED):
            self.record(
                Meeting.ActionItemDropped, work.at, work.today, item_id=item_id, reason=reason
            )

    def _may_close(self, item_id: UUID, municipality: str, to: ActionState) -> bool:
        item = self._action(item_id, municipality)
        if item.state not in (ActionState.OPEN, to):
            raise ActionItemClosed(state=item.state.value)
        return item.state is ActionState.OPEN

    def _action(self, item_id: UUID, municipality: str) -> ActionItem:
        item = self.actions.get(item_id)
        if item is None:
            raise EntryNotFound
        if municipality not in (item.owner, self.host):
            raise NotPermitted
        return item

    def _require(self, *states: MeetingState) -> None:
        if self.state not in states:
            raise MeetingStateForbids(state=self.state.value)

    def _require_agenda_of(self, municipality: str, item_id: UUID) -> None:
        """The host keeps the whole agenda, the others what they put on it."""
        self._require(*AHEAD)
        self.agenda.get(item_id)
        if municipality not in (self.host, self.added_by[item_id]):
            raise NotPermitted

    def _require_minutes_of(self, municipality: str) -> None:
        """Kept together by the host and all who attended."""
        self._require(State.HELD)
        if municipality not in {self.host, *self.attended_by}:
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

    @event(MinutesSectionAdded)
    def _minutes_section_added(
        self, section_id: UUID, section: MinutesSection, after: UUID | None
    ) -> None:
        self.sections.insert(section_id, section, after)

    @event(MinutesSectionRewritten)
    def _minutes_section_rewritten(self, section_id: UUID, section: MinutesSection) -> None:
        self.sections.rewrite(section_id, section)

    @event(MinutesSectionRemoved)
    def _minutes_section_removed(self, section_id: UUID) -> None:
        self.sections.remove(section_id)

    @event(DecisionRecorded)
    def _decision_recorded(self, decision: Decision) -> None:
        self.decisions.insert(decision.id, decision, self.decisions.last)

    @event(DecisionRewritten)
    def _decision_rewritten(self, decision: Decision) -> None:
        self.decisions.rewrite(decision.id, decision)

    @event(DecisionRemoved)
    def _decision_removed(self, decision_id: UUID) -> None:
        self.decisions.remove(decision_id)

    @event(ApprovalGiven)
    def _approval_given(self, municipality: str, minutes_hash: str) -> None:
        self.approvals[municipality] = minutes_hash

    @event(MinutesApproved)
    def _minutes_approved(self) -> None:
        self.state = State.MINUTES_APPROVED

    @event(MinutesPublished)
    def _minutes_published(self) -> None:
        self.state = State.MINUTES_PUBLISHED

    @event(ActionItemAssigned)
    def _action_item_assigned(self, item: ActionItem) -> None:
        self.actions[item.id] = item

    @event(ActionItemDeferred)
    def _action_item_deferred(self, item_id: UUID, due_on: date | None) -> None:
        self.actions[item_id] = replace(self.actions[item_id], due_on=due_on)

    @event(ActionItemDone)
    def _action_item_done(self, item_id: UUID) -> None:
        self._close(item_id, ActionState.DONE)

    @event(ActionItemDropped)
    def _action_item_dropped(self, item_id: UUID) -> None:
        self._close(item_id, ActionState.DROPPED)

    def _close(self, item_id: UUID, state: ActionState) -> None:
        self.actions[item_id] = replace(self.actions[item_id], state=state)


def meeting_to_change(work: Work, meeting_id: UUID, expected: int | None = None) -> Meeting:
    """Raises MeetingNotFound, NotPermitted, StaleVersion."""
    found = work.load(Meeting, meeting_id, expected)
    if found is None:
        raise MeetingNotFound
    return found
