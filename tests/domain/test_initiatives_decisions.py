"""Each decision's guard by itself: what it needs, its days, its amounts, and the claims behind it."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.initiatives.assessment import ProtestGround
from domain.initiatives.commands import (
    assessment,
    claims,
    implementation,
    timeplan,
)
from domain.initiatives.states import InitiativeState
from domain.initiatives.timeplan import DutyKind
from tests.funds import DOCUMENT, ZLOTY, Funds, budget, claim, made

S = InitiativeState


@pytest.mark.parametrize(
    ("state", "kind", "facts", "missing"),
    [
        (
            S.FORMAL_ASSESSMENT,
            assessment.RecordCorrectionRequest,
            {"deadline": None},
            ["no_document", "no_deadline"],
        ),
        (S.FORMAL_ASSESSMENT, assessment.PassFormalAssessment, {}, ["no_document"]),
        (S.FORMAL_ASSESSMENT, assessment.RecordRejection, {}, ["no_document"]),
        (S.MERIT_ASSESSMENT, assessment.RecordRejection, {}, ["no_document", "no_score"]),
        (
            S.MERIT_ASSESSMENT,
            assessment.RecordSelection,
            {"amount": None},
            ["no_document", "no_score", "no_amount"],
        ),
        (
            S.MERIT_ASSESSMENT,
            assessment.RecordSelection,
            {"amount": 170_000 * ZLOTY + 1, "score": 1, "document": DOCUMENT},
            ["amount_above_requested"],
        ),
        (
            S.MERIT_ASSESSMENT,
            assessment.PutOnReserveList,
            {"score": None},
            ["no_document", "no_score"],
        ),
        (
            S.RESERVE_LIST,
            assessment.RecordSelection,
            {"amount": None},
            ["no_document", "no_amount"],
        ),
        (
            S.RESERVE_LIST,
            assessment.RecordSelection,
            {"amount": 170_000 * ZLOTY + 1, "document": DOCUMENT},
            ["amount_above_requested"],
        ),
        (S.RESERVE_LIST, assessment.RecordNoFunding, {}, ["no_document"]),
        (
            S.PROTEST_FILED,
            assessment.UpholdProtest,
            {"outcome": S.SELECTED},
            ["no_document", "no_amount"],
        ),
        (
            S.PROTEST_FILED,
            assessment.UpholdProtest,
            {"outcome": S.SELECTED, "amount": 170_000 * ZLOTY + 1, "document": DOCUMENT},
            ["amount_above_requested"],
        ),
        (S.PROTEST_FILED, assessment.DismissProtest, {}, ["no_document"]),
        (
            S.SELECTED,
            implementation.SignGrantAgreement,
            {"number": " ", "amount": None},
            ["no_number", "no_amount"],
        ),
        (
            S.SELECTED,
            implementation.SignGrantAgreement,
            {"number": "U/1", "amount": 170_000 * ZLOTY + 1},
            ["amount_above_selected"],
        ),
        (S.SUBMITTED, implementation.WithdrawInitiative, {"reason": " "}, ["no_reason"]),
        (S.IN_IMPLEMENTATION, implementation.TerminateAgreement, {"reason": ""}, ["no_reason"]),
        (S.FINAL_SETTLEMENT, implementation.ConfirmFinalPayment, {}, ["claims_open"]),
        (S.DURABILITY, implementation.CloseInitiative, {}, ["durability_not_over"]),
    ],
)
def test_decision_without_what_it_needs_is_refused(
    given: Funds, state: InitiativeState, kind: Any, facts: Any, missing: list[str]
) -> None:
    assert given.missing(made(kind, given.reached(state), **facts)) == missing


def protest(
    found: UUID, on: date | None = None, ground: Any = ProtestGround.PROCEDURE_BREACHED
) -> Any:
    return made(assessment.FileProtest, found, ground=ground, on=on)


def test_protest_is_filed_within_fourteen_days_from_delivery(given: Funds) -> None:
    found = given.reached(S.FORMAL_ASSESSMENT)
    given.later(10)
    rejected = {"on": date(2026, 3, 5), "delivered_on": date(2026, 3, 10), "document": DOCUMENT}
    given.order(assessment.RecordRejection, found, **rejected)
    assert given.missing(protest(found, date(2026, 3, 9))) == ["protest_before_delivery"]
    given.later(13)
    assert given.missing(protest(found, date(2026, 3, 25))) == ["protest_too_late"]
    given.give(protest(found, date(2026, 3, 24)))


def test_term_that_ends_on_a_saturday_ends_on_monday(given: Funds) -> None:
    found = given.reached(S.FORMAL_ASSESSMENT)
    given.later(5)
    given.order(assessment.RecordRejection, found, on=date(2026, 3, 7), document=DOCUMENT)
    given.later(17)
    assert given.missing(protest(found, date(2026, 3, 24))) == ["protest_too_late"]
    given.give(protest(found, date(2026, 3, 23)))


def test_exhausted_allocation_is_no_ground_for_a_protest(given: Funds) -> None:
    found = given.reached(S.REJECTED)
    assert given.missing(protest(found, ground=ProtestGround.ALLOCATION_EXHAUSTED)) == [
        "ground_not_protestable"
    ]


def test_dismissed_protest_is_final(given: Funds) -> None:
    found = given.reached(S.PROTEST_FILED)
    given.order(assessment.DismissProtest, found, document=DOCUMENT)
    assert given.state(found) is S.REJECTED
    assert given.missing(protest(found)) == ["protest_exhausted"]


def test_agreement_number_is_unique_in_its_programme(given: Funds) -> None:
    first, second = given.reached(S.SELECTED), given.reached(S.SELECTED)
    sign = {"number": "UM/7", "amount": 1}
    given.order(implementation.SignGrantAgreement, first, **sign)
    again = made(implementation.SignGrantAgreement, second, **{**sign, "number": "um/7"})
    assert given.refused(again).code == "agreement_number_taken"
    given.register_programme()
    given.order(implementation.SignGrantAgreement, given.reached(S.SELECTED), **sign)


def test_number_recorded_by_mistake_is_free_after_the_correction(given: Funds) -> None:
    first, second = given.reached(S.SELECTED), given.reached(S.SELECTED)
    sign = {"number": "UM/8", "amount": 1}
    given.order(implementation.SignGrantAgreement, first, **sign)
    given.order(
        implementation.CorrectStatus, first, state=S.SELECTED, reason="Umowa innego projektu"
    )
    given.order(implementation.SignGrantAgreement, second, **sign)
    back = made(implementation.SignGrantAgreement, first, **sign)
    assert given.refused(back).code == "agreement_number_taken"


def test_final_claim_waits_for_every_earlier_claim(given: Funds) -> None:
    found = given.reached(S.IN_IMPLEMENTATION)
    final = {"number": 2}
    given.order(claims.DraftClaim, found, content=claim())
    given.order(claims.SubmitClaim, found, number=1)
    given.order(claims.DraftClaim, found, content=claim())
    last = made(implementation.SubmitFinalClaim, found, **final)
    assert given.missing(last) == ["claims_open"]
    given.order(
        claims.ReturnClaim, found, number=1, correction_due=date(2026, 3, 9), reason="Braki"
    )
    assert given.missing(last) == ["claims_open"]
    given.order(claims.SubmitClaim, found, number=1)
    given.order(claims.ApproveClaim, found, number=1)
    given.give(last)


@pytest.mark.parametrize(
    ("years", "until"), [(5, date(2031, 3, 2)), (3, date(2029, 3, 2)), (None, None)]
)
def test_durability_lasts_as_long_as_the_call_says(
    given: Funds, years: Any, until: date | None
) -> None:
    found = given.reached(S.DURABILITY, durability_years=years)
    assert given.initiative(found).decisions.durability_until == until
    if until is None:
        given.order(implementation.CloseInitiative, found)


def test_initiative_closes_on_the_last_day_of_durability_with_its_obligations_met(
    given: Funds,
) -> None:
    found = given.reached(S.DURABILITY, durability_years=1)
    duty = {"kind": DutyKind.DURABILITY, "title": "Kontrola trwałości", "due_on": date(2026, 12, 1)}
    given.order(timeplan.ImposeDuty, found, **duty)
    given.later(364)
    close = made(implementation.CloseInitiative, found)
    assert given.missing(close) == ["durability_not_over", "obligation_unmet"]
    given.later(1)
    assert given.missing(close) == ["obligation_unmet"]
    given.order(timeplan.MeetDuty, found, number=1)
    given.give(close)
    assert given.state(found) is S.CLOSED


def test_other_duties_do_not_keep_it_open(given: Funds) -> None:
    found = given.reached(S.DURABILITY, durability_years=None)
    duty = {"kind": DutyKind.REPORT, "title": "Sprawozdanie", "due_on": date(2026, 12, 1)}
    given.order(timeplan.ImposeDuty, found, **duty)
    given.order(implementation.CloseInitiative, found)


def test_claims_stay_within_the_grant_of_the_agreement(given: Funds) -> None:
    found = given.reached(S.IN_IMPLEMENTATION)
    given.order(claims.DraftClaim, found, content=claim(100_000 * ZLOTY))
    beyond = made(claims.DraftClaim, found, content=claim(70_000 * ZLOTY + 1))
    assert given.missing(beyond) == ["amount_above_granted"]
    given.order(claims.SubmitClaim, found, number=1)
    part = {"number": 1, "reason": "Koszt niekwalifikowalny"}
    more = made(claims.PartlyApproveClaim, found, amount=100_000 * ZLOTY + 1, **part)
    assert given.missing(more) == ["amount_above_claimed"]
    given.order(claims.PartlyApproveClaim, found, amount=90_000 * ZLOTY, **part)
    paid = made(claims.PayClaim, found, number=1, amount=90_000 * ZLOTY + 1)
    assert given.missing(paid) == ["amount_above_approved"]
    given.order(claims.DraftClaim, found, content=claim(80_000 * ZLOTY))
    less = {
        "amount": 160_000 * ZLOTY,
        "budget": budget(160_000 * ZLOTY),
        "what": "Mniej",
        "document": DOCUMENT,
    }
    assert given.missing(made(implementation.SignAmendment, found, **less)) == [
        "amount_above_granted"
    ]


@pytest.mark.parametrize(
    ("steps", "kind", "facts"),
    [
        ([], claims.ApproveClaim, {}),
        ([], claims.PayClaim, {"amount": 1}),
        ([], claims.ReturnClaim, {"correction_due": date(2026, 3, 9), "reason": "Braki"}),
        ([claims.SubmitClaim], claims.DiscardClaim, {"reason": "Pomyłka"}),
        ([claims.SubmitClaim], claims.ReviseClaim, {"content": claim(1)}),
        ([claims.SubmitClaim, claims.ApproveClaim], claims.SubmitClaim, {}),
    ],
)
def test_claim_moves_only_along_its_way(given: Funds, steps: Any, kind: Any, facts: Any) -> None:
    found = given.reached(S.IN_IMPLEMENTATION)
    given.order(claims.DraftClaim, found, content=claim())
    for step in steps:
        given.order(step, found, number=1)
    assert given.refused(made(kind, found, number=1, **facts)).code == "claim_in_other_state"
    assert given.refused(made(kind, found, number=9, **facts)).code == "claim_not_found"
