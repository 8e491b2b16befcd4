"""Every transition of an initiative, through the one door; and every one that the table doesn't have."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from domain.initiatives.assessment import ProtestGround
from domain.initiatives.claims import ClaimState
from domain.initiatives.commands import assessment, claims, implementation, proposal
from domain.initiatives.next_steps import commands_from, next_steps
from domain.initiatives.states import InitiativeState
from tests.funds import DOCUMENT, PATHS, ZLOTY, Funds, budget, claim, made, official
from tests.network import OPOCZNO

S = InitiativeState

STEPS: dict[Any, tuple[dict[str, Any], set[InitiativeState]]] = {
    proposal.OpenPartnership: ({}, {S.IDEA}),
    proposal.StartPreparation: ({}, {S.PARTNERSHIP_BUILDING}),
    proposal.SubmitApplication: ({}, {S.IN_PREPARATION}),
    assessment.StartFormalAssessment: ({}, {S.SUBMITTED}),
    assessment.RecordCorrectionRequest: (
        {"deadline": date(2026, 3, 20), "document": DOCUMENT},
        {S.FORMAL_ASSESSMENT},
    ),
    assessment.RecordCorrectionAnswer: ({}, {S.CORRECTION_REQUESTED}),
    assessment.PassFormalAssessment: ({"document": DOCUMENT}, {S.FORMAL_ASSESSMENT}),
    assessment.RecordRejection: (
        {"document": DOCUMENT, "score": 1},
        {S.FORMAL_ASSESSMENT, S.MERIT_ASSESSMENT},
    ),
    assessment.RecordSelection: (
        {"amount": 1, "score": 1, "document": DOCUMENT},
        {S.MERIT_ASSESSMENT, S.RESERVE_LIST},
    ),
    assessment.PutOnReserveList: ({"score": 1, "document": DOCUMENT}, {S.MERIT_ASSESSMENT}),
    assessment.RecordNoFunding: ({"document": DOCUMENT}, {S.RESERVE_LIST}),
    assessment.FileProtest: ({"ground": ProtestGround.PROCEDURE_BREACHED}, {S.REJECTED}),
    assessment.UpholdProtest: (
        {"outcome": S.MERIT_ASSESSMENT, "document": DOCUMENT},
        {S.PROTEST_FILED},
    ),
    assessment.DismissProtest: ({"document": DOCUMENT}, {S.PROTEST_FILED}),
    implementation.SignGrantAgreement: ({"number": "U/2", "amount": 1}, {S.SELECTED}),
    implementation.StartImplementation: ({}, {S.AGREEMENT_SIGNED}),
    implementation.SignAmendment: (
        {"amount": 170_000 * ZLOTY, "budget": budget(), "what": "Zmiana", "document": DOCUMENT},
        {S.AGREEMENT_SIGNED, S.IN_IMPLEMENTATION, S.FINAL_SETTLEMENT},
    ),
    implementation.ConfirmFinalPayment: ({}, {S.FINAL_SETTLEMENT}),
    implementation.CloseInitiative: ({"on": date(2026, 3, 2)}, {S.DURABILITY}),
    implementation.WithdrawInitiative: (
        {"reason": "Zmiana planów."},
        {
            S.IDEA, S.PARTNERSHIP_BUILDING, S.IN_PREPARATION, S.SUBMITTED, S.FORMAL_ASSESSMENT,
            S.CORRECTION_REQUESTED, S.MERIT_ASSESSMENT, S.SELECTED, S.RESERVE_LIST, S.REJECTED,
            S.PROTEST_FILED,
        },
    ),
    implementation.TerminateAgreement: (
        {"reason": "Brak wykonawcy."},
        {S.AGREEMENT_SIGNED, S.IN_IMPLEMENTATION, S.FINAL_SETTLEMENT},
    ),
}  # fmt: skip

# A step given again in the state it led to says the same thing twice, and that is no mistake.
REPEATED = {
    proposal.SubmitApplication: S.SUBMITTED,
    assessment.StartFormalAssessment: S.FORMAL_ASSESSMENT,
    assessment.RecordNoFunding: S.NOT_FUNDED,
    assessment.PassFormalAssessment: S.MERIT_ASSESSMENT,
    implementation.StartImplementation: S.IN_IMPLEMENTATION,
    implementation.TerminateAgreement: S.TERMINATED,
    implementation.WithdrawInitiative: S.WITHDRAWN,
    implementation.ConfirmFinalPayment: S.DURABILITY,
    proposal.StartPreparation: S.IN_PREPARATION,
}


@pytest.mark.parametrize("state", list(PATHS))
def test_initiative_reaches_every_state(given: Funds, state: InitiativeState) -> None:
    given.reached(state)


@pytest.mark.parametrize("state", list(PATHS))
def test_no_step_is_taken_from_a_state_that_the_table_does_not_name(
    given: Funds, state: InitiativeState
) -> None:
    found = given.reached(state)
    for kind, (facts, allowed) in STEPS.items():
        if state not in allowed and REPEATED.get(kind) is not state:
            assert "wrong_state" in given.missing(made(kind, found, **facts)), kind
    assert given.state(found) is state


@pytest.mark.parametrize("kind", list(REPEATED))
def test_step_recorded_twice_happens_once(given: Funds, kind: Any) -> None:
    found = given.reached(REPEATED[kind])
    before = given.events(found)
    given.order(kind, found, **STEPS[kind][0])
    assert given.events(found) == before


@pytest.mark.parametrize("state", list(PATHS))
def test_next_steps_are_those_of_the_table(state: InitiativeState) -> None:
    named = {
        kind.__name__[0].lower() + kind.__name__[1:]: allowed
        for kind, (_, allowed) in STEPS.items()
    }
    others = {"draftClaim", "submitFinalClaim"}
    assert set(commands_from(state)) - others == {
        name for name, allowed in named.items() if state in allowed
    }


def test_next_steps_say_what_is_missing_before_anyone_tries(given: Funds) -> None:
    found = given.partnership()
    given.order(proposal.StartPreparation, found)
    initiative = given.initiative(found)
    around = initiative.surroundings(given.store.load, given.now)

    steps = {step.command: step for step in next_steps(initiative, around)}
    said = [unmet.code for unmet in steps["submitApplication"].missing]
    assert said == ["no_partnership_agreement", "no_budget"]
    assert said == given.missing(made(proposal.SubmitApplication, found))
    assert steps["withdrawInitiative"].allowed
    assert steps["withdrawInitiative"].needs == ("reason",)


def test_every_refusal_is_said_in_both_languages(given: Funds) -> None:
    found = given.propose()
    refusal = given.refused(made(proposal.SubmitApplication, found))
    assert refusal.message("pl") == (
        "Stan „pomysł” na to nie pozwala (potrzebny: przygotowanie wniosku). Nie wskazano naboru. Nie ma budżetu."
    )
    assert refusal.message("en") == (
        "The state IDEA doesn't allow it (it takes IN_PREPARATION). No call is linked. There is no budget."
    )


def test_correction_request_and_its_answer_go_back_and_forth(given: Funds) -> None:
    found = given.reached(S.CORRECTION_REQUESTED)
    assert given.initiative(found).decisions.correction_due == date(2026, 3, 16)
    given.order(assessment.RecordCorrectionAnswer, found)
    assert given.state(found) is S.FORMAL_ASSESSMENT
    assert given.initiative(found).decisions.correction_due is None


@pytest.mark.parametrize("outcome", [S.FORMAL_ASSESSMENT, S.MERIT_ASSESSMENT, S.SELECTED])
def test_upheld_protest_leads_where_its_outcome_says(
    given: Funds, outcome: InitiativeState
) -> None:
    found = given.reached(S.PROTEST_FILED)
    given.order(
        assessment.UpholdProtest, found, outcome=outcome, amount=5 * ZLOTY, document=DOCUMENT
    )
    assert given.state(found) is outcome
    assert given.initiative(found).decisions.selected == (
        5 * ZLOTY if outcome is S.SELECTED else None
    )


def test_protest_leads_nowhere_else(given: Funds) -> None:
    found = given.reached(S.PROTEST_FILED)
    command = made(assessment.UpholdProtest, found, outcome=S.CLOSED, document=DOCUMENT)
    assert given.refused(command).code == "invalid_input"


def test_reserve_list_can_end_in_selection(given: Funds) -> None:
    found = given.reached(S.RESERVE_LIST)
    select: dict[str, Any] = {"amount": 100_000 * ZLOTY, "document": DOCUMENT}
    given.order(assessment.RecordSelection, found, **select)
    given.order(assessment.RecordSelection, found, **select)
    assert given.state(found) is S.SELECTED
    assert given.initiative(found).decisions.score == 7_000
    assert given.events(found)[-1] == "TakenFromReserveList"
    other = made(assessment.RecordSelection, found, **{**select, "amount": 90_000 * ZLOTY})
    assert given.missing(other, official(OPOCZNO)) == ["wrong_state"]


def test_checklist_names_the_final_claim_that_is_not_drafted(given: Funds) -> None:
    found = given.reached(S.IN_IMPLEMENTATION)

    def missing() -> list[str]:
        initiative = given.initiative(found)
        around = initiative.surroundings(given.store.load, given.now)
        steps = {step.command: step for step in next_steps(initiative, around)}
        return [unmet.code for unmet in steps["submitFinalClaim"].missing]

    assert missing() == ["no_final_claim"]
    given.order(claims.DraftClaim, found, content=claim())
    assert missing() == []


def test_closed_initiative_has_seen_everything(given: Funds) -> None:
    found = given.reached(S.DURABILITY)
    assert given.initiative(found).decisions.durability_until == date(2031, 3, 2)
    given.later(5 * 366)
    given.order(implementation.CloseInitiative, found)
    assert given.events(found)[-7:] == [
        "GrantAgreementSigned", "ImplementationStarted", "ClaimDrafted", "FinalClaimSubmitted",
        "ClaimApproved", "FinalPaymentConfirmed", "Closed",
    ]  # fmt: skip


def test_corrected_status_brings_back_what_stood_decided_there(given: Funds) -> None:
    found = given.reached(S.SELECTED)
    given.order(
        implementation.CorrectStatus, found, state=S.MERIT_ASSESSMENT, reason="Pomyłka w nazwie"
    )

    initiative = given.initiative(found)
    assert initiative.state is S.MERIT_ASSESSMENT
    assert (initiative.decisions.selected, initiative.decisions.score) == (None, None)
    given.order(assessment.PutOnReserveList, found, score=8_450, document=DOCUMENT)
    assert given.events(found)[-3:] == ["Selected", "StatusCorrected", "PutOnReserveList"]


def test_status_is_corrected_only_to_where_it_was_and_for_a_reason(given: Funds) -> None:
    found = given.reached(S.MERIT_ASSESSMENT)
    never = made(implementation.CorrectStatus, found, state=S.SELECTED, reason="Pomyłka")
    assert given.refused(never).code == "not_on_the_path"
    silent = made(implementation.CorrectStatus, found, state=S.SUBMITTED, reason=" ")
    assert given.missing(silent) == ["no_reason"]
    same = made(implementation.CorrectStatus, found, state=S.MERIT_ASSESSMENT, reason="")
    before = given.events(found)
    given.give(same)
    assert given.events(found) == before


def test_agreement_that_claims_rest_on_is_not_undone(given: Funds) -> None:
    found = given.reached(S.FINAL_SETTLEMENT)
    undo = made(implementation.CorrectStatus, found, state=S.SELECTED, reason="Pomyłka")
    assert given.missing(undo) == ["claims_stand"]


def test_final_claim_undone_is_a_draft_again(given: Funds) -> None:
    found = given.reached(S.FINAL_SETTLEMENT)
    given.order(
        implementation.CorrectStatus, found, state=S.IN_IMPLEMENTATION, reason="Nie ostatni"
    )
    claim = given.initiative(found).claims[1]
    assert (claim.state, claim.final) == (ClaimState.DRAFT, False)
    given.order(implementation.SubmitFinalClaim, found, number=1)
    given.order(claims.ApproveClaim, found, number=1)
    undo = made(implementation.CorrectStatus, found, state=S.IN_IMPLEMENTATION, reason="Pomyłka")
    assert given.missing(undo) == ["claims_stand"]


def test_withdrawn_application_can_be_brought_back_by_a_correction(given: Funds) -> None:
    found = given.reached(S.WITHDRAWN)
    given.order(
        implementation.CorrectStatus, found, state=S.SUBMITTED, reason="Wycofano inny wniosek"
    )
    assert given.state(found) is S.SUBMITTED


def test_steps_keep_the_order_of_their_days(given: Funds) -> None:
    found = given.reached(S.SUBMITTED)
    early = made(assessment.StartFormalAssessment, found, on=date(2026, 3, 1))
    assert given.missing(early) == ["date_before_previous_step"]
    ahead = made(assessment.StartFormalAssessment, found, on=date(2026, 3, 3))
    assert given.missing(ahead) == ["date_in_future"]


def test_what_happened_on_friday_is_recorded_on_monday(given: Funds) -> None:
    found = given.reached(S.SUBMITTED)
    given.later(7)
    given.order(assessment.StartFormalAssessment, found, on=date(2026, 3, 6))
    stored = given.net.rows(
        "SELECT effective_on, recorded_at::date FROM events WHERE stream_id = %s ORDER BY version DESC LIMIT 1",
        found,
    )
    assert stored == [(date(2026, 3, 6), date(2026, 3, 9))]


def test_idea_cannot_lie_ahead(given: Funds) -> None:
    ahead = proposal.ProposeInitiative(
        command_id=uuid4(), municipality="100704", title="Pomysł", on=date(2026, 3, 3)
    )
    assert given.missing(ahead, official("100704")) == ["date_in_future"]
