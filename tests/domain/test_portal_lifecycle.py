"""Random commands never bring a portal into a state that its lifecycle doesn't know."""

from typing import ClassVar
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from domain.portals import (
    AddWebhook,
    ApprovePortal,
    ChangeKind,
    ChangePortalTerms,
    ClosePortal,
    GiveUpWebhook,
    IssuePortalKey,
    PauseCause,
    Portal,
    PortalTerms,
    ReinstatePortal,
    RejectPortal,
    RemoveWebhook,
    ResumeWebhook,
    RevokePortalKey,
    RotatePortalKey,
    RotateWebhookSecret,
    Scope,
    SuspendPortal,
)
from domain.roles import OPERATOR, Actor, Role
from tests.lifecycle import Lifecycle, run
from tests.network import network
from tests.portals import application

TERMS = st.sampled_from(
    [PortalTerms((Scope.READ_PUBLIC, Scope.WEBHOOKS), 60), PortalTerms((Scope.READ_PUBLIC,), 600)]
)
SCOPES = st.sampled_from([(Scope.READ_PUBLIC,), (Scope.WEBHOOKS,), ()])
WHICH = st.integers(0, 3)


class PortalLifecycle(Lifecycle):
    aggregate = Portal
    allowed: ClassVar[set[tuple[str, str]]] = {
        ("REGISTERED", "ACTIVE"),
        ("REGISTERED", "REJECTED"),
        ("ACTIVE", "SUSPENDED"),
        ("SUSPENDED", "ACTIVE"),
        ("ACTIVE", "CLOSED"),
        ("SUSPENDED", "CLOSED"),
    }
    registered: ClassVar[int] = 0

    @initialize()
    def register(self) -> None:
        PortalLifecycle.registered += 1
        self.id = self.net.give(application(f"Portal {self.registered}")).stream_id
        self.people = Actor.of(uuid4(), {Role.PORTAL}, None, self.id)
        self.ends = 0
        assert self.state == "REGISTERED"

    @rule(terms=TERMS)
    def approve(self, terms: PortalTerms) -> None:
        self.give(ApprovePortal, OPERATOR, portal_id=self.id, terms=terms)

    @rule(terms=TERMS)
    def change_terms(self, terms: PortalTerms) -> None:
        self.give(ChangePortalTerms, OPERATOR, portal_id=self.id, terms=terms)

    @rule()
    def suspend(self) -> None:
        self.give(SuspendPortal, OPERATOR, portal_id=self.id, reason="Powód.")

    @rule(command=st.sampled_from([RejectPortal, ClosePortal]))
    def end(self, command: type) -> None:
        self.ends += 1
        if self.ends > 2:  # what is over for good ends the walk early
            self.give(command, OPERATOR, portal_id=self.id, reason="Powód.")

    @rule()
    def reinstate(self) -> None:
        self.give(ReinstatePortal, OPERATOR, portal_id=self.id)

    @rule(scopes=SCOPES)
    def issue_key(self, scopes: tuple[Scope, ...]) -> None:
        self.give(IssuePortalKey, self.people, portal_id=self.id, name="x", scopes=scopes)

    @rule(which=WHICH, overlap=st.sampled_from([0, 1, 721]))
    def rotate_key(self, which: int, overlap: int) -> None:
        keys = [*self.now.keys] or [uuid4()]
        key_id = keys[which % len(keys)]
        facts = {"portal_id": self.id, "key_id": key_id, "overlap_hours": overlap}
        self.give(RotatePortalKey, self.people, **facts)

    @rule(which=WHICH)
    def revoke_key(self, which: int) -> None:
        keys = [*self.now.keys] or [uuid4()]
        key_id = keys[which % len(keys)]
        self.give(RevokePortalKey, self.people, portal_id=self.id, key_id=key_id)

    @rule()
    def add_webhook(self) -> None:
        facts = {"url": "https://x.example", "kinds": (ChangeKind.NEWS,)}
        self.give(AddWebhook, self.people, portal_id=self.id, **facts)

    @rule(
        which=WHICH,
        command=st.sampled_from([GiveUpWebhook, ResumeWebhook, RemoveWebhook, RotateWebhookSecret]),
    )
    def tend_webhook(self, which: int, command: type) -> None:
        webhooks = [*self.now.webhooks] or [uuid4()]
        facts = {"portal_id": self.id, "webhook_id": webhooks[which % len(webhooks)]}
        if command is GiveUpWebhook:
            self.give(command, OPERATOR, cause=PauseCause.FAILING, **facts)
        else:
            self.give(command, self.people, **facts)

    @rule()
    def project(self) -> None:
        self.net.project()

    @invariant()
    def only_an_active_portals_keys_open_anything(self) -> None:
        if self.now is None:
            return
        at = self.now.modified_on
        good = [key_id for key_id in self.now.keys if self.now.good_key(key_id, at)]
        assert not good or self.state == "ACTIVE"


def test_no_commands_bring_a_portal_where_it_can_not_be(database_url: str) -> None:
    with network(database_url) as net:

        def machine() -> PortalLifecycle:
            return PortalLifecycle(net)

        run(machine, net, "portals")
    assert PortalLifecycle.seen == {"REGISTERED", "ACTIVE", "SUSPENDED", "REJECTED", "CLOSED"}
