"""Commands over GraphQL: typed results, typed refusals, and what was written can be read at once."""

from typing import Any
from uuid import uuid4

from tests.api.conftest import Api
from tests.network import OPOCZNO

DRAFT = """
mutation ($input: DraftNewsInput!) { draftNews(input: $input) { __typename
  ... on NewsWritten { newsItem { id title state } version position }
  ... on UserError { code message }
  ... on InvalidInputError { problems { field code message } } } }
"""
PUBLISH = """
mutation ($input: PublishNewsInput!) { publishNews(input: $input) { __typename
  ... on NewsWritten { newsItem { id state publishedOn slug } version position }
  ... on UserError { code message }
  ... on StaleVersionError { currentVersion }
  ... on InvalidInputError { problems { field code message } } } }
"""
CORRECT = """
mutation ($input: CorrectNewsInput!) { correctNews(input: $input) { __typename
  ... on NewsWritten { newsItem { title slug history { kind reason } } version } ... on UserError { code message } } }
"""
RETRACT = """
mutation ($input: RetractNewsInput!) { retractNews(input: $input) { __typename
  ... on NewsWritten { newsItem { state retractionReason } version } ... on UserError { code } } }
"""
REGISTER = """
mutation ($input: RegisterMunicipalityInput!) { registerMunicipality(input: $input) { __typename
  ... on MunicipalityWritten { municipality { terc name population } version } ... on UserError { code } } }
"""


def draft(title: str = "Nowy most", **more: Any) -> dict[str, Any]:
    text = {"title": title, "body": "Treść.", **more.pop("text", {})}
    return {"commandId": str(uuid4()), "municipality": OPOCZNO, "text": text, **more}


def drafted(api: Api, title: str = "Nowy most") -> str:
    written = api.ask(DRAFT, {"input": draft(title)}, operator=True)["draftNews"]
    return str(written["newsItem"]["id"])


def events(api: Api) -> int:
    return int(api.net.value("SELECT count(*) FROM events"))


def test_item_is_drafted_published_corrected_and_retracted(live_api: Api) -> None:
    live_api.net.register()
    item = drafted(live_api)
    published = live_api.ask(
        PUBLISH,
        {
            "input": {
                "commandId": str(uuid4()),
                "newsItem": item,
                "expectedVersion": 1,
                "publishedOn": "2025-08-13",
            }
        },
        operator=True,
    )["publishNews"]
    assert published["newsItem"] == {
        "id": item,
        "state": "PUBLISHED",
        "publishedOn": "2025-08-13",
        "slug": "nowy-most",
    }
    assert published["version"] == 2
    corrected = live_api.ask(
        CORRECT,
        {
            "input": {
                "commandId": str(uuid4()),
                "newsItem": item,
                "expectedVersion": 2,
                "text": {"title": "Nowy most otwarty", "body": "Treść."},
                "reason": "Literówka",
                "slug": "most-otwarty",
            }
        },
        operator=True,
    )["correctNews"]["newsItem"]
    assert (corrected["title"], corrected["slug"]) == ("Nowy most otwarty", "most-otwarty")
    assert corrected["history"][-1] == {"kind": "CORRECTED", "reason": "Literówka"}
    retracted = live_api.ask(
        RETRACT,
        {"input": {"commandId": str(uuid4()), "newsItem": item, "reason": "Pomyłka"}},
        operator=True,
    )["retractNews"]
    assert retracted == {
        "__typename": "NewsWritten",
        "newsItem": {"state": "RETRACTED", "retractionReason": "Pomyłka"},
        "version": 4,
    }


def test_municipality_is_registered(live_api: Api) -> None:
    given = {
        "commandId": str(uuid4()),
        "terc": "1007043",
        "name": "Opoczno",
        "kind": "URBAN_RURAL",
        "voivodeship": "łódzkie",
        "county": "opoczyński",
        "population": {"count": 31403, "year": 2024, "source": "GUS BDL"},
    }
    written = live_api.ask(REGISTER, {"input": given}, operator=True)["registerMunicipality"]
    assert written["municipality"] == {"terc": "100704", "name": "Opoczno", "population": 31403}


def test_nobody_writes_without_the_operators_token(api: Api) -> None:
    api.net.register()
    before = events(api)
    assert api.ask(DRAFT, {"input": draft()})["draftNews"] == {
        "__typename": "NotPermittedError",
        "code": "not_permitted",
        "message": "Brak uprawnień do tego polecenia.",
    }
    assert events(api) == before


def test_unknown_token_is_refused_whatever_it_asks(api: Api) -> None:
    answer = api.client.post(
        "/graphql", json={"query": "{ __typename }"}, headers={"Authorization": "Bearer guess"}
    )
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="wspolna"'
    assert answer.json()["errors"][0]["extensions"] == {"code": "not_authenticated"}


def test_everything_wrong_with_the_input_is_said_at_once_in_the_clients_language(api: Api) -> None:
    api.net.register()
    before = events(api)
    given = draft(" ", text={"title": " ", "body": "a\u0007b"})
    refused = api.ask(DRAFT, {"input": given}, operator=True, language="en")["draftNews"]
    assert refused["__typename"] == "InvalidInputError"
    assert [(p["field"], p["code"]) for p in refused["problems"]] == [
        ("title", "missing"),
        ("body", "control_characters"),
    ]
    assert refused["problems"][0]["message"] == "The field “title” is required."
    assert events(api) == before


def test_unknown_and_malformed_municipality_are_told_apart(api: Api) -> None:
    unknown = api.ask(DRAFT, {"input": {**draft(), "municipality": "146501"}}, operator=True)[
        "draftNews"
    ]
    assert (unknown["__typename"], unknown["code"]) == ("NotFoundError", "unknown_municipality")
    short = api.ask(DRAFT, {"input": {**draft(), "municipality": "1007"}}, operator=True)[
        "draftNews"
    ]
    assert (short["__typename"], short["problems"][0]["code"]) == (
        "InvalidInputError",
        "malformed_terc",
    )


def test_stale_version_names_the_current_one(live_api: Api) -> None:
    live_api.net.register()
    item = drafted(live_api)
    given = {"commandId": str(uuid4()), "newsItem": item, "expectedVersion": 7}
    refused = live_api.ask(PUBLISH, {"input": given}, operator=True)["publishNews"]
    assert (refused["__typename"], refused["currentVersion"]) == ("StaleVersionError", 1)


def test_implausible_and_impossible_dates_are_refused(live_api: Api) -> None:
    live_api.net.register()
    given = {"commandId": str(uuid4()), "newsItem": drafted(live_api), "publishedOn": "9999-08-13"}
    refused = live_api.ask(PUBLISH, {"input": given}, operator=True)["publishNews"]
    assert (refused["__typename"], refused["problems"][0]["code"]) == (
        "InvalidInputError",
        "implausible_date",
    )
    given["publishedOn"] = "20250-08-13"
    assert live_api.refused(PUBLISH, {"input": given}, operator=True) == (
        "malformed",
        "Wartość „20250-08-13” jest niepoprawna.",
    )


def test_same_command_twice_happens_once_and_answers_the_same(live_api: Api) -> None:
    live_api.net.register()
    given = {"input": draft()}
    first = live_api.ask(DRAFT, given, operator=True)
    before = events(live_api)
    assert live_api.ask(DRAFT, given, operator=True) == first
    assert events(live_api) == before


def test_taken_slug_is_a_conflict(live_api: Api) -> None:
    live_api.net.register()
    drafted(live_api)
    refused = live_api.ask(DRAFT, {"input": draft()}, operator=True)["draftNews"]
    assert (refused["__typename"], refused["code"]) == ("ConflictError", "slug_taken")


def test_id_of_something_else_is_an_invalid_input(live_api: Api) -> None:
    given = {"commandId": str(uuid4()), "newsItem": "TXVuaWNpcGFsaXR5OjE="}
    refused = live_api.ask(PUBLISH, {"input": given}, operator=True)["publishNews"]
    assert (refused["__typename"], refused["problems"][0]["code"]) == (
        "InvalidInputError",
        "invalid_id",
    )
