"""Accounts of a small network, with the time in the test's hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from domain.accounts import InviteAccount
from domain.roles import OPERATOR, Role
from infra.accounts.desk import Desk
from infra.accounts.links import Purpose, new_link
from infra.accounts.login import LoggedIn, Login, Visitor
from infra.accounts.own import OwnAccount
from infra.personal.master import WrappingKey
from tests.network import OPOCZNO, Network, network

EMAIL, NAME, PASSWORD = "ewa@opoczno.example", "Ewa Kowalska", "zielony most nad Drzewiczką"
HERE, ELSEWHERE = Visitor("192.0.2.1", "Firefox, Linux"), Visitor("198.51.100.7", "curl")


@dataclass
class Office:
    net: Network
    desk: Desk = field(init=False)
    passed: timedelta = timedelta()

    def __post_init__(self) -> None:
        self.desk = Desk(self.net.pool, self.net.cooperation, WrappingKey(bytes(32)), self.now)
        self.login = Login(self.desk)
        self.own = OwnAccount(self.desk)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.passed

    def later(self, **passed: float) -> None:
        self.passed += timedelta(**passed)

    def invited(
        self,
        *roles: Role,
        email: str = EMAIL,
        terc: str | None = OPOCZNO,
        name: str = NAME,
        portal: UUID | None = None,
    ) -> UUID:
        command = InviteAccount(
            command_id=uuid4(),
            municipality=terc,
            email=email,
            name=name,
            roles=frozenset(roles or {Role.EDITOR}),
            portal=portal,
        )
        return self.net.give(command, OPERATOR).stream_id

    def link(self, account: UUID, purpose: Purpose = Purpose.INVITATION) -> str:
        with self.desk.connection() as connection:
            return new_link(connection, account, purpose, self.now())

    def active(
        self,
        *roles: Role,
        email: str = EMAIL,
        terc: str | None = OPOCZNO,
        name: str = NAME,
        portal: UUID | None = None,
    ) -> UUID:
        account = self.invited(*roles, email=email, terc=terc, name=name, portal=portal)
        self.login.accept_invitation(self.link(account), PASSWORD, HERE)
        return account

    def enter(
        self, password: str = PASSWORD, code: str | None = None, visitor: Visitor = HERE
    ) -> LoggedIn:
        return self.login.with_password(EMAIL, password, code, visitor)


@contextmanager
def office(database_url: str) -> Iterator[Office]:
    with network(database_url) as net:
        net.member(OPOCZNO)
        yield Office(net)
