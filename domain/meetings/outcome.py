"""What comes of a meeting: its minutes and decisions, who approved them, and action items."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from domain.aggregate import Aggregate
from domain.errors import NotPermitted
from domain.meetings.minutes import Minutes, Present, Section, minutes_hash
from domain.meetings.values import (
    ActionItem,
    ActionItemClosed,
    ActionState,
    Decision,
    Guest,
    MeetingState,
    MeetingStateForbids,
    MinutesChanged,
    MinutesEmpty,
    MinutesSection,
    NotAnAttendee,
    Plan,
)
from domain.ordered import EntryNotFound, Ordered
from domain.work import Work

State = MeetingState

AFTERWARDS = (State.HELD, State.MINUTES_APPROVED, State.MINUTES_PUBLISHED)


class OutcomePart:
    """Mixed into `Meeting`, whose plan and attendance stand in the minutes."""

    record: Any
    host: str
    plan: Plan
    state: MeetingState
    held_on: date
    attendance: dict[UUID, Guest]
    sections: Ordered[MinutesSection]
    decisions: Ordered[Decision]
    approvals: dict[str, str]
    actions: dict[UUID, ActionItem]

    class MinutesSectionAdded(Aggregate.Event):
        section_id: UUID
        section: MinutesSection
        after: UUID | None

        def apply(self, aggregate: "OutcomePart") -> None:
            aggregate.sections.insert(self.section_id, self.section, self.after)

    class MinutesSectionRewritten(Aggregate.Event):
        section_id: UUID
        section: MinutesSection

        def apply(self, aggregate: "OutcomePart") -> None:
            aggregate.sections.rewrite(self.section_id, self.section)

    class MinutesSectionRemoved(Aggregate.Event):
        section_id: UUID

        def apply(self, aggregate: "OutcomePart") -> None:
            aggregate.sections.remove(self.section_id)

    class DecisionRecorded(Aggregate.Event):
        decision: Decision

        def apply(self, aggregate: "OutcomePart") -> None:
            aggregate.decisions.insert(self.decision.id, self.decision, aggregate.decisions.last)

    class DecisionRewritten(Aggregate.Event):
        decision: Decision

        def apply(self, aggregate: "OutcomePart") -> None:
            aggregate.decisions.rewrite(self.decision.id, self.decision)

    class DecisionRemoved(Aggregate.Event):
        decision_id: UUID

        def apply(self, aggregate: "OutcomePart") -> None:
            aggregate.decisions.remove(self.decision_id)

    class ApprovalGiven(Aggregate.Event):
        municipality: str
        minutes_hash: str

        def apply(self, aggregate: "OutcomePart") -> None:
            aggregate.approvals[self.municipality] = self.minutes_hash

    class MinutesApproved(Aggregate.Event):
        """Every municipality that attended has approved the text with this hash."""

        minutes_hash: str

        def apply(self, aggregate: "OutcomePart") -> None:
            aggregate.state = State.MINUTES_APPROVED

    class MinutesPublished(Aggregate.Event):
        def apply(self, aggregate: "OutcomePart") -> None:
            aggregate.state = State.MINUTES_PUBLISHED

    class MinutesAnnotated(Aggregate.Event):
        """A mistake found after the approval: the approved text stays, this stands beside it."""

        note: str

    class ActionItemAssigned(Aggregate.Event):
        item: ActionItem

        def apply(self, aggregate: "OutcomePart") -> None:
            aggregate.actions[self.item.id] = self.item

    class ActionItemDeferred(Aggregate.Event):
        item_id: UUID
        due_on: date | None
        reason: str

        def apply(self, aggregate: "OutcomePart") -> None:
            aggregate.change_action(self.item_id, due_on=self.due_on)

    class ActionItemDone(Aggregate.Event):
        item_id: UUID
        note: str

        def apply(self, aggregate: "OutcomePart") -> None:
            aggregate.change_action(self.item_id, state=ActionState.DONE)

    class ActionItemDropped(Aggregate.Event):
        item_id: UUID
        reason: str

        def apply(self, aggregate: "OutcomePart") -> None:
            aggregate.change_action(self.item_id, state=ActionState.DROPPED)

    @property
    def attended_by(self) -> set[str]:
        return {guest.municipality for guest in self.attendance.values() if guest.municipality}

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

    # Minutes

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
            self.record(self.MinutesSectionAdded, work.at, self.held_on, **facts)

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
            self.record(self.MinutesSectionRewritten, work.at, self.held_on, **facts)

    def remove_section(
        self, section_id: UUID, municipality: str, expected: int | None, work: Work
    ) -> None:
        self._require_minutes_of(municipality)
        self.sections.get(section_id, expected)
        self.record(self.MinutesSectionRemoved, work.at, work.today, section_id=section_id)

    def record_decision(self, decision: Decision, work: Work) -> None:
        self._require(State.HELD)
        if decision.id not in self.decisions:
            self.record(self.DecisionRecorded, work.at, self.held_on, decision=decision)

    def rewrite_decision(self, decision: Decision, expected: int | None, work: Work) -> None:
        self._require(State.HELD)
        if self.decisions.get(decision.id, expected).value != decision:
            self.record(self.DecisionRewritten, work.at, self.held_on, decision=decision)

    def remove_decision(self, decision_id: UUID, expected: int | None, work: Work) -> None:
        self._require(State.HELD)
        self.decisions.get(decision_id, expected)
        self.record(self.DecisionRemoved, work.at, work.today, decision_id=decision_id)

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
            self.record(self.ApprovalGiven, work.at, work.today, **facts)
        if all(self.approvals.get(other) == seen for other in self.attended_by):
            self.record(self.MinutesApproved, work.at, work.today, minutes_hash=seen)

    def publish_minutes(self, work: Work) -> None:
        self._require(State.MINUTES_APPROVED, State.MINUTES_PUBLISHED)
        if self.state is State.MINUTES_APPROVED:
            self.record(self.MinutesPublished, work.at, work.today)

    def annotate_minutes(self, note: str, work: Work) -> None:
        self._require(State.MINUTES_APPROVED, State.MINUTES_PUBLISHED)
        self.record(self.MinutesAnnotated, work.at, work.today, note=note)

    # Action items

    def assign(self, item: ActionItem, work: Work) -> None:
        self._require(*AFTERWARDS)
        if item.id not in self.actions:
            self.record(self.ActionItemAssigned, work.at, work.today, item=item)

    def defer(
        self, item_id: UUID, due_on: date | None, reason: str, municipality: str, work: Work
    ) -> None:
        item = self._action(item_id, municipality)
        if item.state is not ActionState.OPEN:
            raise ActionItemClosed(state=item.state.value)
        if item.due_on != due_on:
            facts = {"item_id": item_id, "due_on": due_on, "reason": reason}
            self.record(self.ActionItemDeferred, work.at, work.today, **facts)

    def finish(self, item_id: UUID, note: str, municipality: str, on: date, work: Work) -> None:
        if self._may_close(item_id, municipality, ActionState.DONE):
            self.record(self.ActionItemDone, work.at, on, item_id=item_id, note=note)

    def drop(self, item_id: UUID, reason: str, municipality: str, work: Work) -> None:
        if self._may_close(item_id, municipality, ActionState.DROPPED):
            self.record(self.ActionItemDropped, work.at, work.today, item_id=item_id, reason=reason)

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

    def change_action(self, item_id: UUID, **facts: Any) -> None:
        self.actions[item_id] = replace(self.actions[item_id], **facts)

    def _require(self, *states: MeetingState) -> None:
        if self.state not in states:
            raise MeetingStateForbids(state=self.state.value)

    def _require_minutes_of(self, municipality: str) -> None:
        """Kept together by the host and all who attended."""
        self._require(State.HELD)
        if municipality not in {self.host, *self.attended_by}:
            raise NotPermitted
