"""Where an initiative stands, and every state it was in."""

from typing import Any

import msgspec

from domain.initiatives.assessment import protest_until
from domain.initiatives.initiative import Initiative
from domain.initiatives.states import Decisions, StepTaken
from domain.municipalities import municipality_id
from domain.values import without_diacritics
from projections.initiatives.consortium import note_belonging
from projections.initiatives.deadlines import keep_state_deadlines, undo_deadlines
from projections.initiatives.money import seek, undo_amounts, win
from projections.initiatives.rows import (
    ClaimRow,
    DeadlineRow,
    HistoryRow,
    InitiativeRow,
    LinkRow,
    MemberRow,
    NamedCall,
    NamedProgramme,
    StepRow,
)
from projections.initiatives.steps import decided_in
from projections.log import Recorded
from projections.names import named
from projections.projection import on
from projections.rows import Rows
from projections.visible import CONSORTIUM, PUBLIC

STEPS: tuple[type[Any], ...] = tuple(
    member
    for member in vars(Initiative).values()
    if isinstance(member, type) and issubclass(member, StepTaken)
)


class LifecycleFolds:
    @on(Initiative.Proposed)
    def _proposed(self, recorded: Recorded, event: Initiative.Proposed, rows: Rows) -> None:
        proposer = named(rows, event.municipality)
        row = _begun(recorded, event)
        if event.leads:
            row.lead_id, row.lead = municipality_id(event.municipality), proposer
        rows.add(row)
        rows.add(
            MemberRow(
                initiative_id=row.id,
                municipality_id=municipality_id(event.municipality),
                municipality=proposer,
                terc=event.municipality,
                place=1,
                state="ACCEPTED",
                lead=event.leads,
                invited_on=recorded.effective_on,
                answered_on=recorded.effective_on,
            )
        )
        note_belonging(recorded, event.municipality, "ACCEPTED", rows)
        _add_step(recorded, row, Decisions(), rows)

    @on(Initiative.Described)
    def _described(self, recorded: Recorded, event: Initiative.Described, rows: Rows) -> None:
        row = rows.change(InitiativeRow, recorded.stream_id)
        row.title, row.summary = event.title, event.summary
        row.title_search = without_diacritics(event.title).lower()
        for deadline in rows.each(DeadlineRow, "initiative_id", row.id):
            deadline.initiative = row.brief()

    @on(Initiative.MadePublic)
    def _made_public(self, recorded: Recorded, _event: Initiative.MadePublic, rows: Rows) -> None:
        rows.change(InitiativeRow, recorded.stream_id).visibility = PUBLIC

    @on(Initiative.MadeConfidential)
    def _made_confidential(
        self, recorded: Recorded, _event: Initiative.MadeConfidential, rows: Rows
    ) -> None:
        rows.change(InitiativeRow, recorded.stream_id).visibility = CONSORTIUM

    @on(Initiative.CallLinked)
    def _call_linked(self, recorded: Recorded, event: Initiative.CallLinked, rows: Rows) -> None:
        row = rows.change(InitiativeRow, recorded.stream_id)
        call = rows.read(NamedCall, event.call_id)
        programme = rows.read(NamedProgramme, call.programme_id)
        row.call_id, row.call = call.id, call.brief()
        row.programme_id, row.programme = programme.id, programme.brief()
        rows.add(
            LinkRow(
                initiative_id=row.id,
                version=recorded.version,
                call_id=call.id,
                programme_id=programme.id,
                since=recorded.effective_on,
                recorded_at=recorded.recorded_at,
            )
        )
        keep_state_deadlines(recorded, row, decided_in(row, rows), rows)

    @on(*STEPS)
    def _step_taken(self, recorded: Recorded, event: StepTaken, rows: Rows) -> None:
        row = rows.change(InitiativeRow, recorded.stream_id)
        decided = event.decided(decided_in(row, rows))
        row.state, row.state_since = event.state().value, recorded.effective_on
        row.path = [*row.path, recorded.version]
        _add_step(recorded, row, decided, rows)
        _show(row, decided)
        self._of_this_step(recorded, event, row, rows)
        keep_state_deadlines(recorded, row, decided, rows)

    @on(Initiative.StatusCorrected)
    def _status_corrected(
        self, recorded: Recorded, event: Initiative.StatusCorrected, rows: Rows
    ) -> None:
        row = rows.change(InitiativeRow, recorded.stream_id)
        while row.path[-1] != event.back_to:
            self._undo(row, row.path[-1], recorded, rows)
            row.path = row.path[:-1]
        step = rows.read(StepRow, row.id, event.back_to)
        row.state, row.state_since = step.state, step.since
        decided = decided_in(row, rows)
        _show(row, decided)
        keep_state_deadlines(recorded, row, decided, rows)

    def _of_this_step(self, recorded: Recorded, event: Any, row: InitiativeRow, rows: Rows) -> None:
        if isinstance(event, Initiative.Submitted):
            row.submitted_at, row.reference = event.submitted_at, event.reference
            seek(recorded, row, rows)
        elif isinstance(event, Initiative.GrantAgreementSigned):
            win(recorded, row, 0, event.amount, rows)
        elif isinstance(event, Initiative.FinalClaimSubmitted):
            claim = rows.change(ClaimRow, row.id, event.number)
            claim.state, claim.final = "SUBMITTED", True
            claim.submitted_on, claim.correction_due = recorded.effective_on, None

    def _undo(self, row: InitiativeRow, version: int, recorded: Recorded, rows: Rows) -> None:
        rows.change(StepRow, row.id, version).undone_at = recorded.recorded_at
        history = rows.change(HistoryRow, row.id, version)
        history.undone_at = recorded.recorded_at
        undo_amounts(row.id, version, recorded, rows)
        undo_deadlines(recorded, row, version, rows)
        if history.kind == "FINAL_CLAIM_SUBMITTED":
            _last_claim_is_a_draft_again(row, rows)
        if history.kind == "SUBMITTED":
            row.submitted_at, row.reference = None, ""


def _last_claim_is_a_draft_again(row: InitiativeRow, rows: Rows) -> None:
    number = 1
    while (claim := rows.find(ClaimRow, row.id, number)) is not None:
        if claim.final:
            changed = rows.change(ClaimRow, row.id, number)
            changed.state, changed.final, changed.submitted_on = "DRAFT", False, None
        number += 1


def _begun(recorded: Recorded, event: Any) -> InitiativeRow:
    nothing: dict[str, Any] = dict.fromkeys(
        (
            "lead_id", "lead", "call_id", "call", "programme_id", "programme", "eligible", "budget_id",
            "budget", "requested", "selected", "granted", "score", "reserve_place", "correction_due",
            "protest_until", "agreement_number", "agreement_signed_on", "durability_until", "submitted_at",
        )
    )  # fmt: skip
    return InitiativeRow(
        id=recorded.stream_id,
        title=event.title,
        title_search=without_diacritics(event.title).lower(),
        summary=event.summary,
        state="IDEA",
        state_since=recorded.effective_on,
        visibility=CONSORTIUM,
        owner_terc=event.municipality,
        proposer_terc=event.municipality,
        participants=[event.municipality],
        partner_count=0 if event.leads else 1,
        spent=0,
        paid=0,
        reference="",
        proposed_on=recorded.effective_on,
        path=[recorded.version],
        version=recorded.version,
        updated_at=recorded.recorded_at,
        **nothing,
    )


def _add_step(recorded: Recorded, row: InitiativeRow, decided: Decisions, rows: Rows) -> None:
    rows.add(
        StepRow(
            initiative_id=row.id,
            version=recorded.version,
            state=row.state,
            since=recorded.effective_on,
            recorded_at=recorded.recorded_at,
            undone_at=None,
            decisions=msgspec.to_builtins(decided),
            requested=decided.requested,
            selected=decided.selected,
            granted=decided.agreement.amount if decided.agreement else None,
        )
    )


def _show(row: InitiativeRow, decided: Decisions) -> None:
    row.requested, row.selected, row.score = decided.requested, decided.selected, decided.score
    row.reserve_place, row.correction_due = decided.reserve_place, decided.correction_due
    row.durability_until = decided.durability_until
    rejection, agreement = decided.rejection, decided.agreement
    ends = rejection is not None and not rejection.final
    row.protest_until = protest_until(rejection.delivered_on) if rejection and ends else None
    row.granted = agreement.amount if agreement else None
    row.agreement_number = agreement.number if agreement else None
    row.agreement_signed_on = agreement.signed_on if agreement else None
