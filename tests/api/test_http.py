"""GraphQL over HTTP as its specification has it: media types, status codes, methods."""

import json
from typing import Any

import pytest

from tests.api.conftest import NEW, Api

OLD = "application/json"
TYPENAME = {"query": "{ __typename }"}


def sent(api: Api, body: Any, **headers: str) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {
        "Content-Type": OLD,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return api.client.post("/graphql", content=content, headers=given)


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (NEW, NEW),
        (OLD, OLD),
        ("*/*", OLD),
        ("", OLD),
        ("application/*;q=0.8", OLD),
        (f"*/*, {NEW};q=0.9", OLD),
        (f"{NEW}, {OLD};q=0.9", NEW),
        (f"{OLD}, {NEW};q=0.5", OLD),
        (f"{NEW}; charset=utf-8, {OLD}; charset=utf-8", NEW),
        (f"{NEW};q=0, {OLD}", OLD),
        ("text/html, */*;q=0.1", OLD),
    ],
)
def test_answer_comes_in_the_media_type_that_is_preferred(
    api: Api, accept: str, answered: str
) -> None:
    answer = sent(api, TYPENAME, Accept=accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{answered}; charset=utf-8"
    assert answer.json()["data"] == {"__typename": "Query"}


def test_nothing_acceptable_is_a_406(api: Api) -> None:
    assert sent(api, TYPENAME, Accept="application/xml").status_code == 406


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "", "application/json; charset=latin1"],
)
def test_what_a_foreign_page_could_send_is_a_415(api: Api, content_type: str) -> None:
    answer = api.client.post(
        "/graphql", content=json.dumps(TYPENAME), headers={"Content-Type": content_type}
    )
    assert answer.status_code == 415
    assert answer.json()["errors"][0]["extensions"] == {"code": "unsupported_media_type"}


@pytest.mark.parametrize(
    "body",
    [
        b"NONSENSE",
        b'{"query":',
        b'"text"',
        b'{"qeury":"{__typename}"}',
        b'{"query":7}',
        b'{"query":"{ __typename }","variables":[7]}',
        b'{"query":"query ($a: Int) { news(first: $a) { totalCount } }","variables":"x"}',
        b'{"query":"{__typename}","operationName":[]}',
        b'{"query":"{ __typename }","extensions":7}',
        b'[{"query":"{ __typename }"}]',
        b"\xff\xfe",
    ],
)
@pytest.mark.parametrize("accept", [NEW, OLD])
def test_malformed_request_is_a_400_in_either_media_type(
    api: Api, body: bytes, accept: str
) -> None:
    assert sent(api, body, Accept=accept).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "{",
        "{ nope }",
        "query A { __typename } query B { __typename }",
        "query ($a: Int!) { news(first: $a) { totalCount } }",
    ],
)
def test_request_error_is_a_400_in_the_new_media_type_and_a_200_in_the_old(
    api: Api, query: str
) -> None:
    new, old = sent(api, {"query": query}, Accept=NEW), sent(api, {"query": query}, Accept=OLD)
    assert (new.status_code, old.status_code) == (400, 200)
    assert "data" not in new.json()
    assert new.json() == old.json()


def test_field_error_is_a_200_with_null_data(api: Api) -> None:
    answer = sent(api, {"query": "{ news(first: 101) { totalCount } }"}, Accept=NEW)
    assert (answer.status_code, answer.json()["data"]) == (200, None)


def test_get_asks_and_does_not_change(api: Api) -> None:
    asked = api.client.get(
        "/graphql",
        params={
            "query": "query ($n: Int) { news(first: $n) { totalCount } }",
            "variables": '{"n": 1}',
        },
    )
    assert asked.json()["data"] == {"news": {"totalCount": 0}}
    given = '{commandId: "0198a0b2-5c1e-7b1e-8a52-2f0d6c1f0e3a", newsItem: "y", reason: "z"}'
    mutation = f"mutation {{ retractNews(input: {given}) {{ __typename }} }}"
    refused = api.client.get("/graphql", params={"query": mutation})
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, POST")
    assert api.client.put("/graphql", json=TYPENAME).status_code == 405


def test_ten_megabytes_are_refused_with_a_sentence(api: Api) -> None:
    answer = sent(api, {"query": "{ __typename }", "variables": {"x": "x" * 10_000_000}})
    assert answer.status_code == 413
    assert answer.json()["errors"][0] == {
        "message": "Zapytanie jest za duże: najwyżej 2000000 bajtów.",
        "extensions": {"code": "body_too_large"},
    }


def test_browser_gets_graphiql_and_nothing_from_foreign_hosts(api: Api) -> None:
    page = api.client.get("/graphql", headers={"Accept": "text/html"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "http" not in page.text.replace("http-equiv", "")
    for name in (
        "graphiql.js",
        "graphiql.css",
        "react.js",
        "react-dom.js",
        "graphql-ws.js",
        "page.js",
        "page.css",
    ):
        assert f"/static/graphiql/{name}" in page.text
        assert api.client.get(f"/static/graphiql/{name}").status_code == 200


def test_health_says_that_we_live_and_whether_we_are_ready(api: Api) -> None:
    assert api.client.get("/health/live").json() == {"status": "ok"}
    ready = api.client.get("/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")
    assert {"municipalities", "news"} <= {each["name"] for each in ready.json()["projections"]}
    api.net.connection.execute("DROP SCHEMA read_news CASCADE")
    assert api.client.get("/health/ready").status_code == 503


def test_metrics_tell_how_far_each_read_model_is_behind(api: Api) -> None:
    api.net.register()
    api.net.project()
    api.net.published()
    told = api.client.get("/metrics").text
    assert 'wspolna_projection_position{projection="news"} 1.0' in told
    assert 'wspolna_projection_lag_positions{projection="news"} 2.0' in told
    assert 'wspolna_projection_parked_events{projection="news"} 0.0' in told
    assert 'wspolna_projection_lag_seconds{projection="news"} ' in told


def test_metrics_count_operations_and_fallbacks(api: Api) -> None:
    api.ask("{ news { totalCount } }")
    told = api.client.get("/metrics").text
    assert "wspolna_graphql_operations_total" in told
    assert "wspolna_graphql_fallbacks_total" in told


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        ("text/event-stream", "text/event-stream"),
        ("text/event-stream, multipart/mixed", "text/event-stream"),
        # urql and Relay's network layers name it too, behind what they would rather have
        (f"{NEW}, application/graphql+json, {OLD}, text/event-stream, multipart/mixed", NEW),
        (f"{OLD};q=0.5, text/event-stream", "text/event-stream"),
    ],
)
def test_events_are_sent_to_those_who_would_rather_have_them(
    api: Api, accept: str, answered: str
) -> None:
    answer = sent(api, TYPENAME, Accept=accept)
    assert answer.headers["content-type"] == f"{answered}; charset=utf-8"
