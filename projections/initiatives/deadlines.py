"""One calendar: a row for everything that is due, opened and settled by what it follows from.

Each change is kept beside it, with both its times: so what was due on any day has an answer.
"""

from datetime import date
from uuid import uuid5

from domain.initiatives.assessment import protest_until
from domain.initiatives.states import ENDED, UNDER_WAY, Decisions, InitiativeState
from projections.initiatives.rows import DeadlineChangeRow, DeadlineRow, InitiativeRow, NamedCall
from projections.log import Recorded
from projections.rows import Rows


def open_deadline(
    recorded: Recorded,
    row: InitiativeRow,
    cause: str,
    kind: str,
    title: str,
    due_on: date,
    rows: Rows,
) -> None:
    """Opened again where it was settled: the cause has come back."""
    key, on = uuid5(row.id, cause), recorded.effective_on
    known = rows.find(DeadlineRow, key)
    if known is None:
        rows.add(
            DeadlineRow(
                id=key,
                initiative_id=row.id,
                initiative=row.brief(),
                cause=cause,
                kind=kind,
                title=title,
                due_on=due_on,
                state="OPEN",
                opened_on=on,
            )
        )
    elif (known.title, known.due_on, known.state) == (title, due_on, "OPEN"):
        return
    changed = rows.change(DeadlineRow, key)
    changed.kind, changed.title, changed.due_on = kind, title, due_on
    if changed.state != "OPEN":
        changed.state, changed.opened_on, changed.settled_on = "OPEN", on, None
    _keep_change(recorded, changed, rows, recorded.version)


def move_deadline(recorded: Recorded, cause: str, due_on: date, rows: Rows) -> None:
    changed = rows.change(DeadlineRow, uuid5(recorded.stream_id, cause))
    changed.due_on = due_on
    _keep_change(recorded, changed, rows, recorded.version)


def move_call_deadlines(recorded: Recorded, call: NamedCall, rows: Rows) -> None:
    """Of every initiative that is still to apply under the call."""
    for deadline in _call_deadlines(call, rows):
        if deadline.state == "OPEN":
            deadline.due_on = call.closes_on
            _keep_change(recorded, deadline, rows, None)


def retitle_call_deadlines(recorded: Recorded, call: NamedCall, rows: Rows) -> None:
    """What is settled is told with the new number, too, but nothing was due under it."""
    for deadline in _call_deadlines(call, rows):
        if deadline.title != call.number:
            deadline.title = call.number
            if deadline.state == "OPEN":
                _keep_change(recorded, deadline, rows, None)


def _call_deadlines(call: NamedCall, rows: Rows) -> list[DeadlineRow]:
    """The call's closing in each initiative under it, to be changed in place."""
    keys = [uuid5(row.id, "call") for row in rows.each(InitiativeRow, "call_id", call.id)]
    rows.load(DeadlineRow, ((key,) for key in keys))
    return [rows.change(DeadlineRow, key) for key in keys if rows.find(DeadlineRow, key)]


def settle_deadline(
    recorded: Recorded, row: InitiativeRow, cause: str, state: str, rows: Rows
) -> None:
    """Nothing happens where there is none, or it is settled."""
    known = rows.find(DeadlineRow, uuid5(row.id, cause))
    if known is not None and known.state == "OPEN":
        changed = rows.change(DeadlineRow, known.id)
        changed.state, changed.settled_on = state, recorded.effective_on
        _keep_change(recorded, changed, rows, recorded.version)


def keep_state_deadlines(
    recorded: Recorded, row: InitiativeRow, decided: Decisions, rows: Rows
) -> None:
    """Those that follow from where the initiative stands; of one that has ended, nothing is due."""
    state = InitiativeState(row.state)
    if state in ENDED:
        _drop_all(recorded, row, rows)
        return
    call = rows.read(NamedCall, row.call_id) if row.call_id else None
    closing = call.closes_on if call and state in UNDER_WAY else None
    _keep(recorded, row, "call", "CALL_CLOSING", call.number if call else "", closing, rows)
    due = decided.correction_due if state is InitiativeState.CORRECTION_REQUESTED else None
    _keep(recorded, row, "correction", "CORRECTION", "", due, rows)
    rejection = decided.rejection if state is InitiativeState.REJECTED else None
    last_day = protest_until(rejection.delivered_on) if rejection and not rejection.final else None
    _keep(recorded, row, "protest", "PROTEST", "", last_day, rows)
    until = decided.durability_until if state is InitiativeState.DURABILITY else None
    _keep(recorded, row, "durability", "DURABILITY_END", "", until, rows)


def undo_deadlines(recorded: Recorded, row: InitiativeRow, version: int, rows: Rows) -> None:
    """What a step recorded by mistake did to the calendar; what its end dropped is due again."""
    for change in rows.each(DeadlineChangeRow, "initiative_id", row.id):
        if change.version == version:
            change.undone_at = recorded.recorded_at
    for known in _of(row, rows):
        if known.ended_by == version:
            changed = rows.change(DeadlineRow, known.id)
            changed.state, changed.settled_on, changed.ended_by = "OPEN", None, None
            _keep_change(recorded, changed, rows, recorded.version)


def _drop_all(recorded: Recorded, row: InitiativeRow, rows: Rows) -> None:
    for known in _of(row, rows):
        if known.state == "OPEN":
            settle_deadline(recorded, row, known.cause, "DROPPED", rows)
            rows.change(DeadlineRow, known.id).ended_by = recorded.version


def _of(row: InitiativeRow, rows: Rows) -> list[DeadlineRow]:
    rows.load_by(DeadlineRow, "initiative_id", [row.id])
    return [known for known in rows.loaded(DeadlineRow) if known.initiative_id == row.id]


def _keep(
    recorded: Recorded,
    row: InitiativeRow,
    cause: str,
    kind: str,
    title: str,
    due_on: date | None,
    rows: Rows,
) -> None:
    if due_on is None:
        settle_deadline(recorded, row, cause, "MET", rows)
    else:
        open_deadline(recorded, row, cause, kind, title, due_on, rows)


def _keep_change(
    recorded: Recorded, deadline: DeadlineRow, rows: Rows, version: int | None
) -> None:
    rows.put(
        DeadlineChangeRow(
            deadline_id=deadline.id,
            position=recorded.position,
            initiative_id=deadline.initiative_id,
            version=version,
            kind=deadline.kind,
            title=deadline.title,
            due_on=deadline.due_on,
            state=deadline.state,
            since=recorded.effective_on,
            recorded_at=recorded.recorded_at,
        )
    )
