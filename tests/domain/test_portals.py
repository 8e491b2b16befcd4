"""Portals: admitted by the coordinator, with keys and webhooks of their own."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.accounts import Account, InviteAccount, RoleNotGrantable
from domain.commands import Command
from domain.errors import CommandIdReused, InvalidInput, NotPermitted
from domain.personal import Personal
from domain.portals import (
    AddWebhook,
    ApprovePortal,
    ChangeKind,
    ChangePortalTerms,
    ChangeWebhook,
    ClosePortal,
    GiveUpWebhook,
    IssuePortalKey,
    KeyNotFound,
    PauseCause,
    PauseWebhook,
    Portal,
    PortalClosed,
    PortalFacts,
    PortalNameTaken,
    PortalNotActive,
    PortalNotFound,
    PortalTerms,
    RegisterPortal,
    ReinstatePortal,
    RejectPortal,
    RemoveWebhook,
    ResumeWebhook,
    RevokePortalKey,
    RotatePortalKey,
    RotateWebhookSecret,
    Scope,
    ScopeNotGranted,
    SuspendPortal,
    TooManyKeys,
    TooManyWebhooks,
    WebhookNotFound,
    contact_of,
)
from domain.roles import ANONYMOUS, OPERATOR, Actor, Role
from tests.domain.scenario import NOW, Scenario, given, said
from tests.network import official

FACTS = PortalFacts(
    name="Gminy w sieci",
    operator="Fundacja Most",
    website="https://gminy.example",
    purpose="Mapa dobrych praktyk.",
)
TERMS = PortalTerms((Scope.READ_PUBLIC, Scope.WEBHOOKS), 60)
NEWS = (ChangeKind.NEWS,)
URL = "https://gminy.example/hook"


def registered(**facts: Any) -> RegisterPortal:
    told = {
        "facts": FACTS,
        "contact_name": "Ewa Lis",
        "contact_email": "ewa@gminy.example",
        "scopes": (Scope.READ_PUBLIC,),
    }
    return RegisterPortal(command_id=uuid4(), **{**told, **facts})


REGISTERED = registered()
PORTAL = REGISTERED.portal_id
PEOPLE = Actor.of(uuid4(), {Role.PORTAL}, None, PORTAL)
KEY_ITSELF = Actor("key", frozenset({Role.PORTAL}), portal=PORTAL)


def of(command: type[Command], **facts: Any) -> Any:
    made: Any = command
    return made(command_id=uuid4(), portal_id=PORTAL, **facts)


APPROVED = of(ApprovePortal, terms=TERMS)
ISSUED = of(IssuePortalKey, name="strona", scopes=(Scope.READ_PUBLIC,))
ADDED = of(AddWebhook, url=URL, kinds=NEWS)


def active(*more: Command) -> Scenario:
    return given(REGISTERED, APPROVED, *more).by(PEOPLE)


def portal(scenario: Scenario) -> Portal:
    found = scenario.store.load(Portal, PORTAL)
    assert found is not None
    return found


def test_registration_keeps_who_asked_as_personal_data() -> None:
    contact = contact_of(PORTAL)
    given().when(REGISTERED).then(
        said(
            Portal.Registered,
            facts=FACTS,
            contact_name=Personal(contact, "Ewa Lis"),
            contact_email=Personal(contact, "ewa@gminy.example"),
            wanted=(Scope.READ_PUBLIC,),
        )
    )
    assert "Ewa" not in repr(REGISTERED)
    assert "ewa@" not in repr(REGISTERED)


def test_registration_says_all_that_is_wrong_with_it() -> None:
    facts = PortalFacts(name=" ", operator="x" * 201, website="gminy", purpose="")
    given().when(registered(facts=facts, scopes=())).invalid(
        name="missing",
        operator="too_long",
        website="malformed",
        purpose="missing",
        scopes="missing",
    )
    given().when(registered(contact_email="ewa")).invalid(contactEmail="malformed_email")


@pytest.mark.parametrize("name", ["Gminy w sieci", "  GMINY  w\u2003Sieci "])
def test_name_is_one_portals_however_it_is_spelled(name: str) -> None:
    facts = PortalFacts(name, FACTS.operator, FACTS.website, FACTS.purpose)
    given(REGISTERED).when(registered(facts=facts)).then(PortalNameTaken)


def test_name_of_a_portal_that_was_rejected_or_closed_is_free_again() -> None:
    again = registered()
    rejected = given(REGISTERED, of(RejectPortal, reason="Bez adresu."))
    rejected.when(again).then(Portal.Registered)
    rejected.and_given(again).when(registered()).then(PortalNameTaken)
    given(REGISTERED, APPROVED, of(ClosePortal, reason="Koniec.")).when(again).then(
        Portal.Registered
    )


def test_coordinator_approves_with_terms() -> None:
    given(REGISTERED).when(APPROVED).then(said(Portal.Approved, terms=TERMS))
    given(REGISTERED, APPROVED).when(of(ApprovePortal, terms=TERMS)).then()
    for terms, problem in (
        (PortalTerms((), 60), {"scopes": "missing"}),
        (PortalTerms((Scope.CHANGES,), 0), {"requestsPerMinute": "malformed"}),
    ):
        given(REGISTERED).when(of(ApprovePortal, terms=terms)).invalid(**problem)
    given().when(APPROVED).then(PortalNotFound)


@pytest.mark.parametrize(
    "actor",
    [ANONYMOUS, official("100704"), official("100704", Role.MUNICIPALITY_ADMIN), PEOPLE],
)
def test_nobody_but_the_coordinator_decides_about_portals(actor: Actor) -> None:
    waiting = given(REGISTERED).by(actor)
    waiting.when(registered(facts=PortalFacts("Inny", "x", "https://x.example", "x"))).then(
        NotPermitted
    )
    for command in (
        APPROVED,
        of(RejectPortal, reason="Nie."),
        of(SuspendPortal, reason="Nie."),
        of(ReinstatePortal),
        of(ClosePortal, reason="Nie."),
        of(ChangePortalTerms, terms=TERMS),
        of(GiveUpWebhook, webhook_id=uuid4(), cause=PauseCause.FAILING),
    ):
        waiting.when(command).then(NotPermitted)


def test_portal_waits_for_approval_before_it_has_keys() -> None:
    given(REGISTERED).by(PEOPLE).when(ISSUED).then(PortalNotActive)
    given(REGISTERED, of(RejectPortal, reason="Nie.")).by(PEOPLE).when(ISSUED).then(PortalClosed)


def test_its_people_issue_keys_within_what_was_granted() -> None:
    active().when(ISSUED).then(said(Portal.KeyIssued, key_id=ISSUED.key_id, name="strona"))
    active().when(of(IssuePortalKey, name="x", scopes=(Scope.CHANGES,))).then(ScopeNotGranted)
    active().when(of(IssuePortalKey, name="", scopes=())).invalid(name="missing", scopes="missing")
    past = of(IssuePortalKey, name="x", scopes=(Scope.READ_PUBLIC,), ends_at=NOW)
    active().when(past).invalid(endsAt="already_expired")


def test_key_is_no_way_to_more_keys() -> None:
    by_key = Scenario(active(ISSUED).store, KEY_ITSELF)
    for command in (
        of(IssuePortalKey, name="x", scopes=(Scope.READ_PUBLIC,)),
        of(RotatePortalKey, key_id=ISSUED.key_id),
        of(RevokePortalKey, key_id=ISSUED.key_id),
    ):
        by_key.when(command).then(NotPermitted)
    by_key.when(ADDED).then(Portal.WebhookAdded)


def test_another_portal_is_nobodys_business() -> None:
    stranger = Actor.of(uuid4(), {Role.PORTAL}, None, uuid4())
    for command in (ISSUED, ADDED, of(RevokePortalKey, key_id=uuid4())):
        given(REGISTERED, APPROVED).by(stranger).when(command).then(PortalNotFound)


def test_rotated_key_overlaps_with_the_next_one() -> None:
    rotated = of(RotatePortalKey, key_id=ISSUED.key_id, overlap_hours=2)
    ends_at = NOW + timedelta(hours=2)
    active(ISSUED).when(rotated).then(said(Portal.KeyRotated, ends_at=ends_at))
    after = portal(active(ISSUED, rotated))
    for key_id in (ISSUED.key_id, rotated.new_key_id):
        assert after.good_key(key_id, ends_at - timedelta(seconds=1)) is not None
    assert after.good_key(ISSUED.key_id, ends_at) is None
    assert after.good_key(rotated.new_key_id, ends_at) is not None
    for hours in (-1, 721):
        wrong = of(RotatePortalKey, key_id=ISSUED.key_id, overlap_hours=hours)
        active(ISSUED).when(wrong).invalid(overlapHours="overlap_out_of_range")
    active(ISSUED).when(of(RotatePortalKey, key_id=uuid4())).then(KeyNotFound)


def test_rotation_never_lengthens_a_key_that_has_its_end() -> None:
    soon = NOW + timedelta(hours=1)
    short = of(IssuePortalKey, name="x", scopes=(Scope.READ_PUBLIC,), ends_at=soon)
    rotated = of(RotatePortalKey, key_id=short.key_id, overlap_hours=24)
    active(short).when(rotated).then(said(Portal.KeyRotated, ends_at=soon))


def test_revoked_key_is_good_for_nothing() -> None:
    revoked = of(RevokePortalKey, key_id=ISSUED.key_id)
    active(ISSUED).when(revoked).then(said(Portal.KeyRevoked, key_id=ISSUED.key_id))
    after = active(ISSUED, revoked)
    assert portal(after).good_key(ISSUED.key_id, NOW) is None
    after.when(of(RevokePortalKey, key_id=ISSUED.key_id)).then()
    after.when(of(RotatePortalKey, key_id=ISSUED.key_id)).then(KeyNotFound)


def test_suspended_portals_keys_rest() -> None:
    suspended = given(REGISTERED, APPROVED, ISSUED, of(SuspendPortal, reason="Nadużycia."))
    assert portal(suspended).good_key(ISSUED.key_id, NOW) is None
    back = suspended.and_given(of(ReinstatePortal))
    assert portal(back).good_key(ISSUED.key_id, NOW) is not None
    back.when(of(ClosePortal, reason="Koniec.")).then(Portal.Closed)
    closed = back.and_given(of(ClosePortal, reason="Koniec."))
    assert portal(closed).good_key(ISSUED.key_id, NOW) is None
    closed.when(of(ReinstatePortal)).then(PortalClosed)


def test_key_has_only_the_scopes_that_its_portal_still_has() -> None:
    both = of(IssuePortalKey, name="x", scopes=(Scope.READ_PUBLIC, Scope.WEBHOOKS))
    less = of(ChangePortalTerms, terms=PortalTerms((Scope.READ_PUBLIC,), 60))
    key = portal(given(REGISTERED, APPROVED, both, less)).good_key(both.key_id, NOW)
    assert key is not None
    assert key.scopes == {Scope.READ_PUBLIC}


def test_ten_keys_are_enough() -> None:
    ten = [of(IssuePortalKey, name=f"{n}", scopes=(Scope.READ_PUBLIC,)) for n in range(10)]
    full = active(*ten)
    full.when(ISSUED).then(TooManyKeys)
    full.when(of(RotatePortalKey, key_id=ten[0].key_id)).then(TooManyKeys)
    full.and_given(of(RevokePortalKey, key_id=ten[0].key_id)).when(ISSUED).then(Portal.KeyIssued)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://gminy.example/hook", "not_encrypted"),
        ("https://[x/", "not_encrypted"),
        ("ftp://gminy.example", "malformed"),
        ("", "missing"),
    ],
)
def test_webhook_leads_to_an_encrypted_address(url: str, code: str) -> None:
    refusal = active().when(of(AddWebhook, url=url, kinds=())).refused(InvalidInput)
    assert isinstance(refusal, InvalidInput)
    assert ("url", code) in [(each.field, each.code) for each in refusal.problems]
    assert ("kinds", "missing") in [(each.field, each.code) for each in refusal.problems]


def test_webhook_is_changed_paused_resumed_and_removed() -> None:
    webhook = {"webhook_id": ADDED.webhook_id}
    there = active(ADDED)
    there.when(of(ChangeWebhook, url=URL, kinds=NEWS, **webhook)).then()
    there.when(of(ChangeWebhook, url=f"{URL}2", kinds=NEWS, **webhook)).then(Portal.WebhookChanged)
    there.when(of(RotateWebhookSecret, **webhook)).then(Portal.WebhookSecretRotated)
    there.when(of(ResumeWebhook, **webhook)).then()
    there.when(of(PauseWebhook, **webhook)).then(said(Portal.WebhookPaused, cause=PauseCause.ASKED))
    paused = given(REGISTERED, APPROVED, ADDED).and_given(
        of(GiveUpWebhook, cause=PauseCause.FAILING, **webhook)
    )
    paused.when(of(GiveUpWebhook, cause=PauseCause.GONE, **webhook)).then()
    paused.by(PEOPLE).when(of(ResumeWebhook, **webhook)).then(Portal.WebhookResumed)
    there.when(of(RemoveWebhook, **webhook)).then(Portal.WebhookRemoved)
    gone = active(ADDED, of(RemoveWebhook, **webhook))
    gone.when(of(RemoveWebhook, **webhook)).then()
    for command in (PauseWebhook, ResumeWebhook, RotateWebhookSecret):
        gone.when(of(command, **webhook)).then(WebhookNotFound)


def test_webhooks_need_their_scope_and_are_ten_at_most() -> None:
    without = given(REGISTERED, of(ApprovePortal, terms=PortalTerms((Scope.READ_PUBLIC,))))
    without.by(PEOPLE).when(ADDED).then(ScopeNotGranted)
    ten = [of(AddWebhook, url=URL, kinds=NEWS) for _ in range(10)]
    active(*ten).when(ADDED).then(TooManyWebhooks)


def test_repeated_command_happens_once_and_a_changed_one_is_refused() -> None:
    there = active(ISSUED)
    there.when(ISSUED).then(CommandIdReused)  # by another than then
    given(REGISTERED, APPROVED, ISSUED).when(ISSUED).then()


def invitation(portal_id: UUID | None = PORTAL, **facts: Any) -> InviteAccount:
    told = {
        "municipality": None,
        "email": "ewa@gminy.example",
        "name": "Ewa Lis",
        "roles": frozenset({Role.PORTAL}),
    }
    return InviteAccount(command_id=uuid4(), portal=portal_id, **{**told, **facts})


def test_account_of_a_portal_acts_for_it() -> None:
    invited = invitation()
    scenario = given(REGISTERED, APPROVED, invited)
    found = scenario.store.load(Account, invited.account_id)
    assert found is not None
    assert found.actor().portal == PORTAL
    given(REGISTERED, APPROVED).when(invited).then(said(Account.Invited, portal=PORTAL))


def test_accounts_role_fits_whose_it_is() -> None:
    there = given(REGISTERED, APPROVED)
    there.when(invitation(roles=frozenset({Role.COORDINATOR}))).then(RoleNotGrantable)
    there.when(invitation(portal_id=None)).then(RoleNotGrantable)
    there.when(invitation(portal_id=uuid4())).then(PortalNotFound)
    there.by(PEOPLE).when(invitation()).then(NotPermitted)
    assert OPERATOR.is_coordinator
