"""Who takes part, who leads, who may do what; and what others may not even know of."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.accounts import CloseAccount
from domain.initiatives.commands import consortium, implementation, proposal, records, timeplan
from domain.initiatives.consortium import Access, MemberState
from domain.initiatives.states import InitiativeState
from domain.roles import OPERATOR, Role
from tests.funds import DOCUMENT, TOMASZOW, Funds, budget, made, official
from tests.network import BELCHATOW, OPOCZNO

S = InitiativeState


def asked(given: Funds) -> UUID:
    found = given.propose()
    given.order(proposal.OpenPartnership, found)
    given.order(consortium.InvitePartner, found, municipality=BELCHATOW, message="Zapraszamy")
    return found


def test_invited_municipality_accepts_by_its_own_officials_only(given: Funds) -> None:
    found = asked(given)
    accept = made(consortium.AcceptInvitation, found, municipality=BELCHATOW)
    assert given.refused(accept, official(OPOCZNO)).code == "not_permitted"
    assert given.refused(accept, official(BELCHATOW, Role.EDITOR)).code == "not_permitted"
    given.give(accept, official(BELCHATOW, Role.EXECUTIVE))
    assert given.initiative(found).accepted_partners == [BELCHATOW]


def test_answers_and_invitations_repeated_happen_once(given: Funds) -> None:
    found = asked(given)
    by = official(BELCHATOW)
    for kind in (consortium.AcceptInvitation, consortium.AcceptInvitation):
        given.order(kind, found, by, municipality=BELCHATOW)
    given.order(consortium.InvitePartner, found, municipality=BELCHATOW)
    assert given.events(found)[-2:] == ["PartnerInvited", "PartnerAccepted"]


def test_municipality_that_was_not_asked_has_nothing_to_answer(given: Funds) -> None:
    found = asked(given)
    accept = made(consortium.AcceptInvitation, found, municipality=TOMASZOW)
    assert given.refused(accept, OPERATOR).code == "not_invited"
    decline = made(consortium.DeclineInvitation, found, municipality=BELCHATOW)
    given.give(decline, official(BELCHATOW))
    assert given.refused(replace(accept, municipality=BELCHATOW), OPERATOR).code == "not_invited"


def test_who_declined_or_left_can_be_asked_again(given: Funds) -> None:
    found = asked(given)
    given.order(consortium.DeclineInvitation, found, official(BELCHATOW), municipality=BELCHATOW)
    given.order(consortium.InvitePartner, found, municipality=BELCHATOW)
    given.order(consortium.AcceptInvitation, found, official(BELCHATOW), municipality=BELCHATOW)
    left = {"municipality": BELCHATOW, "reason": "Inne plany"}
    given.order(consortium.LeaveConsortium, found, official(BELCHATOW), **left)
    assert given.initiative(found).members[BELCHATOW] is MemberState.LEFT
    given.order(consortium.InvitePartner, found, municipality=BELCHATOW)


def test_partner_leaves_for_a_reason_and_the_lead_only_after_another_is_appointed(
    given: Funds,
) -> None:
    found = given.prepared()
    silent = made(consortium.LeaveConsortium, found, municipality=BELCHATOW, reason=" ")
    assert given.missing(silent, official(BELCHATOW)) == ["no_reason"]
    lead = made(consortium.LeaveConsortium, found, municipality=OPOCZNO, reason="Inne plany")
    assert given.refused(lead, official(OPOCZNO)).code == "lead_cannot_leave"
    given.order(consortium.AppointLead, found, municipality=BELCHATOW)
    given.give(lead, official(OPOCZNO))
    assert given.initiative(found).accepted == [BELCHATOW]
    assert (
        given.refused(replace(lead, command_id=uuid4(), municipality=TOMASZOW), OPERATOR).code
        == "not_a_partner"
    )


def test_lead_is_one_of_the_partners_and_later_needs_the_institution_s_consent(
    given: Funds,
) -> None:
    found = given.reached(S.SUBMITTED)
    stranger = made(consortium.AppointLead, found, municipality=TOMASZOW)
    assert given.refused(stranger).code == "not_a_partner"
    partner = made(consortium.AppointLead, found, municipality=BELCHATOW)
    assert given.missing(partner) == ["no_document"]
    given.give(replace(partner, document=DOCUMENT))
    assert given.initiative(found).lead == BELCHATOW


def test_former_lead_manages_no_more(given: Funds) -> None:
    found = given.partnership()
    given.order(consortium.AppointLead, found, municipality=BELCHATOW)
    start = made(proposal.StartPreparation, found)
    assert given.refused(start, official(OPOCZNO)).code == "not_permitted"
    given.give(start, official(BELCHATOW))


@pytest.mark.parametrize("number", [0, 2])
def test_only_the_current_version_of_the_agreement_is_signed(given: Funds, number: int) -> None:
    found = given.prepared()
    sign = made(consortium.SignPartnershipAgreement, found, municipality=OPOCZNO, number=number)
    assert given.refused(sign).code == "nothing_to_sign"


def test_agreement_is_signed_by_partners_and_only_once_it_is_drafted(given: Funds) -> None:
    found = given.partnership()
    sign = made(consortium.SignPartnershipAgreement, found, municipality=OPOCZNO, number=1)
    assert given.missing(sign) == ["no_partnership_agreement"]
    given.order(consortium.DraftPartnershipAgreement, found, document=DOCUMENT)
    given.give(sign)
    given.give(replace(sign, command_id=uuid4()))
    assert given.events(found)[-1:] == ["PartnershipAgreementSigned"]
    assert given.events(found)[-2] == "PartnershipAgreementDrafted"
    stranger = replace(sign, command_id=uuid4(), municipality=TOMASZOW)
    assert given.refused(stranger).code == "not_a_partner"


def test_partners_are_not_asked_any_more_after_the_submission(given: Funds) -> None:
    found = given.reached(S.SUBMITTED)
    invite = made(consortium.InvitePartner, found, municipality=TOMASZOW)
    assert given.missing(invite) == ["wrong_state"]


def test_idea_has_no_agreement_yet(given: Funds) -> None:
    found = given.propose()
    draft = made(consortium.DraftPartnershipAgreement, found, document=DOCUMENT)
    assert given.missing(draft) == ["wrong_state"]


COMMANDS: list[tuple[Any, dict[str, Any], Access]] = [
    (timeplan.SetMilestone, {"title": "Projekt", "due_on": date(2026, 9, 1)}, Access.EDIT),
    (proposal.DrawUpBudget, {"budget": budget(100_000, 20_000)}, Access.EDIT),
    (proposal.MakeInitiativePublic, {}, Access.MANAGE),
    (implementation.WithdrawInitiative, {"reason": "Inne plany"}, Access.MANAGE),
]


@pytest.mark.parametrize("access", [None, *Access])
def test_account_may_do_what_it_was_given(given: Funds, access: Access | None) -> None:
    """None: it is not named, and a partner's official may edit."""
    found = given.prepared()
    by = official(BELCHATOW, account=given.account(BELCHATOW))
    if access is not None:
        grant = {"account": by.id, "municipality": BELCHATOW, "access": access}
        given.order(consortium.GrantAccess, found, official(BELCHATOW), **grant)
    held = Access.EDIT if access is None else access
    for kind, facts, needs in COMMANDS:
        if held >= needs:
            given.order(kind, found, by, **facts)
        else:
            assert given.refused(made(kind, found, **facts), by).code == "not_permitted"


def test_access_is_granted_by_the_account_s_own_municipality_and_can_be_revoked(
    given: Funds,
) -> None:
    found = given.prepared()
    account = given.account(BELCHATOW)
    grant = {"account": account, "municipality": BELCHATOW, "access": Access.VIEW}
    assert (
        given.refused(made(consortium.GrantAccess, found, **grant), official(OPOCZNO)).code
        == "not_permitted"
    )
    given.order(consortium.GrantAccess, found, official(BELCHATOW), **grant)
    viewer = official(BELCHATOW, account=account)
    mine = made(consortium.RevokeAccess, found, account=account)
    assert given.refused(mine, viewer).code == "not_permitted"
    given.give(mine, official(BELCHATOW))
    given.order(timeplan.SetMilestone, found, viewer, title="Projekt", due_on=date(2026, 9, 1))
    theirs = {**grant, "account": given.account(TOMASZOW), "municipality": TOMASZOW}
    outside = made(consortium.GrantAccess, found, **theirs)
    assert given.refused(outside, OPERATOR).code == "not_a_partner"


def test_only_accounts_of_the_partner_itself_are_given_access(given: Funds) -> None:
    found = given.prepared()
    closed = given.account(BELCHATOW)
    given.give(CloseAccount(command_id=uuid4(), account_id=UUID(closed), reason="Odejście"))
    for account in (given.account(OPOCZNO), closed, str(uuid4()), "konto-x"):
        grant = {"account": account, "municipality": BELCHATOW, "access": Access.VIEW}
        refusal = given.refused(made(consortium.GrantAccess, found, **grant), official(BELCHATOW))
        assert refusal.code == "account_not_found"


def test_access_ends_with_the_partnership(given: Funds) -> None:
    found = given.prepared()
    for terc in (BELCHATOW, OPOCZNO):
        grant = {"account": given.account(terc), "municipality": terc, "access": Access.VIEW}
        given.order(consortium.GrantAccess, found, official(terc), **grant)
    leave = {"municipality": BELCHATOW, "reason": "Inne plany"}
    given.order(consortium.LeaveConsortium, found, official(BELCHATOW), **leave)
    assert [held.municipality for held in given.initiative(found).accounts.values()] == [OPOCZNO]


def test_officials_of_others_do_not_learn_that_it_exists(given: Funds) -> None:
    found = given.prepared()
    command = made(implementation.WithdrawInitiative, found, reason="Cudzy")
    stranger = official(TOMASZOW)
    there = given.refused(command, stranger)
    nowhere = given.refused(replace(command, initiative_id=uuid4()), stranger)
    assert (there.code, there.message("pl")) == (nowhere.code, nowhere.message("pl"))
    assert there.code == "initiative_not_found"
    given.order(proposal.MakeInitiativePublic, found)
    assert given.refused(command, stranger).code == "not_permitted"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PORTAL])
def test_auditors_and_portals_write_nothing(given: Funds, role: Role) -> None:
    found = given.prepared()
    command = made(implementation.WithdrawInitiative, found, reason="Inne plany")
    assert given.refused(command, official(OPOCZNO, role)).code == "not_permitted"


def test_submitted_initiative_stays_public(given: Funds) -> None:
    found = given.prepared()
    given.order(proposal.MakeInitiativePublic, found)
    given.order(proposal.MakeInitiativeConfidential, found)
    assert not given.initiative(found).public
    given.order(proposal.MakeInitiativePublic, found)
    given.order(proposal.SubmitApplication, found)
    hide = made(proposal.MakeInitiativeConfidential, found)
    assert given.missing(hide) == ["wrong_state"]


def test_notes_risks_and_documents_are_the_partners_own(given: Funds) -> None:
    found = given.prepared()
    write = records.WriteNote(command_id=uuid4(), initiative_id=found, text="Notatka")
    assert given.refused(write, official(TOMASZOW)).code == "initiative_not_found"
    note = given.give(write, official(BELCHATOW)).stream_id
    mine = records.RetractNote(command_id=uuid4(), note_id=note)
    assert given.refused(mine, official(OPOCZNO)).code == "not_permitted"
    given.give(mine, official(BELCHATOW))
    given.give(replace(mine, command_id=uuid4()), official(BELCHATOW))
    assert given.events(note) == ["Written", "Retracted"]


def test_any_partner_keeps_a_risk_up_to_date_and_nobody_else(given: Funds) -> None:
    found = given.prepared()
    low = records.Assessment(records.Level.LOW, records.Level.LOW)
    identify = records.IdentifyRisk(
        command_id=uuid4(), initiative_id=found, title="Opóźnienie", assessment=low
    )
    risk = given.give(identify, official(OPOCZNO)).stream_id
    high = replace(low, probability=records.Level.HIGH)
    again = records.ReassessRisk(command_id=uuid4(), risk_id=risk, assessment=high)
    assert given.refused(again, official(TOMASZOW)).code == "record_not_found"
    given.give(again, official(BELCHATOW))
    given.give(
        records.CloseRisk(command_id=uuid4(), risk_id=risk, outcome="Minęło"), official(OPOCZNO)
    )
    assert given.events(risk) == ["Identified", "Reassessed", "Closed"]


def test_settled_milestones_and_duties_stay_settled(given: Funds) -> None:
    found = given.prepared()
    given.order(timeplan.SetMilestone, found, title="Projekt", due_on=date(2026, 9, 1))
    reach = made(timeplan.ReachMilestone, found, number=1)
    ahead = replace(reach, on=date(2026, 3, 3))
    assert given.missing(ahead) == ["date_in_future"]
    given.give(reach)
    given.give(replace(reach, command_id=uuid4()))
    moved = made(timeplan.MoveMilestone, found, number=1, due_on=date(2026, 10, 1))
    assert given.refused(moved).code == "item_settled"
    unknown = replace(moved, number=7)
    assert given.refused(unknown).code == "milestone_not_found"
    assert given.refused(made(timeplan.MeetDuty, found, number=1)).code == "duty_not_found"
