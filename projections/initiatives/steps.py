"""The rows of the states an initiative was in."""

import msgspec

from domain.initiatives.states import Decisions
from projections.initiatives.rows import InitiativeRow, StepRow
from projections.rows import Rows


def decided_in(row: InitiativeRow, rows: Rows) -> Decisions:
    """What stands decided where the initiative is."""
    return decisions_of(rows.read(StepRow, row.id, row.path[-1]))


def decisions_of(step: StepRow) -> Decisions:
    return msgspec.convert(step.decisions, Decisions)


def amend_steps(row: InitiativeRow, amount: int, rows: Rows) -> None:
    """The agreement's new amount, at every step that stands on the agreement."""
    for version in row.path:
        decided = decisions_of(rows.read(StepRow, row.id, version))
        if decided.agreement is not None:
            step = rows.change(StepRow, row.id, version)
            agreement = msgspec.to_builtins(decided.agreement) | {"amount": amount}
            step.decisions = step.decisions | {"agreement": agreement}
    row.granted = amount
