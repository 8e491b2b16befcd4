"""Over real servers: event streams, and clients that go away in the middle."""

import json
import threading

import httpx
import pytest

from tests.api.conftest import projecting
from tests.api.servers import server
from tests.locks import locked, soon, waiting
from tests.network import Network

FOLLOW = {"query": "subscription { newsPublished { title } }"}
EVENTS = {"Accept": "text/event-stream"}


def test_published_news_arrives_as_a_server_sent_event(net: Network) -> None:
    net.register()
    with (
        server(net.database_url) as address,
        projecting(net.database_url),
        httpx.stream("POST", f"{address}/graphql", json=FOLLOW, headers=EVENTS, timeout=20) as told,
    ):
        assert told.headers["content-type"] == "text/event-stream; charset=utf-8"
        publishing = threading.Timer(0.3, lambda: net.published("Nowy most"))
        publishing.start()
        lines = told.iter_lines()
        assert next(lines) == "event: next"
        assert int(next(lines).removeprefix("id: ")) > 0
        data = json.loads(next(lines).removeprefix("data: "))
        publishing.join()
    assert data["data"] == {"newsPublished": {"title": "Nowy most"}}


def test_query_over_an_event_stream_is_told_once_and_completed(net: Network) -> None:
    with server(net.database_url) as address:
        asked = {"query": "{ news { totalCount } }"}
        told = httpx.post(f"{address}/graphql", json=asked, headers=EVENTS, timeout=20).text
    assert told.startswith('event: next\ndata: {"data":{"news":{"totalCount":0}}')
    assert told.endswith("event: complete\ndata:\n\n")


def test_question_of_a_client_that_went_away_is_stopped_in_the_database(net: Network) -> None:
    with server(net.database_url) as address:
        httpx.post(f"{address}/graphql", json={"query": "{ news { totalCount } }"}, timeout=20)
        with locked(net):
            with pytest.raises(httpx.ReadTimeout):
                httpx.post(
                    f"{address}/graphql", json={"query": "{ news { nodes { id } } }"}, timeout=0.8
                )
            soon(lambda: waiting(net) == 0, 4)  # the statement's own time-out is 5 s
