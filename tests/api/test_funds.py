"""Programmes, calls and initiatives over HTTP: who sees what, exact amounts, deadlines, the overview."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar.testing import TestClient

from api.app import create_app
from api.graphql.initiative_parts import (
    AGREEMENTS,
    BUDGETS,
    DEADLINES,
    HISTORY,
    INITIATIVES,
    MEMBERS,
    NOTES,
    PARTNERS,
    STEPS,
)
from api.graphql.relay import global_id
from api.graphql.vocabulary import Table
from domain.calls.interest import DeclareInterest
from domain.initiatives.commands import consortium, implementation, proposal, records, timeplan
from domain.initiatives.states import InitiativeState
from domain.initiatives.timeplan import DutyKind
from domain.values import Terc
from domain.visibility import EVERYTHING, Audience
from domain.visibility import PUBLIC as EVERYONE
from tests.api.conftest import Api, settings
from tests.funds import ZLOTY, Funds, budget, funds, official
from tests.network import BELCHATOW, OPOCZNO

S = InitiativeState


@dataclass
class FundsApi(Api):
    given: Funds


@pytest.fixture
def api(database_url: str) -> Iterator[FundsApi]:
    with funds(database_url) as given:
        given.net.project()
        with TestClient(create_app(settings(database_url))) as client:
            yield FundsApi(client, given.net, given)


def node(stream_id: UUID) -> str:
    return global_id("Initiative", stream_id)


def public(given: Funds, state: InitiativeState) -> UUID:
    found = given.reached(state)
    given.order(proposal.MakeInitiativePublic, found)
    return found


WHOLE = """
query ($id: ID!) {
  initiative(id: $id) {
    title state lead { name } partners { municipality { terc name } eligible grant }
    call { number programme { name fund } allocation maxRate } requested selected granted
    budget { number eligible grant ownPublic ownPrivate
             partners { terc grant } lines { category kind cost description } periods { since until } }
    deadlines { kind dueOn state } events { kind state } steps { state since }
  }
}
"""


def test_public_initiative_is_told_whole_and_exactly(api: FundsApi) -> None:
    found = public(api.given, S.AGREEMENT_SIGNED)
    api.net.project()

    told = api.ask(WHOLE, {"id": node(found)})["initiative"]
    assert {name: told[name] for name in ("state", "lead", "requested", "granted")} == {
        "state": "AGREEMENT_SIGNED",
        "lead": {"name": "Opoczno"},
        "requested": 17_000_000,
        "granted": 17_000_000,
    }
    assert told["partners"] == [
        {
            "municipality": {"terc": BELCHATOW, "name": "Bełchatów"},
            "eligible": 10_000_000,
            "grant": 8_500_000,
        }
    ]
    assert told["budget"]["lines"][1] == {
        "category": "EQUIPMENT", "kind": "REAL", "cost": 10_000_000, "description": "Wyposażenie",
    }  # fmt: skip
    assert told["budget"]["periods"] == [{"since": "2026-01-01", "until": "2027-12-31"}]
    assert told["call"]["programme"] == {"name": "Fundusz Sąsiedzki", "fund": "EU"}
    kinds = [event["kind"] for event in told["events"]]
    assert "SUBMITTED" in kinds
    assert "PARTNER_INVITED" not in kinds  # that stays among the partners


def test_confidential_initiative_does_not_exist_for_others(api: FundsApi) -> None:
    found = api.given.reached(S.IN_PREPARATION)
    api.net.project()
    query = "query ($id: ID!) { initiative(id: $id) { title } node(id: $id) { id } }"
    counts = "{ initiatives { totalCount } deadlines { totalCount } pipeline { count sought } }"

    assert api.ask(query, {"id": node(found)}) == {"initiative": None, "node": None}
    assert api.ask(counts) == {
        "initiatives": {"totalCount": 0},
        "deadlines": {"totalCount": 0},
        "pipeline": {"count": 0, "sought": 0},
    }
    assert api.ask(counts, operator=True)["initiatives"] == {"totalCount": 1}
    assert api.ask(query, {"id": node(found)}, operator=True)["initiative"] is not None


def test_next_steps_are_a_checklist_in_the_reader_s_language(api: FundsApi) -> None:
    found = api.given.partnership()
    api.given.order(proposal.StartPreparation, found)
    api.net.project()
    query = """
    query ($id: ID!) { initiative(id: $id) {
      nextSteps { command allowed needs missing { code message } } } }
    """
    steps = api.ask(query, {"id": node(found)}, operator=True, language="en")["initiative"][
        "nextSteps"
    ]
    by_name = {step["command"]: step for step in steps}
    assert by_name["withdrawInitiative"] == {
        "command": "withdrawInitiative", "allowed": True, "needs": ["reason"], "missing": [],
    }  # fmt: skip
    said = by_name["submitApplication"]
    assert not said["allowed"]
    assert {"code": "no_budget", "message": "There is no budget."} in said["missing"]


def test_deadlines_count_days_in_polish_time(api: FundsApi) -> None:
    found = public(api.given, S.IN_IMPLEMENTATION)
    due = {"kind": DutyKind.REPORT, "title": "Sprawozdanie", "due_on": date(2030, 5, 6)}
    api.given.order(timeplan.ImposeDuty, found, **due)
    api.net.project()
    query = """
    { deadlines(state: OPEN) { nodes { kind title dueOn daysLeft workingDaysLeft initiative { title } } } }
    """
    told = api.ask(query)["deadlines"]["nodes"]
    today = datetime.now(UTC).astimezone().date()
    assert [each["kind"] for each in told] == ["REPORT"]
    assert abs(told[0]["daysLeft"] - (date(2030, 5, 6) - today).days) <= 1
    assert 0 < told[0]["workingDaysLeft"] < told[0]["daysLeft"]


PIPELINE = """
query ($on: Date, $known: DateTime) { pipeline(asOf: $on, knownAt: $known) {
  count decided selected successRate sought won spent paid
  states { state count requested granted } partners { terc sought won } } }
"""


def test_pipeline_says_where_all_stood_on_any_day(api: FundsApi) -> None:
    given = api.given
    first = given.reached(S.AGREEMENT_SIGNED)
    given.later(30)
    given.register_programme()
    given.reached(S.REJECTED)
    given.order(implementation.StartImplementation, first)
    api.net.project()

    now = api.ask(PIPELINE, {"on": "2026-04-30"}, operator=True)["pipeline"]
    assert now["states"] == [
        {"state": "REJECTED", "count": 1, "requested": 17_000_000, "granted": 0},
        {"state": "IN_IMPLEMENTATION", "count": 1, "requested": 17_000_000, "granted": 17_000_000},
    ]
    assert (now["decided"], now["selected"], now["successRate"]) == (2, 1, 0.5)
    assert (now["sought"], now["won"]) == (34_000_000, 17_000_000)
    assert now["partners"][0] == {"terc": BELCHATOW, "sought": 17_000_000, "won": 8_500_000}

    then = api.ask(PIPELINE, {"on": "2026-03-10"}, operator=True)["pipeline"]
    assert [state["state"] for state in then["states"]] == ["AGREEMENT_SIGNED"]
    before = api.ask(PIPELINE, {"on": "2026-03-01"}, operator=True)["pipeline"]
    assert (before["count"], before["successRate"], before["states"]) == (0, None, [])


def test_pipeline_knows_what_was_known_before_a_correction(api: FundsApi) -> None:
    given = api.given
    found = given.reached(S.SELECTED)
    given.later(5)
    given.order(
        implementation.CorrectStatus, found, state=S.MERIT_ASSESSMENT, reason="Inny wniosek"
    )
    api.net.project()

    def states(**when: str) -> list[str]:
        told = api.ask(PIPELINE, when, operator=True)["pipeline"]["states"]
        return [state["state"] for state in told]

    assert states(on="2026-03-05", known="2026-03-05T00:00:00Z") == ["SELECTED"]
    assert states(on="2026-03-05") == ["MERIT_ASSESSMENT"]


def test_calls_are_listed_and_found(api: FundsApi) -> None:
    call = api.given.announce(number="FS.9/26", title="Ścieżki")
    declare = DeclareInterest(
        command_id=uuid4(), call_id=call, municipality=OPOCZNO, offer="Szukamy"
    )
    api.given.give(declare, official(OPOCZNO))
    api.net.project()
    query = """
    { call(number: "FS.9/26") { title state closesOn interests { offer } }
      calls(search: "sciezki", state: OPEN) { totalCount nodes { number minGrant } }
      programmes { nodes { name fund } } }
    """
    told = api.ask(query)
    assert told["call"] == {
        "title": "Ścieżki", "state": "OPEN", "closesOn": "2027-01-01", "interests": [],
    }  # fmt: skip
    assert told["calls"] == {"totalCount": 1, "nodes": [{"number": "FS.9/26", "minGrant": 100_000}]}
    assert told["programmes"]["nodes"][0] == {"name": "Fundusz Sąsiedzki", "fund": "EU"}
    assert api.ask(query, operator=True)["call"]["interests"] == [{"offer": "Szukamy"}]


def test_amounts_at_the_limit_are_told_exactly(api: FundsApi) -> None:
    whole = 2**53 - 1
    found = api.given.partnership(max_grant=None, max_rate=10_000)
    api.given.order(proposal.DrawUpBudget, found, budget=budget(whole, 0))
    api.given.order(consortium.InvitePartner, found, municipality="101601")
    api.net.project()
    query = (
        "query ($id: ID!) { initiative(id: $id) { eligible budget { grant partners { grant } } } }"
    )
    told: Any = api.ask(query, {"id": node(found)}, operator=True)["initiative"]
    assert told["eligible"] == told["budget"]["grant"] == whole
    assert sum(partner["grant"] for partner in told["budget"]["partners"]) == whole
    assert ZLOTY == 100


def test_initiative_as_of_a_day_tells_what_was_true_and_what_was_known(api: FundsApi) -> None:
    given = api.given
    found = public(given, S.SELECTED)
    given.later(5)
    given.order(
        implementation.CorrectStatus, found, state=S.MERIT_ASSESSMENT, reason="Inny wniosek"
    )
    api.net.project()
    query = """
    query ($id: ID!, $on: Date!, $known: DateTime) {
      initiative(id: $id) { asOf(on: $on, knownAt: $known) { state selected } } }
    """

    def told(**when: str) -> Any:
        return api.ask(query, {"id": node(found), **when})["initiative"]["asOf"]

    known = "2026-03-05T00:00:00Z"
    assert told(on="2026-03-05", known=known) == {"state": "SELECTED", "selected": 17_000_000}
    assert told(on="2026-03-05") == {"state": "MERIT_ASSESSMENT", "selected": None}
    assert told(on="2026-03-01") is None


PARTNER, LEAD, STRANGER = (
    Audience(Terc(code), member=True) for code in (BELCHATOW, OPOCZNO, "100201")
)


@pytest.mark.parametrize("made_public", [False, True])
def test_partners_see_all_and_others_what_is_public(api: FundsApi, made_public: bool) -> None:
    given = api.given
    found = public(given, S.SUBMITTED) if made_public else given.reached(S.SUBMITTED)
    note = records.WriteNote(command_id=uuid4(), initiative_id=found, text="Między nami")
    given.give(note, official(OPOCZNO))
    given.net.project()

    def seen(table: Table, audience: Audience) -> bool:
        condition = table.visible.where(audience, "t", listing=True)
        return bool(given.net.rows(f"SELECT 1 FROM {table.name} AS t WHERE {condition}"))

    for table in (INITIATIVES, PARTNERS, BUDGETS, DEADLINES, STEPS, HISTORY):
        assert [seen(table, who) for who in (LEAD, PARTNER, EVERYTHING)] == [True] * 3
        assert [seen(table, who) for who in (STRANGER, EVERYONE)] == [made_public] * 2
    for table in (MEMBERS, AGREEMENTS, NOTES):
        assert [seen(table, who) for who in (LEAD, PARTNER, EVERYTHING)] == [True] * 3
        assert [seen(table, who) for who in (STRANGER, EVERYONE)] == [False] * 2
