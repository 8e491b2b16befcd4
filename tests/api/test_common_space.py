"""Practices, solutions and questions over GraphQL, and what the public sees of them."""

from typing import Any
from uuid import uuid4

import pytest

from api.graphql.relay import global_id
from tests.api import common_space
from tests.api.conftest import Api, projecting
from tests.network import BELCHATOW, OPOCZNO

PRACTICES = """{ practices { totalCount nodes {
  title state cost tags contactUnit contacts { contact } evidence { title url }
  validatedBy { name } municipality { name } adoptions { state municipality { name } outcome }
  versions { kind } } } }"""
SOLUTIONS = """{ modelSolutions { totalCount nodes { title state number lead { name } authors { name }
  versions { number sections { heading bodyHtml } } draft { heading } } } }"""


@pytest.fixture
def filled(live_api: Api) -> Api:
    common_space.fill(live_api.net)
    live_api.net.project()
    return live_api


def give(api: Api, command: str, shown: str, /, **given: Any) -> Any:
    name = command[0].lower() + command[1:]
    wanted = f"__typename {shown} ... on UserError {{ code message }}"
    query = f"mutation ($input: {command}Input!) {{ {name}(input: $input) {{ {wanted} }} }}"
    return api.ask(query, {"input": {"commandId": str(uuid4()), **given}}, operator=True)[name]


def test_public_sees_published_practices_without_the_person_to_ask(filled: Api) -> None:
    assert filled.ask(PRACTICES)["practices"] == {
        "totalCount": 1,
        "nodes": [
            {
                "title": "Rower miejski",
                "state": "PUBLISHED",
                "cost": 900_000_000_001,
                "tags": ["transport", "rowery"],
                "contactUnit": "",
                "contacts": [],
                "evidence": [{"title": "Raport", "url": "https://opoczno.example/raport"}],
                "validatedBy": {"name": "Bełchatów"},
                "municipality": {"name": "Opoczno"},
                "adoptions": [
                    {
                        "state": "IMPLEMENTED",
                        "municipality": {"name": "Tomaszów"},
                        "outcome": "Działa.",
                    }
                ],
                "versions": [{"kind": "PUBLISHED"}],
            }
        ],
    }


def test_coordinator_sees_drafts_contacts_and_interest_too(filled: Api) -> None:
    found = filled.ask(PRACTICES, operator=True)["practices"]
    assert found["totalCount"] == 3
    (published,) = [node for node in found["nodes"] if node["state"] == "PUBLISHED"]
    assert published["contacts"] == [{"contact": "Anna Nowak, 44 1"}]
    assert sorted(each["state"] for each in published["adoptions"]) == ["IMPLEMENTED", "INTERESTED"]


def test_public_sees_released_versions_and_not_the_text_in_the_making(filled: Api) -> None:
    assert filled.ask(SOLUTIONS)["modelSolutions"] == {
        "totalCount": 1,
        "nodes": [
            {
                "title": "Wzór",
                "state": "PUBLISHED",
                "number": 1,
                "lead": {"name": "Opoczno"},
                "authors": [{"name": "Opoczno"}, {"name": "Bełchatów"}],
                "versions": [
                    {"number": 1, "sections": [{"heading": "Zakres", "bodyHtml": "<p>Treść.</p>"}]}
                ],
                "draft": [],
            }
        ],
    }


def test_who_could_help_with_something(filled: Api) -> None:
    query = '{ whoCouldHelp(tag: "transport") { nodes { kind of title municipality { name } } } }'
    found = filled.ask(query)["whoCouldHelp"]["nodes"]
    assert sorted((each["municipality"]["name"], each["kind"]) for each in found) == [
        ("Opoczno", "AUTHOR"),
        ("Tomaszów", "IMPLEMENTED"),
    ]


def test_questions_are_the_networks(filled: Api) -> None:
    query = "{ questions { totalCount nodes { title state answers { accepted municipality { name } } } } }"
    assert filled.ask(query)["questions"] == {"totalCount": 0, "nodes": []}
    found = filled.ask(query, operator=True)["questions"]
    assert found["totalCount"] == 2
    assert sorted(node["state"] for node in found["nodes"]) == ["ANSWERED", "RESOLVED"]


def test_question_is_asked_answered_and_accepted(live_api: Api) -> None:
    for terc in (OPOCZNO, BELCHATOW):
        live_api.net.member(terc)
    shown = "... on QuestionWritten { question { id state links { kind node } answers { id } } }"
    call = global_id("FundingCall", uuid4())
    said = {"body": "Kto kupował autobusy?", "links": [{"kind": "CALL", "id": call}]}
    asked = give(live_api, "AskQuestion", shown, municipality=OPOCZNO, title="Autobusy", said=said)
    assert asked["question"]["links"] == [{"kind": "CALL", "node": call}]
    question = asked["question"]["id"]
    answer = {"question": question, "municipality": BELCHATOW, "said": {"body": "My."}}
    answered = give(live_api, "AnswerQuestion", shown, **answer)["question"]
    assert answered["state"] == "ANSWERED"
    accepted = give(
        live_api, "AcceptAnswer", shown, question=question, answer=answered["answers"][0]["id"]
    )
    assert accepted["question"]["state"] == "RESOLVED"
    answer["municipality"] = OPOCZNO
    refused = give(live_api, "AnswerQuestion", shown, **answer)
    assert (refused["__typename"], refused["code"]) == ("ConflictError", "own_question")
    refused = give(live_api, "AcceptAnswer", shown, question=question, answer=question)
    assert refused["code"] == "invalid_input"
    wrong = {
        "question": "UXVlc3Rpb246MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAw",
        "reason": "Nie.",
    }
    assert give(live_api, "CloseQuestion", shown, **wrong)["__typename"] == "NotFoundError"


def test_adoption_names_what_is_adopted_by_the_id_that_clients_know(filled: Api) -> None:
    with projecting(filled.net.database_url):
        (practice,) = filled.ask("{ practices { nodes { id } } }")["practices"]["nodes"]
        shown = "... on AdoptionWritten { adoption { state municipality { name } } }"
        said = {"municipality": BELCHATOW, "of": "PRACTICE", "subject": practice["id"]}
        assert give(filled, "StartAdapting", shown, **said)["adoption"] == {
            "state": "ADAPTING",
            "municipality": {"name": "Bełchatów"},
        }
        said["subject"] = global_id("Question", uuid4())
        refused = give(filled, "StartAdapting", shown, **said)
        assert refused["code"] == "invalid_input"


def test_practice_is_drafted_and_cost_is_a_whole_number(live_api: Api) -> None:
    live_api.net.member(OPOCZNO)
    shown = "... on PracticeWritten { practice { state cost contacts { contact } } }"
    text = {"title": "Rower", "summary": "Krótko.", "cost": 12_000_000_000}
    drafted = give(
        live_api, "DraftPractice", shown, municipality=OPOCZNO, text=text, contact="Anna Nowak"
    )
    assert drafted["practice"] == {
        "state": "DRAFT",
        "cost": 12_000_000_000,
        "contacts": [{"contact": "Anna Nowak"}],
    }


def test_timeline_shows_what_the_viewer_may_see_and_counts_no_more(filled: Api) -> None:
    query = """query ($kind: String) { activity(kind: $kind, first: 100) {
        totalCount nodes { type title municipality { name } } } }"""
    public = filled.ask(query, {"kind": "MEETING"})["activity"]
    assert {node["type"] for node in public["nodes"]} == {"Meeting.MinutesPublished"}
    assert public["totalCount"] == len(public["nodes"]) == 1
    assert filled.ask(query, {"kind": "QUESTION"})["activity"] == {"totalCount": 0, "nodes": []}
    everything = filled.ask(query, {"kind": "MEETING"}, operator=True)["activity"]
    assert everything["totalCount"] == len(everything["nodes"]) > 30
