from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.accounts import (
    Account,
    AccountClosed,
    AccountNotFound,
    AccountState,
    ActivateAccount,
    CloseAccount,
    EmailTaken,
    GrantRole,
    InviteAccount,
    IssueAccessToken,
    NotActive,
    RecordPassword,
    RecordSecondFactor,
    ReinstateAccount,
    RenameAccount,
    RenewInvitation,
    RevokeAccessToken,
    RevokeRole,
    RoleNotGrantable,
    SuspendAccount,
    parse_email,
)
from domain.accounts.account import person_of
from domain.errors import DomainError, InvalidInput, NotPermitted
from domain.people import ForgetPerson
from domain.roles import ANONYMOUS, OPERATOR, Actor, Role
from domain.values import Terc
from tests.network import BELCHATOW, OPOCZNO, Network, network, official

ADMIN = official(OPOCZNO, Role.MUNICIPALITY_ADMIN)
EMAIL, NAME = "ewa.kowalska@opoczno.example", "Ewa Kowalska"


def invitation(
    municipality: str | None = OPOCZNO, email: str = EMAIL, *roles: Role, **more: Any
) -> InviteAccount:
    return InviteAccount(
        command_id=more.pop("command_id", None) or uuid4(),
        municipality=municipality,
        email=email,
        name=more.pop("name", NAME),
        roles=frozenset(roles or {Role.EDITOR}),
    )


def invited(net: Network, *roles: Role, email: str = EMAIL, terc: str | None = OPOCZNO) -> UUID:
    return net.give(invitation(terc, email, *roles)).stream_id


def active(net: Network, *roles: Role, email: str = EMAIL, terc: str | None = OPOCZNO) -> UUID:
    account = invited(net, *roles, email=email, terc=terc)
    net.give(ActivateAccount(command_id=uuid4(), account_id=account), itself(account, terc))
    return account


def itself(account: UUID, terc: str | None = OPOCZNO, *roles: Role) -> Actor:
    return Actor.of(account, roles, None if terc is None else Terc(terc))


def loaded(net: Network, account: UUID) -> Account:
    found = net.cooperation.store.load(Account, account)
    assert found is not None
    return found


def refused(net: Network, error: type[DomainError], command: Any, by: Actor = OPERATOR) -> None:
    """The refusal, and that nothing was stored."""
    before = net.value("SELECT count(*) FROM events")
    with pytest.raises(error):
        net.give(command, by)
    assert net.value("SELECT count(*) FROM events") == before


@pytest.fixture
def net(database_url: str) -> Any:
    with network(database_url) as found:
        found.register(OPOCZNO)
        found.register(BELCHATOW)
        yield found


def test_account_goes_from_invited_to_closed(net: Network) -> None:
    account = active(net)
    assert loaded(net, account).state is AccountState.ACTIVE
    by_admin: Any = {"command_id": uuid4(), "account_id": account}
    net.give(SuspendAccount(**by_admin, reason="Urlop"), ADMIN)
    assert loaded(net, account).actor().roles == frozenset()
    net.give(ReinstateAccount(command_id=uuid4(), account_id=account), ADMIN)
    assert loaded(net, account).actor().roles == {Role.EDITOR}
    net.give(CloseAccount(command_id=uuid4(), account_id=account, reason="Odejście"), ADMIN)
    assert loaded(net, account).state is AccountState.CLOSED
    refused(net, AccountClosed, ReinstateAccount(command_id=uuid4(), account_id=account), ADMIN)


def test_nothing_about_the_person_is_readable_in_the_database(net: Network) -> None:
    account = active(net)
    reason = "Długotrwałe zwolnienie"
    net.give(SuspendAccount(command_id=uuid4(), account_id=account, reason=reason), ADMIN)
    everything = "".join(
        str(row)
        for query in (
            "SELECT convert_from(state, 'UTF8') FROM events",
            "SELECT key FROM claims",
            "SELECT encode(command_digest, 'hex') FROM events",
        )
        for row in net.rows(query)
    )
    for secret in (EMAIL, "kowalska", "Kowalska", "Ewa", reason):
        assert secret not in everything
    assert "personal:" in everything


def test_command_prints_neither_address_nor_name() -> None:
    printed = repr(invitation())
    assert EMAIL not in printed
    assert NAME not in printed


def test_address_has_one_account_however_it_is_written(net: Network) -> None:
    invited(net)
    refused(net, EmailTaken, invitation(OPOCZNO, " EWA.Kowalska@Opoczno.example "), ADMIN)
    refused(net, EmailTaken, invitation(BELCHATOW, EMAIL))


def test_of_two_invitations_at_the_same_moment_one_succeeds(net: Network) -> None:
    def give(_: int) -> str:
        try:
            net.give(invitation())
        except EmailTaken:
            return "taken"
        return "invited"

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(give, range(6)))
    assert sorted(outcomes) == ["invited"] + ["taken"] * 5


def test_repeated_invitation_happens_once_and_answers_the_same(net: Network) -> None:
    command = invitation()
    assert net.give(command) == net.give(command)


def test_address_of_a_closed_account_can_be_invited_again(net: Network) -> None:
    first = active(net)
    net.give(CloseAccount(command_id=uuid4(), account_id=first, reason="Odejście"))
    second = invited(net, terc=BELCHATOW)
    states = [loaded(net, each).state for each in (first, second)]
    assert states == [AccountState.CLOSED, AccountState.INVITED]
    refused(net, EmailTaken, invitation())


def test_closed_account_of_a_forgotten_person_keeps_no_reason(net: Network) -> None:
    account = active(net)
    net.give(ForgetPerson(command_id=uuid4(), person_id=person_of(account)))
    net.give(CloseAccount(command_id=uuid4(), account_id=account, reason="Wniosek"))
    closed = loaded(net, account)
    assert (closed.state, closed.email.clear, closed.name.clear) == (
        AccountState.CLOSED,
        None,
        None,
    )


def test_roles_are_granted_and_revoked_one_by_one(net: Network) -> None:
    account = active(net)
    grant = GrantRole(command_id=uuid4(), account_id=account, role=Role.EXECUTIVE)
    net.give(grant, ADMIN)
    assert loaded(net, account).roles == {Role.EDITOR, Role.EXECUTIVE}
    again = GrantRole(command_id=uuid4(), account_id=account, role=Role.EXECUTIVE)
    assert not net.give(again, ADMIN).changed
    net.give(RevokeRole(command_id=uuid4(), account_id=account, role=Role.EDITOR), ADMIN)
    assert loaded(net, account).roles == {Role.EXECUTIVE}


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR, Role.PORTAL])
def test_account_of_a_municipality_never_gets_a_role_of_the_network(
    net: Network, role: Role
) -> None:
    refused(net, RoleNotGrantable, invitation(OPOCZNO, EMAIL, role))
    account = active(net)
    grant = GrantRole(command_id=uuid4(), account_id=account, role=role)
    refused(net, RoleNotGrantable, grant, ADMIN)
    refused(net, RoleNotGrantable, grant, OPERATOR)


def test_account_of_the_network_is_the_coordinators_business(net: Network) -> None:
    refused(net, NotPermitted, invitation(None, EMAIL, Role.AUDITOR), ADMIN)
    refused(net, RoleNotGrantable, invitation(None, EMAIL, Role.EDITOR))
    auditor = active(net, Role.AUDITOR, terc=None)
    grant = GrantRole(command_id=uuid4(), account_id=auditor, role=Role.COORDINATOR)
    refused(net, AccountNotFound, grant, ADMIN)
    net.give(grant)
    assert loaded(net, auditor).roles == {Role.AUDITOR, Role.COORDINATOR}


def test_admin_of_one_municipality_does_not_touch_accounts_of_another(net: Network) -> None:
    account = active(net, terc=BELCHATOW)
    for command in (
        GrantRole(command_id=uuid4(), account_id=account, role=Role.EXECUTIVE),
        SuspendAccount(command_id=uuid4(), account_id=account, reason="x"),
        RenameAccount(command_id=uuid4(), account_id=account, name="x"),
        CloseAccount(command_id=uuid4(), account_id=account, reason="x"),
    ):
        refused(net, AccountNotFound, command, ADMIN)
    refused(net, NotPermitted, invitation(BELCHATOW, "inny@example.org"), ADMIN)


def test_only_the_account_itself_says_what_concerns_its_secrets(net: Network) -> None:
    account = active(net)
    other = active(net, email="jan@opoczno.example")
    for command in (
        RecordPassword(command_id=uuid4(), account_id=account),
        RecordSecondFactor(command_id=uuid4(), account_id=account, wanted=True),
        IssueAccessToken(
            command_id=uuid4(), account_id=account, token_id=uuid4(), scopes=frozenset()
        ),
    ):
        for stranger in (OPERATOR, ANONYMOUS, ADMIN):
            refused(net, NotPermitted, command, stranger)
        refused(net, AccountNotFound, command, itself(other))
        net.give(command, itself(account))
    assert loaded(net, account).second_factor


def test_token_has_no_more_than_the_roles_of_its_account(net: Network) -> None:
    account, token = active(net), uuid4()
    wanted: Any = {"account_id": account, "token_id": token}
    too_much = IssueAccessToken(
        command_id=uuid4(), **wanted, scopes=frozenset({Role.EDITOR, Role.EXECUTIVE})
    )
    refused(net, NotPermitted, too_much, itself(account))
    expired = IssueAccessToken(
        command_id=uuid4(),
        **wanted,
        scopes=frozenset(),
        expires_at=datetime.now(UTC) - timedelta(seconds=1),
    )
    refused(net, InvalidInput, expired, itself(account))
    net.give(
        IssueAccessToken(command_id=uuid4(), **wanted, scopes=frozenset({Role.EDITOR})),
        itself(account),
    )
    assert loaded(net, account).tokens == {token: (Role.EDITOR,)}
    net.give(RevokeAccessToken(command_id=uuid4(), **wanted), itself(account))
    assert loaded(net, account).tokens == {}


def test_invitation_is_renewed_until_it_is_accepted(net: Network) -> None:
    account = invited(net)
    net.give(RenewInvitation(command_id=uuid4(), account_id=account), ADMIN)
    net.give(ActivateAccount(command_id=uuid4(), account_id=account), itself(account))
    refused(net, NotActive, RenewInvitation(command_id=uuid4(), account_id=account), ADMIN)
    again = ActivateAccount(command_id=uuid4(), account_id=account)
    assert not net.give(again, itself(account)).changed


def test_account_that_does_not_exist_is_not_found(net: Network) -> None:
    refused(
        net, AccountNotFound, SuspendAccount(command_id=uuid4(), account_id=uuid4(), reason="x")
    )


@pytest.mark.parametrize(
    ("written", "email"),
    [
        ("Jan.Zieba@Opoczno.PL", "jan.zieba@opoczno.pl"),
        ("  a+b@um.opoczno.pl ", "a+b@um.opoczno.pl"),
        ("urzad@łódź.pl", "urzad@xn--d-uga0v4h.pl"),
    ],
)
def test_address_has_one_spelling(written: str, email: str) -> None:
    assert parse_email(written) == email


@pytest.mark.parametrize(
    "written",
    ["", "a", "@a.pl", "a@", "a@b", "a b@c.pl", "a@b..pl", ".a@b.pl", "a@b.pl\n<c@d.pl>", "a@-b.pl",
     "ą@b.pl", "a@b.pl,c@d.pl", "x" * 65 + "@b.pl", "a@" + "b." * 100 + "pl", "a@\ud800.pl", "a\0@b.pl"],
)  # fmt: skip
def test_malformed_address_is_refused_without_repeating_it(written: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_email(written)
    problem = refusal.value.problems[0]
    assert (problem.code, problem.details) == ("malformed_email", {"field": "email"})
