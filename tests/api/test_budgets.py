"""Budgets as workbooks over HTTP, as officials, strangers, auditors and other sites try it."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from litestar.testing import TestClient

from api.app import create_app
from api.budgets import XLSX
from api.graphql.relay import global_id
from domain.initiatives.budget import Budget
from domain.initiatives.commands import proposal
from domain.initiatives.states import InitiativeState
from domain.roles import Role
from infra import budget_workbook
from infra.bootstrap import connect
from projections.registry import PROJECTIONS
from projections.waiting import wait
from tests.api.conftest import TOKEN, projecting, settings
from tests.api.test_funds import FundsApi
from tests.funds import TOMASZOW, ZLOTY, budget, funds, official
from tests.infra.desks import EMAIL, PASSWORD, Office
from tests.network import BELCHATOW, OPOCZNO

S = InitiativeState
ENGLISH = {"Accept-Language": "en"}


@dataclass
class Desk(FundsApi):
    office: Office = field(init=False)

    def __post_init__(self) -> None:
        self.office = Office(self.net)

    def official(self, terc: str | None, role: Role = Role.FUNDS_OFFICER) -> dict[str, str]:
        account = self.office.active(role, email=f"{uuid4().hex}@x.example", terc=terc)
        secret = self.office.own.issue_token(account, "test", frozenset({role}), None).secret
        return {"Authorization": f"Bearer {secret}"}

    def catch_up(self) -> None:
        """Waits for the projections that run beside the test."""
        position = self.net.value("SELECT max(position) FROM events")
        with connect(self.net.database_url) as connection:
            assert wait(connection, [each.name for each in PROJECTIONS], position, 20)

    def get(self, initiative: UUID, by: dict[str, str], query: str = "") -> Any:
        return self.client.get(path(initiative, query), headers=by)

    def put(self, initiative: UUID, body: bytes, by: dict[str, str], query: str = "") -> Any:
        return self.client.post(
            path(initiative, query), content=body, headers={"Content-Type": XLSX, **by}
        )


def path(initiative: UUID, query: str = "") -> str:
    return f"/wspolne-projekty/{initiative}/budzet.xlsx{query}"


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    with funds(database_url) as given:
        given.net.project()
        with (
            TestClient(create_app(settings(database_url))) as client,
            projecting(database_url),
        ):
            yield Desk(client, given.net, given)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_partners_take_the_budget_out_and_put_it_in_with_the_same_figures(desk: Desk) -> None:
    found = desk.given.prepared()
    desk.catch_up()
    partner = desk.official(BELCHATOW)
    taken = desk.get(found, partner)
    assert (taken.status_code, taken.headers["content-type"]) == (200, XLSX)
    assert budget_workbook.read(taken.content) == budget()

    same = desk.put(found, taken.content, partner)
    assert same.status_code == 200
    assert (same.json()["changed"], same.json()["differences"], same.json()["missing"]) == (
        False, [], [],
    )  # fmt: skip

    workbook = openpyxl.load_workbook(io.BytesIO(taken.content))
    workbook[budget_workbook.COSTS]["F2"] = 100_000.01
    changed = io.BytesIO()
    workbook.save(changed)
    tried = desk.put(found, changed.getvalue(), {**partner, **ENGLISH}).json()
    assert (tried["dryRun"], tried["position"], tried["changed"]) == (True, None, True)
    assert tried["differences"] == [
        {
            "partner": OPOCZNO,
            "category": "INFRASTRUCTURE",
            "was": 10_000_000,
            "becomes": 10_000_001,
        }
    ]
    assert tried["eligible"] == {"was": 20_000_000, "becomes": 20_000_001}
    assert [each["code"] for each in tried["missing"]] == ["budget_unbalanced"]
    assert tried["missing"][0]["message"].startswith("The budget of partner 100704 doesn't balance")
    assert len(desk.given.initiative(found).budgets) == 1

    version, note = tried["version"], "note=Aneks"
    applied = desk.put(
        found, changed.getvalue(), partner, f"?dryRun=false&expectedVersion={version}&{note}"
    )
    assert applied.json()["position"] > 0
    budgets = desk.given.initiative(found).budgets
    assert [(each.number, each.note, each.budget.eligible) for each in budgets] == [
        (1, "", 20_000_000),
        (2, "Aneks", 20_000_001),
    ]
    stale = desk.put(found, taken.content, partner, f"?dryRun=false&expectedVersion={version}")
    assert code(stale) == (409, "stale_version")
    assert budget_workbook.read(desk.get(found, partner, "?version=1").content) == budget()
    assert code(desk.get(found, partner, "?version=3")) == (404, "no_budget")


def test_same_command_twice_is_one_version(desk: Desk) -> None:
    found = desk.given.partnership()
    desk.catch_up()
    lead, query = desk.official(OPOCZNO), f"?dryRun=false&commandId={uuid4()}"
    told = [
        desk.put(found, budget_workbook.written(budget()), lead, query).json() for _ in range(2)
    ]
    assert told[0]["position"] == told[1]["position"]
    assert len(desk.given.initiative(found).budgets) == 1


def test_who_may_not_see_the_initiative_finds_no_budget(desk: Desk) -> None:
    found = desk.given.prepared()
    desk.catch_up()
    stranger, auditor = desk.official(TOMASZOW), desk.official(None, Role.AUDITOR)
    coordinator = {"Authorization": f"Bearer {TOKEN}"}
    body = budget_workbook.written(budget())
    for by in (stranger, {}):
        there, nowhere = desk.get(found, by), desk.get(uuid4(), by)
        assert (there.status_code, there.content) == (404, nowhere.content)
        assert code(desk.put(found, body, by)) == (404, "initiative_not_found")
    for by in (auditor, coordinator):
        assert desk.get(found, by).status_code == 200
    assert code(desk.put(found, body, auditor, "?dryRun=false")) == (403, "not_permitted")
    assert desk.put(found, body, coordinator).status_code == 200

    desk.given.order(proposal.MakeInitiativePublic, found)
    desk.catch_up()
    for by in (stranger, {}):
        assert desk.get(found, by).status_code == 200
        assert code(desk.put(found, body, by)) == (403, "not_permitted")
        assert code(desk.put(found, body, by, "?dryRun=false")) == (403, "not_permitted")
    unknown = {"Authorization": "Bearer zmyslony"}
    assert code(desk.get(found, unknown)) == (401, "not_logged_in")
    assert len(desk.given.initiative(found).budgets) == 1


def test_session_is_heeded_from_our_own_pages_only(desk: Desk) -> None:
    found = desk.given.prepared()
    desk.office.active(Role.FUNDS_OFFICER)
    desk.catch_up()
    desk.client.post("/auth/login", json={"email": EMAIL, "password": PASSWORD})
    other = Budget(budget().periods, (), ())
    body = budget_workbook.written(other)
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert code(desk.put(found, body, headers, "?dryRun=false")) == (403, "foreign_origin")
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    assert code(desk.put(found, body, form, "?dryRun=false")) == (409, "not_a_workbook")
    assert len(desk.given.initiative(found).budgets) == 1
    ours = desk.put(found, body, {"Sec-Fetch-Site": "same-origin"}, "?dryRun=false")
    assert ours.status_code == 200
    assert len(desk.given.initiative(found).budgets) == 2


def test_files_that_cannot_be_taken_are_refused_in_both_languages(desk: Desk) -> None:
    found = desk.given.prepared()
    desk.catch_up()
    lead = desk.official(OPOCZNO)

    def edited(cell: str, value: Any) -> bytes:
        workbook = openpyxl.load_workbook(io.BytesIO(budget_workbook.written(budget())))
        workbook[budget_workbook.COSTS][cell] = value
        kept = io.BytesIO()
        workbook.save(kept)
        return kept.getvalue()

    for body, expected in (
        (b"to nie jest arkusz", "unreadable_workbook"),
        (bytes(budget_workbook.BYTES + 100), "too_large"),
        (edited("F2", "=1+1"), "workbook_has_formulas"),
        (edited("A1048576", "daleko"), "too_large"),
        (edited("B2", "NIEZNANA"), "unreadable_rows"),
    ):
        assert code(desk.put(found, body, lead)) == (400, expected)
    told = desk.put(found, edited("B2", "NIEZNANA"), {**lead, **ENGLISH}).json()
    assert told["problems"] == [
        {
            "sheet": "Koszty",
            "row": 2,
            "message": "Sheet “Koszty”, row 2: the column “kategoria” has “NIEZNANA”, which can't be read.",
        }
    ]
    beyond = desk.put(found, edited("H2", "x" * 100), lead, "?dryRun=false")
    assert code(beyond) == (400, "invalid_input")
    assert len(desk.given.initiative(found).budgets) == 1


def test_budget_is_kept_where_it_can_no_longer_change(desk: Desk) -> None:
    found = desk.given.reached(S.SUBMITTED)
    desk.catch_up()
    smaller = budget_workbook.written(budget(100_000 * ZLOTY, 50_000 * ZLOTY))
    for query in ("", "?dryRun=false"):
        refused = desk.put(found, smaller, desk.official(OPOCZNO), query)
        assert code(refused) == (409, "step_refused")
        assert [each["code"] for each in refused.json()["missing"]] == ["wrong_state"]


def test_initiative_says_where_its_workbook_is(desk: Desk) -> None:
    found = desk.given.prepared()
    desk.given.order(proposal.MakeInitiativePublic, found, official(OPOCZNO))
    desk.catch_up()
    query = "query ($id: ID!) { initiative(id: $id) { budgetWorkbook } }"
    told = desk.ask(query, {"id": global_id("Initiative", found)})["initiative"]
    assert told == {"budgetWorkbook": path(found)}
    assert desk.client.get(told["budgetWorkbook"]).status_code == 200
