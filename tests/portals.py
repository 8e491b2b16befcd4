"""A portal of a small network: admitted, with people who have an account, and with keys."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from domain.commands import Command
from domain.portals import (
    ApprovePortal,
    ChangeKind,
    IssuePortalKey,
    PortalFacts,
    PortalTerms,
    RegisterPortal,
    Scope,
)
from domain.roles import OPERATOR, Actor, Role
from infra.portals import keys
from infra.portals.keys import Place
from tests.infra.desks import Office
from tests.network import Network

ALL = (Scope.READ_PUBLIC, Scope.CHANGES, Scope.WEBHOOKS)
NEWS = (ChangeKind.NEWS,)


def application(name: str = "Gminy w sieci") -> RegisterPortal:
    return RegisterPortal(
        command_id=uuid4(),
        facts=PortalFacts(name, "Fundacja Most", "https://gminy.example", "Mapa dobrych praktyk."),
        contact_name="Ewa Lis",
        contact_email=f"{uuid4().hex}@gminy.example",
        scopes=(Scope.READ_PUBLIC,),
    )


@dataclass
class AdmittedPortal:
    net: Network
    quota: int = 600
    scopes: tuple[Scope, ...] = ALL
    name: str = "Gminy w sieci"
    id: UUID = field(init=False)
    people: Actor = field(init=False)

    def __post_init__(self) -> None:
        registered = application(self.name)
        self.net.give(registered)
        self.id = registered.portal_id
        self.people = Actor.of(uuid4(), {Role.PORTAL}, None, self.id)
        self.give(ApprovePortal, OPERATOR, terms=PortalTerms(self.scopes, self.quota))

    def give(self, command: type[Command], by: Actor | None = None, **facts: Any) -> Any:
        made: Any = command
        given = made(command_id=uuid4(), portal_id=self.id, **facts)
        self.net.give(given, by or self.people)
        return given

    def key(self, *scopes: Scope, name: str = "strona") -> tuple[UUID, str]:
        """Its id, and what opens with it."""
        issued = self.give(IssuePortalKey, name=name, scopes=scopes or (Scope.READ_PUBLIC,))
        return issued.key_id, self.secret(issued.key_id)

    def secret(self, key_id: UUID) -> str:
        secret = keys.issue(self.net.connection, Place(key_id, self.id))
        assert secret is not None
        return secret

    def token(self) -> str:
        """Of one of its people."""
        office = Office(self.net)
        email = f"{uuid4().hex}@gminy.example"
        account = office.active(Role.PORTAL, email=email, terc=None, portal=self.id)
        return office.own.issue_token(account, "test", frozenset({Role.PORTAL}), None).secret
