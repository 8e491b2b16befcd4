"""Each guard by itself: an application with nothing missing, then the one thing taken away."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.calls.call import CancelCall, MoveCallDates
from domain.calls.terms import CategoryLimit, CostCategory, FlatRate
from domain.errors import InvalidInput
from domain.initiatives.assessment import ProtestGround
from domain.initiatives.budget import Budget, CostKind, CostLine, Financing
from domain.initiatives.commands import (
    assessment,
    claims,
    consortium,
    implementation,
    proposal,
    timeplan,
)
from domain.initiatives.states import InitiativeState
from domain.initiatives.timeplan import DutyKind
from domain.municipalities import MunicipalityKind
from tests.funds import DOCUMENT, TOMASZOW, ZLOTY, Funds, budget, claim, made, official
from tests.network import BELCHATOW, OPOCZNO

S = InitiativeState
SUBMIT = proposal.SubmitApplication


def test_only_an_active_member_proposes(given: Funds) -> None:
    given.net.register("100702")
    idea = proposal.ProposeInitiative(command_id=uuid4(), municipality="100702", title="Pomysł")
    assert given.refused(idea, official("100702")).code == "not_a_member"


def test_partnership_opens_with_exactly_one_lead(given: Funds) -> None:
    found = given.propose(leads=False)
    opened = made(proposal.OpenPartnership, found)
    assert given.missing(opened) == ["no_lead"]
    given.order(consortium.AppointLead, found, municipality=OPOCZNO)
    given.give(opened)


def test_preparation_starts_under_a_call(given: Funds) -> None:
    found = given.propose()
    given.order(proposal.OpenPartnership, found)
    assert given.missing(made(proposal.StartPreparation, found)) == ["no_call"]


def test_preparation_starts_with_a_partner_unless_the_call_allows_a_single_applicant(
    given: Funds,
) -> None:
    found = given.propose()
    given.order(proposal.OpenPartnership, found)
    given.order(consortium.InvitePartner, found, municipality=BELCHATOW)
    given.order(proposal.LinkCall, found, call_id=given.announce())
    assert given.missing(made(proposal.StartPreparation, found)) == ["no_partner"]
    given.order(proposal.LinkCall, found, call_id=given.announce(partnership_required=False))
    given.order(proposal.StartPreparation, found)


def test_cancelled_call_is_not_linked(given: Funds) -> None:
    call = given.announce()
    given.give(CancelCall(command_id=uuid4(), call_id=call, reason="Brak środków"))
    assert given.missing(made(proposal.LinkCall, given.propose(), call_id=call)) == [
        "call_cancelled"
    ]


def test_closed_call_refuses_applications(given: Funds) -> None:
    found = given.prepared(closes_at=given.now + timedelta(days=1))
    given.later(1)
    assert given.missing(made(SUBMIT, found)) == ["call_closed"]


def test_call_that_is_not_open_yet_refuses_applications(given: Funds) -> None:
    found = given.prepared(opens_at=given.now + timedelta(days=1))
    assert given.missing(made(SUBMIT, found)) == ["call_not_open"]


def test_cancelled_call_refuses_applications(given: Funds) -> None:
    found = given.prepared()
    call = given.initiative(found).call_id
    assert call is not None
    given.give(CancelCall(command_id=uuid4(), call_id=call, reason="Brak środków"))
    assert given.missing(made(SUBMIT, found)) == ["call_cancelled"]


def test_submission_is_judged_by_its_own_moment_and_not_by_its_recording(given: Funds) -> None:
    closes = given.now + timedelta(days=1)
    found = given.prepared(closes_at=closes)
    given.later(5)
    at_the_last_moment = closes - timedelta(microseconds=1)
    assert given.missing(made(SUBMIT, found, submitted_at=closes)) == ["call_closed"]
    given.order(SUBMIT, found, submitted_at=at_the_last_moment)
    assert given.initiative(found).path[-1].on == date(2026, 3, 3)


def test_submission_does_not_lie_ahead_and_has_a_time_zone(given: Funds) -> None:
    found = given.prepared()
    ahead = made(SUBMIT, found, submitted_at=given.now + timedelta(seconds=1))
    assert given.missing(ahead) == ["date_in_future"]
    naive = made(SUBMIT, found, submitted_at=datetime(2026, 3, 2))  # noqa: DTZ001
    assert isinstance(given.refused(naive), InvalidInput)


def test_agreement_is_signed_by_the_lead_and_every_accepted_partner(given: Funds) -> None:
    found = given.prepared()
    given.order(consortium.DraftPartnershipAgreement, found, document=DOCUMENT)
    unsigned = "partnership_agreement_unsigned"
    assert given.missing(made(SUBMIT, found)) == [unsigned, unsigned]
    given.order(consortium.SignPartnershipAgreement, found, municipality=OPOCZNO, number=2)
    refusal = given.refused(made(SUBMIT, found))
    assert refusal.message("pl") == "Umowy partnerstwa nie podpisała gmina Bełchatów (100101)."


def test_partner_who_joined_after_the_signing_has_to_sign_too(given: Funds) -> None:
    found = given.prepared()
    given.order(consortium.InvitePartner, found, municipality=TOMASZOW)
    given.order(consortium.AcceptInvitation, found, official(TOMASZOW), municipality=TOMASZOW)
    assert given.missing(made(SUBMIT, found)) == ["partnership_agreement_unsigned"]


def test_new_lead_makes_the_agreement_void(given: Funds) -> None:
    found = given.prepared()
    given.order(consortium.AppointLead, found, municipality=BELCHATOW)
    assert given.missing(made(SUBMIT, found))[0] == "partnership_agreement_unsigned"


def test_single_applicant_has_nobody_to_agree_with(given: Funds) -> None:
    found = given.propose()
    given.order(proposal.OpenPartnership, found)
    given.order(proposal.LinkCall, found, call_id=given.announce(partnership_required=False))
    given.order(proposal.StartPreparation, found)
    alone = Budget(
        budget().periods,
        (CostLine(OPOCZNO, CostCategory.EQUIPMENT, 1, "Sprzęt", amount=200_000),),
        (Financing(OPOCZNO, 150_000, own_public=50_000),),
    )
    given.order(proposal.DrawUpBudget, found, budget=alone)
    given.order(SUBMIT, found)


def without(found: Budget, **changes: Any) -> Budget:
    return replace(found, **changes)


OVERHEADS = CostLine(
    OPOCZNO, CostCategory.OFFICE_AND_ADMINISTRATION, 1, "Ryczałt", CostKind.FLAT_RATE,
    rate=1_500, bases=(CostCategory.INFRASTRUCTURE,),
)  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "call", "missing"),
    [
        (without(budget(), financing=budget().financing[:1]), {}, ["budget_unbalanced"]),
        (without(budget(), lines=(), financing=()), {"min_grant": None}, ["budget_empty"]),
        (budget(partner=TOMASZOW), {}, ["budget_names_stranger"]),
        (budget(170_001 * ZLOTY, 29_999 * ZLOTY), {}, ["rate_exceeded"]),
        (budget(), {"max_rate": 8_499}, ["rate_exceeded"]),
        (budget(), {"max_grant": 170_000 * ZLOTY - 1}, ["grant_above_maximum"]),
        (budget(), {"min_grant": 170_000 * ZLOTY + 1}, ["grant_below_minimum"]),
        (
            budget(),
            {"category_limits": (CategoryLimit(CostCategory.EQUIPMENT, 4_999),)},
            ["category_limit_exceeded"],
        ),
    ],
)
def test_budget_that_breaks_a_rule_is_not_submitted(
    given: Funds, changed: Budget, call: Any, missing: list[str]
) -> None:
    found = given.prepared(**call)
    given.order(proposal.DrawUpBudget, found, budget=changed)
    assert given.missing(made(SUBMIT, found)) == missing


@pytest.mark.parametrize(
    ("call", "missing"),
    [
        ({}, ["flat_rate_not_allowed"]),
        (
            {"flat_rates": (FlatRate(OVERHEADS.category, 1_499, OVERHEADS.bases),)},
            ["flat_rate_not_allowed"],
        ),
        (
            {"flat_rates": (FlatRate(OVERHEADS.category, 1_500, (CostCategory.STAFF,)),)},
            ["flat_rate_not_allowed"],
        ),
        ({"flat_rates": (FlatRate(OVERHEADS.category, 1_500, OVERHEADS.bases),)}, []),
    ],
)
def test_flat_rates_are_those_of_the_call(given: Funds, call: Any, missing: list[str]) -> None:
    found = given.prepared(**call)
    usual = budget()
    overheads = 15_000 * ZLOTY
    lead = replace(usual.financing[0], own_public=usual.financing[0].own_public + overheads)
    with_rate = without(
        usual, lines=(*usual.lines, OVERHEADS), financing=(lead, usual.financing[1])
    )
    given.order(proposal.DrawUpBudget, found, budget=with_rate)
    if missing:
        assert given.missing(made(SUBMIT, found)) == missing
    else:
        given.order(SUBMIT, found)


def test_rate_may_hold_for_every_partner_by_itself(given: Funds) -> None:
    usual = budget()
    shifted = (
        Financing(OPOCZNO, usual.financing[0].total, 0),
        Financing(BELCHATOW, 7_000_000, own_public=3_000_000),
    )
    for per_partner, missing in ((False, None), (True, ["rate_exceeded"])):
        given.register_programme()
        found = given.prepared(rate_per_partner=per_partner)
        given.order(proposal.DrawUpBudget, found, budget=without(usual, financing=shifted))
        if missing:
            assert given.missing(made(SUBMIT, found)) == missing
        else:
            given.order(SUBMIT, found)


@pytest.mark.parametrize("call", [{"territories": ("1007",)}, {"territories": ("14", "100101")}])
def test_everyone_has_to_be_eligible_by_territory(given: Funds, call: Any) -> None:
    assert given.missing(made(SUBMIT, given.prepared(**call))) == ["not_eligible"]


def test_everyone_has_to_be_eligible_by_kind(given: Funds) -> None:
    found = given.prepared(kinds=(MunicipalityKind.RURAL,))
    assert given.missing(made(SUBMIT, found)) == ["not_eligible", "not_eligible"]


def test_everything_that_is_missing_is_said_at_once(given: Funds) -> None:
    found = given.partnership(closes_at=given.now, kinds=(MunicipalityKind.RURAL,))
    given.order(proposal.StartPreparation, found)
    assert given.missing(made(SUBMIT, found)) == [
        "call_closed", "no_partnership_agreement", "no_budget", "not_eligible", "not_eligible",
    ]  # fmt: skip


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


def test_deadline_of_a_moved_call_is_the_new_one(given: Funds) -> None:
    found = given.prepared(closes_at=given.now + timedelta(days=1))
    call = given.initiative(found).call_id
    assert call is not None
    moved: Any = {
        "opens_at": given.call(call).terms.opens_at,
        "closes_at": datetime(2026, 5, 1, tzinfo=UTC),
    }
    given.give(MoveCallDates(command_id=uuid4(), call_id=call, **moved))
    given.later(10)
    given.order(SUBMIT, found)
