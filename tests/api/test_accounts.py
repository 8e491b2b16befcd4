"""Accounts over GraphQL: who sees them, and who writes them."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from api.graphql.relay import global_id
from domain.roles import Role
from tests.api.conftest import Api
from tests.infra.desks import EMAIL, NAME, Office
from tests.network import BELCHATOW, OPOCZNO

LIST = "{ accounts { totalCount nodes { id email name state roles municipality { name } } } }"
ONE = "query($id: ID!) { account(id: $id) { email } node(id: $id) { id } }"
ME = "{ me { id name email roles secondFactor municipality { name terc } } }"
INVITE = """mutation($input: InviteAccountInput!) { inviteAccount(input: $input) {
  __typename
  ... on AccountWritten { version account { id email state roles } }
  ... on UserError { code }
  ... on InvalidInputError { problems { field code } } } }"""
GRANT = """mutation($input: GrantRoleInput!) { grantRole(input: $input) {
  __typename ... on AccountWritten { account { roles } } ... on UserError { code } } }"""


class Towns:
    def __init__(self, api: Api) -> None:
        self.api = api
        for terc in (OPOCZNO, BELCHATOW):
            api.net.member(terc)
        self.office = Office(api.net)
        self.editor, self.editors = self.with_token(OPOCZNO, EMAIL, Role.EDITOR)
        admin = ("admin@opoczno.example", Role.MUNICIPALITY_ADMIN)
        self.admin, self.admins = self.with_token(OPOCZNO, *admin)
        self.other, self.others = self.with_token(
            BELCHATOW, "admin@belchatow.example", Role.MUNICIPALITY_ADMIN
        )
        self.auditor, self.auditors = self.with_token(None, "a@wspolna.example", Role.AUDITOR)

    def with_token(self, terc: str | None, email: str, *roles: Role) -> tuple[UUID, str]:
        account = self.office.active(*roles, email=email, terc=terc)
        issued = self.office.own.issue_token(account, "test", frozenset(roles), None)
        return account, issued.secret

    def emails(self, token: str | None) -> list[str]:
        found = self.api.ask(LIST, token=token)["accounts"]
        emails = [node["email"] for node in found["nodes"]]
        assert found["totalCount"] == len(emails)
        return emails


@pytest.fixture
def towns(live_api: Api) -> Towns:
    towns = Towns(live_api)
    towns.api.net.project()
    return towns


def test_accounts_are_shown_to_those_who_administer_them(towns: Towns) -> None:
    opoczno = ["admin@opoczno.example", EMAIL]
    everyone = ["a@wspolna.example", "admin@belchatow.example", *opoczno]
    assert towns.emails(None) == towns.emails(towns.editors) == []
    assert towns.emails(towns.admins) == opoczno
    assert towns.emails(towns.others) == ["admin@belchatow.example"]
    assert towns.emails(towns.auditors) == everyone


def test_account_that_may_not_be_seen_is_one_that_does_not_exist(towns: Towns) -> None:
    nothing = {"account": None, "node": None}
    for known in (towns.editor, uuid4()):
        wanted = {"id": global_id("Account", known)}
        for token in (None, towns.editors, towns.others):
            assert towns.api.ask(ONE, wanted, token=token) == nothing
    wanted = {"id": global_id("Account", towns.editor)}
    assert towns.api.ask(ONE, wanted, token=towns.admins)["account"] == {"email": EMAIL}


def test_me_is_who_asks_with_the_roles_of_the_token(towns: Towns) -> None:
    assert towns.api.ask(ME) == {"me": None}
    assert towns.api.ask(ME, token=towns.editors)["me"] == {
        "id": global_id("Account", towns.editor),
        "name": NAME,
        "email": EMAIL,
        "roles": ["EDITOR"],
        "secondFactor": False,
        "municipality": {"name": "Opoczno", "terc": OPOCZNO},
    }
    reads = towns.office.own.issue_token(towns.editor, "odczyt", frozenset(), None)
    assert towns.api.ask(ME, token=reads.secret)["me"]["roles"] == []


def invite(towns: Towns, token: str | None, **more: Any) -> Any:
    given = {
        "commandId": str(uuid4()),
        "municipality": OPOCZNO,
        "email": f"{uuid4().hex}@opoczno.example",
        "name": "Jan Nowak",
        "roles": ["EDITOR"],
        **more,
    }
    return towns.api.ask(INVITE, {"input": given}, token=token)["inviteAccount"]


def test_administrator_invites_for_the_own_municipality(towns: Towns) -> None:
    invited = invite(towns, towns.admins, email="Jan@Opoczno.example")
    assert invited["account"].pop("id")
    assert invited == {
        "__typename": "AccountWritten",
        "version": 1,
        "account": {"email": "jan@opoczno.example", "state": "INVITED", "roles": ["EDITOR"]},
    }
    refused = {"__typename": "NotPermittedError", "code": "not_permitted"}
    for token in (None, towns.editors, towns.others, towns.auditors):
        assert invite(towns, token) == refused
    assert invite(towns, towns.admins, municipality=BELCHATOW) == refused
    taken = invite(towns, towns.admins, email=EMAIL)
    assert taken == {"__typename": "ConflictError", "code": "email_taken"}
    wrong = invite(towns, towns.admins, email="nie adres", name="")
    assert wrong["problems"] == [{"field": "email", "code": "malformed_email"}]
    network = invite(towns, towns.admins, roles=["COORDINATOR"])
    assert network["code"] == "role_not_grantable"


def test_role_is_granted_and_counts_at_once(towns: Towns) -> None:
    given = {
        "commandId": str(uuid4()),
        "account": global_id("Account", towns.editor),
        "role": "FUNDS_OFFICER",
    }
    granted = towns.api.ask(GRANT, {"input": given}, token=towns.admins)["grantRole"]
    assert granted["account"] == {"roles": ["EDITOR", "FUNDS_OFFICER"]}
    given = {**given, "commandId": str(uuid4())}
    refused = towns.api.ask(GRANT, {"input": given}, token=towns.others)["grantRole"]
    assert refused["code"] == "account_not_found"
