"""Milestones and duties, and their lines in the calendar."""

from domain.initiatives.initiative import Initiative
from domain.initiatives.timeplan import DutyKind
from projections.initiatives.deadlines import move_deadline, open_deadline, settle_deadline
from projections.initiatives.rows import InitiativeRow, MilestoneRow
from projections.log import Recorded
from projections.projection import on
from projections.rows import Rows

_KINDS = {DutyKind.DURABILITY: "DURABILITY_OBLIGATION"}


class TimeplanFolds:
    @on(Initiative.MilestoneSet)
    def _milestone_set(
        self, recorded: Recorded, event: Initiative.MilestoneSet, rows: Rows
    ) -> None:
        rows.add(
            MilestoneRow(
                initiative_id=recorded.stream_id,
                number=event.number,
                title=event.title,
                due_on=event.due_on,
                first_due_on=event.due_on,
                state="OPEN",
            )
        )
        row, cause = rows.read(InitiativeRow, recorded.stream_id), f"milestone:{event.number}"
        open_deadline(recorded, row, cause, "MILESTONE", event.title, event.due_on, rows)

    @on(Initiative.MilestoneMoved)
    def _milestone_moved(
        self, recorded: Recorded, event: Initiative.MilestoneMoved, rows: Rows
    ) -> None:
        milestone = rows.change(MilestoneRow, recorded.stream_id, event.number)
        milestone.due_on, milestone.reason = event.due_on, event.reason
        move_deadline(recorded, f"milestone:{event.number}", event.due_on, rows)

    @on(Initiative.MilestoneReached)
    def _milestone_reached(
        self, recorded: Recorded, event: Initiative.MilestoneReached, rows: Rows
    ) -> None:
        milestone = rows.change(MilestoneRow, recorded.stream_id, event.number)
        milestone.state, milestone.settled_on = "REACHED", recorded.effective_on
        _settle(recorded, f"milestone:{event.number}", "MET", rows)

    @on(Initiative.MilestoneDropped)
    def _milestone_dropped(
        self, recorded: Recorded, event: Initiative.MilestoneDropped, rows: Rows
    ) -> None:
        milestone = rows.change(MilestoneRow, recorded.stream_id, event.number)
        milestone.state, milestone.settled_on = "DROPPED", recorded.effective_on
        milestone.reason = event.reason
        _settle(recorded, f"milestone:{event.number}", "DROPPED", rows)

    @on(Initiative.DutyImposed)
    def _duty_imposed(self, recorded: Recorded, event: Initiative.DutyImposed, rows: Rows) -> None:
        row, cause = rows.read(InitiativeRow, recorded.stream_id), f"duty:{event.number}"
        kind = _KINDS.get(event.kind, event.kind.value)
        open_deadline(recorded, row, cause, kind, event.title, event.due_on, rows)

    @on(Initiative.DutyMoved)
    def _duty_moved(self, recorded: Recorded, event: Initiative.DutyMoved, rows: Rows) -> None:
        move_deadline(recorded, f"duty:{event.number}", event.due_on, rows)

    @on(Initiative.DutyMet)
    def _duty_met(self, recorded: Recorded, event: Initiative.DutyMet, rows: Rows) -> None:
        _settle(recorded, f"duty:{event.number}", "MET", rows)

    @on(Initiative.DutyLifted)
    def _duty_lifted(self, recorded: Recorded, event: Initiative.DutyLifted, rows: Rows) -> None:
        _settle(recorded, f"duty:{event.number}", "DROPPED", rows)


def _settle(recorded: Recorded, cause: str, state: str, rows: Rows) -> None:
    row = rows.read(InitiativeRow, recorded.stream_id)
    settle_deadline(recorded, row, cause, state, rows)
