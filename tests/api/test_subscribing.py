"""News as they are published, over websocket and as server-sent events."""

from typing import Any

import pytest

from api.graphql import services
from tests.api.conftest import TOKEN, Api
from tests.network import BELCHATOW, OPOCZNO

SUBSCRIBE = """
subscription ($municipality: String) {
  newsPublished(municipality: $municipality) { title municipality { terc } }
}
"""
PROTOCOL = "graphql-transport-ws"


def subscribe(socket: Any, id_: str = "1", query: str = SUBSCRIBE, **variables: Any) -> None:
    socket.send_json(
        {"id": id_, "type": "subscribe", "payload": {"query": query, "variables": variables}}
    )


def initialised(socket: Any, **payload: Any) -> Any:
    socket.send_json({"type": "connection_init", "payload": payload})
    assert socket.receive_json() == {"type": "connection_ack"}
    return socket


def test_subscriber_hears_of_what_is_published_and_of_nothing_else(live_api: Api) -> None:
    for terc in (OPOCZNO, BELCHATOW):
        live_api.net.register(terc)
    live_api.net.published("Sprzed subskrypcji")
    live_api.net.project()
    with live_api.client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket:
        subscribe(initialised(socket), municipality=BELCHATOW)
        socket.send_json({"type": "ping"})
        assert socket.receive_json() == {"type": "pong"}
        live_api.net.draft("Szkic", terc=BELCHATOW)
        live_api.net.published("Cudza")
        live_api.net.published("Własna", terc=BELCHATOW)
        told = socket.receive_json()
        assert (told["id"], told["type"]) == ("1", "next")
        assert told["payload"]["data"] == {
            "newsPublished": {"title": "Własna", "municipality": {"terc": BELCHATOW}}
        }
        assert told["payload"]["extensions"]["position"] > 0


def test_queries_and_mutations_travel_over_the_socket_too(live_api: Api) -> None:
    with live_api.client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket:
        subscribe(
            initialised(socket, authorization=f"Bearer {TOKEN}"), query="{ news { totalCount } }"
        )
        told = socket.receive_json()
        assert (told["type"], told["payload"]["data"]) == ("next", {"news": {"totalCount": 0}})
        assert socket.receive_json() == {"id": "1", "type": "complete"}


def test_request_error_ends_the_operation_not_the_connection(live_api: Api) -> None:
    with live_api.client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket:
        subscribe(initialised(socket), query="subscription { nope }")
        told = socket.receive_json()
        assert (told["id"], told["type"]) == ("1", "error")
        assert told["payload"][0]["extensions"]["code"] == "invalid_request"
        subscribe(socket, "2", municipality="12")
        told = socket.receive_json()
        assert (told["id"], told["type"]) == ("2", "error")
        assert told["payload"][0]["extensions"]["code"] == "invalid_input"


@pytest.mark.parametrize("query", ["{ news { totalCount } }", SUBSCRIBE])
def test_answer_over_the_socket_waits_for_the_position_that_the_client_names(
    api: Api, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr(services, "CATCH_UP_SECONDS", 0.3)
    position = api.net.register().position
    told = {"query": query, "extensions": {"atLeast": position}}
    with api.client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket:
        initialised(socket).send_json({"id": "1", "type": "subscribe", "payload": told})
        refused = socket.receive_json()
        assert (refused["id"], refused["type"]) == ("1", "error")
        code = {"code": "position_not_reached", "position": position}
        assert refused["payload"][0]["extensions"] == code
