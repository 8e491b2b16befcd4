"""Each guard of the application by itself: nothing is missing, then the one thing is taken away."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.calls.call import CancelCall, MoveCallDates
from domain.calls.terms import CategoryLimit, CostCategory, FlatRate
from domain.errors import InvalidInput
from domain.initiatives.budget import Budget, CostKind, CostLine, Financing
from domain.initiatives.commands import (
    consortium,
    proposal,
)
from domain.initiatives.states import InitiativeState
from domain.municipalities import MunicipalityKind
from tests.funds import DOCUMENT, TOMASZOW, ZLOTY, Funds, budget, made, official
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
