"""One calendar: a row for everything that is due, opened and settled by what it follows from."""

from datetime import date
from uuid import uuid5

from domain.initiatives.assessment import protest_until
from domain.initiatives.states import UNDER_WAY, Decisions, InitiativeState
from projections.initiatives.rows import DeadlineRow, InitiativeRow, NamedCall
from projections.rows import Rows


def open_deadline(
    row: InitiativeRow, cause: str, kind: str, title: str, due_on: date, on: date, rows: Rows
) -> None:
    """Opened again where it was settled: the cause has come back."""
    known = rows.find(DeadlineRow, uuid5(row.id, cause))
    if known is None:
        rows.add(
            DeadlineRow(
                id=uuid5(row.id, cause),
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
        return
    changed = rows.change(DeadlineRow, known.id)
    changed.title, changed.due_on = title, due_on
    if changed.state != "OPEN":
        changed.state, changed.opened_on, changed.settled_on = "OPEN", on, None


def settle_deadline(row: InitiativeRow, cause: str, state: str, on: date, rows: Rows) -> None:
    """Nothing happens where there is none, or it is settled."""
    known = rows.find(DeadlineRow, uuid5(row.id, cause))
    if known is not None and known.state == "OPEN":
        changed = rows.change(DeadlineRow, known.id)
        changed.state, changed.settled_on = state, on


def keep_state_deadlines(row: InitiativeRow, decided: Decisions, on: date, rows: Rows) -> None:
    """Those that follow from where the initiative stands."""
    state = InitiativeState(row.state)
    call = rows.read(NamedCall, row.call_id) if row.call_id else None
    closing = call.closes_on if call and state in UNDER_WAY else None
    _keep(row, "call", "CALL_CLOSING", call.number if call else "", closing, on, rows)
    due = decided.correction_due if state is InitiativeState.CORRECTION_REQUESTED else None
    _keep(row, "correction", "CORRECTION", "", due, on, rows)
    rejection = decided.rejection if state is InitiativeState.REJECTED else None
    last_day = protest_until(rejection.delivered_on) if rejection and not rejection.final else None
    _keep(row, "protest", "PROTEST", "", last_day, on, rows)
    until = decided.durability_until if state is InitiativeState.DURABILITY else None
    _keep(row, "durability", "DURABILITY_END", "", until, on, rows)


def _keep(
    row: InitiativeRow, cause: str, kind: str, title: str, due_on: date | None, on: date, rows: Rows
) -> None:
    if due_on is None:
        settle_deadline(row, cause, "MET", on, rows)
    else:
        open_deadline(row, cause, kind, title, due_on, on, rows)
