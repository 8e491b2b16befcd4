from uuid import uuid4

from domain.accounts import GrantRole, RenameAccount, RevokeRole, SuspendAccount
from domain.accounts.account import person_of
from domain.people import ForgetPerson
from domain.roles import Role
from tests.infra.desks import EMAIL, NAME, PASSWORD, office
from tests.readmodels import assert_equals_rebuilt


def test_account_stands_in_its_read_model(database_url: str) -> None:
    with office(database_url) as at:
        account = at.active(Role.EDITOR, Role.EXECUTIVE)
        at.own.issue_token(account, "skrypt", frozenset(), None)
        at.net.give(GrantRole(command_id=uuid4(), account_id=account, role=Role.FUNDS_OFFICER))
        at.net.give(RevokeRole(command_id=uuid4(), account_id=account, role=Role.EDITOR))
        at.net.give(RenameAccount(command_id=uuid4(), account_id=account, name="Ewa Nowak"))
        at.net.give(SuspendAccount(command_id=uuid4(), account_id=account, reason="Urlop"))
        at.net.project()
        assert at.net.rows(
            "SELECT id, municipality->>'name', owner_terc, email, name, state, roles, second_factor, "
            "access_tokens, activated_at IS NOT NULL, version FROM read_accounts.accounts"
        ) == [
            (
                account,
                "Opoczno",
                "100704",
                EMAIL,
                "Ewa Nowak",
                "SUSPENDED",
                ["EXECUTIVE", "FUNDS_OFFICER"],
                False,
                1,
                True,
                8,
            )
        ]
        assert_equals_rebuilt(at.net, "accounts")


def test_forgotten_person_leaves_an_account_without_name_and_address(database_url: str) -> None:
    with office(database_url) as at:
        account = at.active()
        at.net.project()
        at.net.give(ForgetPerson(command_id=uuid4(), person_id=person_of(account)))
        at.net.project()
        assert at.net.rows("SELECT email, name, name_sort FROM read_accounts.accounts") == [
            (None, None, None)
        ]
        everything = str(at.net.rows("SELECT * FROM read_accounts.accounts"))
        assert all(part not in everything for part in (*NAME.split(), EMAIL, PASSWORD))
        assert_equals_rebuilt(at.net, "accounts")
