"""Leading an initiative over GraphQL alone: from the programme to the agreement, refusals as data."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from litestar.testing import TestClient

from api.app import create_app
from api.graphql.relay import global_id
from tests.api.conftest import Api, projecting, settings
from tests.funds import funds
from tests.network import BELCHATOW, OPOCZNO

REFUSED = """
  ... on UserError { code message }
  ... on InvalidInputError { problems { field code } }
"""


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    with funds(database_url) as given:
        given.net.project()
        with TestClient(create_app(settings(database_url))) as client, projecting(database_url):
            yield Api(client, given.net)


def do(api: Api, name: str, written: str = "initiative { id state }", /, **given: Any) -> Any:
    """One mutation by the operator: what it wrote, or why it was refused."""
    kind = name[0].upper() + name[1:]
    success = {"call": "CallWritten", "programme": "ProgrammeWritten", "key": "RecordWritten"}.get(
        written.split()[0], "InitiativeWritten"
    )
    missing = (
        "... on StepRefusedError { missing { code } }" if success == "InitiativeWritten" else ""
    )
    query = f"""
    mutation ($input: {kind}Input!) {{ {name}(input: $input) {{
      __typename ... on {success} {{ {written} version }} {REFUSED} {missing} }} }}
    """
    answer = api.ask(query, {"input": {"commandId": str(uuid4()), **given}}, operator=True)
    return answer[name]


def in_preparation(api: Api) -> str:
    facts = {
        "name": "Program",
        "fund": "NATIONAL",
        "since": 2025,
        "until": 2027,
        "institution": "MF",
    }
    programme = do(api, "registerProgramme", "programme { id }", code="P.1", facts=facts)
    terms = {
        "number": "P.1/26",
        "title": "Nabór",
        "opensAt": "2026-01-01T00:00:00Z",
        "closesAt": "2099-01-01T00:00:00Z",
        "allocation": 100_000_000,
        "maxRate": 8_500,
        "flatRates": [
            {"category": "OFFICE_AND_ADMINISTRATION", "maxRate": 1_500, "bases": ["STAFF"]}
        ],
    }
    call = do(
        api,
        "announceCall",
        "call { id state }",
        programme=programme["programme"]["id"],
        terms=terms,
    )
    assert call["call"]["state"] == "OPEN"
    idea = do(api, "proposeInitiative", municipality=OPOCZNO, title="Ścieżki")["initiative"]["id"]
    for name, given in [
        ("openPartnership", {}),
        ("linkCall", {"call": call["call"]["id"]}),
        ("invitePartner", {"municipality": BELCHATOW}),
        ("acceptInvitation", {"municipality": BELCHATOW}),
        ("startPreparation", {}),
    ]:
        assert do(api, name, initiative=idea, **given)["__typename"] == "InitiativeWritten"
    return str(idea)


BUDGET = {
    "periods": [{"number": 1, "since": "2026-01-01", "until": "2026-12-31"}],
    "lines": [
        {"partner": OPOCZNO, "category": "STAFF", "period": 1, "description": "Etat", "amount": 1_000_01},
        {
            "partner": OPOCZNO, "category": "OFFICE_AND_ADMINISTRATION", "period": 1, "kind": "FLAT_RATE",
            "description": "Ryczałt", "rate": 1_500, "bases": ["STAFF"],
        },
    ],
    "financing": [{"partner": OPOCZNO, "grant": 97_750, "ownPublic": 17_251}],
}  # fmt: skip


def test_initiative_is_led_to_its_agreement(api: Api) -> None:
    idea = in_preparation(api)
    refused = do(api, "submitApplication", initiative=idea)
    assert refused["__typename"] == "StepRefusedError"
    assert [each["code"] for each in refused["missing"]] == [
        "no_partnership_agreement",
        "no_budget",
    ]

    drawn = do(
        api,
        "drawUpBudget",
        "initiative { id state eligible budget { number grant } }",
        initiative=idea,
        budget=BUDGET,
    )
    assert drawn["initiative"]["eligible"] == 115_001
    document = {"reference": "Umowa 1/2026"}
    steps: list[tuple[str, dict[str, Any], str]] = [
        ("draftPartnershipAgreement", {"document": document}, "IN_PREPARATION"),
        ("signPartnershipAgreement", {"municipality": OPOCZNO, "number": 1}, "IN_PREPARATION"),
        ("signPartnershipAgreement", {"municipality": BELCHATOW, "number": 1}, "IN_PREPARATION"),
        ("submitApplication", {}, "SUBMITTED"),
        ("startFormalAssessment", {}, "FORMAL_ASSESSMENT"),
        ("passFormalAssessment", {"document": document}, "MERIT_ASSESSMENT"),
        ("recordSelection", {"amount": 97_750, "score": 8_000, "document": document}, "SELECTED"),
        ("signGrantAgreement", {"number": "UM/7", "amount": 97_750}, "AGREEMENT_SIGNED"),
    ]
    for name, given, state in steps:
        assert do(api, name, initiative=idea, **given)["initiative"]["state"] == state


def test_refusals_are_typed(api: Api) -> None:
    idea = in_preparation(api)
    unknown = global_id("Initiative", uuid4())
    assert do(api, "openPartnership", initiative=unknown)["__typename"] == "NotFoundError"
    wrong = do(api, "openPartnership", initiative=global_id("NewsItem", uuid4()))
    assert wrong["problems"] == [{"field": "initiative", "code": "malformed"}]
    stale = do(api, "describeInitiative", initiative=idea, title="Nowy", expectedVersion=1)
    assert stale["code"] == "stale_version"
    nobody = do(api, "acceptInvitation", initiative=idea, municipality="101601")
    assert (nobody["__typename"], nobody["code"]) == ("ConflictError", "not_invited")


def test_amount_with_a_fraction_or_beyond_the_limit_is_refused(api: Api) -> None:
    idea = in_preparation(api)
    query = """
    mutation ($input: DrawUpBudgetInput!) { drawUpBudget(input: $input) { __typename
      ... on InvalidInputError { problems { field code } } } }
    """

    def financed(grant: Any) -> dict[str, Any]:
        budget = {**BUDGET, "financing": [{"partner": OPOCZNO, "grant": grant}]}
        return {"input": {"commandId": str(uuid4()), "initiative": idea, "budget": budget}}

    assert api.refused(query, financed(0.5), operator=True)[0] == "malformed"
    told = api.ask(query, financed(2**53), operator=True)["drawUpBudget"]
    assert {"field": "grant", "code": "amount_out_of_range"} in told["problems"]


def test_nobody_writes_without_a_token(api: Api) -> None:
    query = """
    mutation ($input: ProposeInitiativeInput!) { proposeInitiative(input: $input) { __typename } }
    """
    given = {"commandId": str(uuid4()), "municipality": OPOCZNO, "title": "Obce"}
    assert api.ask(query, {"input": given}) == {
        "proposeInitiative": {"__typename": "NotPermittedError"}
    }


def test_notes_risks_and_documents_are_kept(api: Api) -> None:
    idea = in_preparation(api)
    note = do(api, "writeNote", "key", initiative=idea, text="Zadzwonić")["key"]
    assert do(api, "retractNote", "key", noteId=note)["__typename"] == "RecordWritten"
    low = {"probability": "LOW", "impact": "HIGH", "response": "Plan B"}
    risk = do(api, "identifyRisk", "key", initiative=idea, title="Opóźnienie", assessment=low)[
        "key"
    ]
    do(api, "reassessRisk", "key", riskId=risk, assessment={**low, "probability": "HIGH"})
    document = {"reference": "Mapa", "url": "https://example.org/mapa.pdf"}
    filed = do(api, "fileDocument", "key", initiative=idea, title="Mapa", document=document)["key"]
    do(api, "removeDocument", "key", documentId=filed, reason="Nieaktualna")
    query = """
    query ($id: ID!) { initiative(id: $id) {
      notes { key text } risks { key probability impact } documents { title removed } } }
    """
    told = api.ask(query, {"id": idea}, operator=True)["initiative"]
    assert told == {
        "notes": [{"key": note, "text": ""}],
        "risks": [{"key": risk, "probability": 3, "impact": 3}],
        "documents": [{"title": "Mapa", "removed": True}],
    }
    assert api.ask(query, {"id": idea})["initiative"] is None


def test_indicators_are_measured_and_reports_wait_for_the_agreement(api: Api) -> None:
    idea = in_preparation(api)
    made = {"kind": "OUTPUT", "name": "Pawilony", "unit": "szt.", "target": 500, "baseline": 0}
    indicator = do(api, "defineIndicator", "key", initiative=idea, **made)["key"]
    do(api, "measureIndicator", "key", indicatorId=indicator, value=250, on="2026-02-01")
    do(api, "retargetIndicator", "key", indicatorId=indicator, target=400, reason="Aneks")
    query = """
    query ($id: ID!) { initiative(id: $id) {
      indicators { key kind name unit target reached measurements { on value } }
      reports { key } } }
    """
    told = api.ask(query, {"id": idea}, operator=True)["initiative"]
    assert told == {
        "indicators": [
            {
                "key": indicator, "kind": "OUTPUT", "name": "Pawilony", "unit": "szt.", "target": 400,
                "reached": 250, "measurements": [{"on": "2026-02-01", "value": 250}],
            }
        ],
        "reports": [],
    }  # fmt: skip
    report = {"done": "Nic", "costs": [{"category": "STAFF", "amount": 100}], "problems": ""}
    early = do(
        api,
        "submitReport",
        "key",
        initiative=idea,
        municipality=OPOCZNO,
        period=1,
        content=report,
    )
    assert early["__typename"] == "StepRefusedError"
    unknown = do(api, "dropIndicator", "key", indicatorId=str(uuid4()), reason="Pomyłka")
    assert unknown["__typename"] == "NotFoundError"
