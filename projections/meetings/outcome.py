"""What comes of a meeting, folded into rows: minutes, decisions, approvals, action items."""

from datetime import date

from domain.meetings import Meeting
from domain.municipalities import municipality_id
from projections.log import Recorded
from projections.meetings.minutes import rehash
from projections.meetings.parts import after_publication, changed, guard, reclassify
from projections.meetings.rows import (
    ActionItemRow,
    AnnotationRow,
    ApprovalRow,
    DecisionRow,
    SectionRow,
)
from projections.names import named
from projections.order import inserted, renumber, without
from projections.projection import on
from projections.rows import Rows
from projections.visible import CONSORTIUM, PUBLIC

NEVER = date(9999, 12, 31)


class OutcomeFolds:
    @on(Meeting.MinutesSectionAdded)
    def _section_added(
        self, recorded: Recorded, event: Meeting.MinutesSectionAdded, rows: Rows
    ) -> None:
        row = changed(recorded, rows)
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
            **guard(row, CONSORTIUM),
        )
        rows.add(section)
        row.section_order = inserted(row.section_order, event.section_id, event.after)
        renumber(SectionRow, row.section_order, rows)
        rehash(row, rows)

    @on(Meeting.MinutesSectionRewritten)
    def _section_rewritten(
        self, recorded: Recorded, event: Meeting.MinutesSectionRewritten, rows: Rows
    ) -> None:
        row = changed(recorded, rows)
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
        row = changed(recorded, rows)
        row.section_order = without(row.section_order, event.section_id)
        rows.remove(SectionRow, event.section_id)
        renumber(SectionRow, row.section_order, rows)
        rehash(row, rows)

    @on(Meeting.DecisionRecorded)
    def _decision_recorded(
        self, recorded: Recorded, event: Meeting.DecisionRecorded, rows: Rows
    ) -> None:
        row = changed(recorded, rows)
        row.decision_order = [*row.decision_order, event.decision.id]
        decision = DecisionRow(
            id=event.decision.id,
            meeting_id=row.id,
            place=len(row.decision_order),
            text=event.decision.text,
            agenda_item=event.decision.agenda_item,
            entry_version=1,
            **guard(row, CONSORTIUM),
        )
        rows.add(decision)
        rehash(row, rows)

    @on(Meeting.DecisionRewritten)
    def _decision_rewritten(
        self, recorded: Recorded, event: Meeting.DecisionRewritten, rows: Rows
    ) -> None:
        row = changed(recorded, rows)
        decision = rows.change(DecisionRow, event.decision.id)
        decision.text = event.decision.text
        decision.agenda_item = event.decision.agenda_item
        decision.entry_version += 1
        rehash(row, rows)

    @on(Meeting.DecisionRemoved)
    def _decision_removed(
        self, recorded: Recorded, event: Meeting.DecisionRemoved, rows: Rows
    ) -> None:
        row = changed(recorded, rows)
        row.decision_order = without(row.decision_order, event.decision_id)
        rows.remove(DecisionRow, event.decision_id)
        renumber(DecisionRow, row.decision_order, rows)
        rehash(row, rows)

    @on(Meeting.ApprovalGiven)
    def _approval_given(self, recorded: Recorded, event: Meeting.ApprovalGiven, rows: Rows) -> None:
        row = changed(recorded, rows)
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
            **guard(row, CONSORTIUM),
        )
        rows.add(approval)

    @on(Meeting.MinutesApproved)
    def _minutes_approved(
        self, recorded: Recorded, _event: Meeting.MinutesApproved, rows: Rows
    ) -> None:
        row = changed(recorded, rows)
        row.state = "MINUTES_APPROVED"
        row.approved_on = recorded.effective_on

    @on(Meeting.MinutesPublished)
    def _minutes_published(
        self, recorded: Recorded, _event: Meeting.MinutesPublished, rows: Rows
    ) -> None:
        row = changed(recorded, rows)
        row.state = "MINUTES_PUBLISHED"
        row.published_on = recorded.effective_on
        row.visibility = PUBLIC
        reclassify(row, rows)

    @on(Meeting.MinutesAnnotated)
    def _minutes_annotated(
        self, recorded: Recorded, event: Meeting.MinutesAnnotated, rows: Rows
    ) -> None:
        row = changed(recorded, rows)
        annotation = AnnotationRow(
            meeting_id=row.id,
            version=recorded.version,
            note=event.note,
            recorded_at=recorded.recorded_at,
            **guard(row, after_publication(row)),
        )
        rows.add(annotation)

    @on(Meeting.ActionItemAssigned)
    def _action_item_assigned(
        self, recorded: Recorded, event: Meeting.ActionItemAssigned, rows: Rows
    ) -> None:
        row = changed(recorded, rows)
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
            **guard(row, after_publication(row)),
        )
        rows.add(item)
        row.assignees = [*row.assignees, event.item.owner]
        if event.item.owner not in row.participants:
            reclassify(row, rows)

    @on(Meeting.ActionItemDeferred)
    def _action_item_deferred(
        self, recorded: Recorded, event: Meeting.ActionItemDeferred, rows: Rows
    ) -> None:
        changed(recorded, rows)
        item = rows.change(ActionItemRow, event.item_id)
        item.due_on, item.due_order = event.due_on, event.due_on or NEVER

    @on(Meeting.ActionItemDone)
    def _action_item_done(
        self, recorded: Recorded, event: Meeting.ActionItemDone, rows: Rows
    ) -> None:
        changed(recorded, rows)
        _close(recorded, rows.change(ActionItemRow, event.item_id), "DONE", event.note)

    @on(Meeting.ActionItemDropped)
    def _action_item_dropped(
        self, recorded: Recorded, event: Meeting.ActionItemDropped, rows: Rows
    ) -> None:
        changed(recorded, rows)
        _close(recorded, rows.change(ActionItemRow, event.item_id), "DROPPED", event.reason)


def _close(recorded: Recorded, item: ActionItemRow, state: str, note: str) -> None:
    item.state = state
    item.note = note or None
    item.closed_on = recorded.effective_on
