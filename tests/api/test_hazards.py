"""What a slow database, a client that leaves or dawdles, and a document made to hurt do to everybody else."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
import pytest
from graphql import GraphQLError
from litestar.testing import TestClient

from api import resources
from api.app import create_app
from api.graphql import engine, requests, services, wire
from api.graphql.compiler.selection import Scope
from api.graphql.documents import Documents
from api.graphql.limits import measure
from api.graphql.refused import Refused
from api.graphql.requests import question
from api.graphql.schema import make_schema
from api.graphql.trusted import Options, TrustedDocuments
from tests.api.conftest import NEW, Api, settings
from tests.api.servers import server
from tests.locks import locked, soon, waiting
from tests.network import Network

COMPILED = "{ news { totalCount } }"
ORDINARY = "{ news { totalCount } __schema { queryType { name } } }"
DEAD_SLOW = 4.0
"""Seconds: less than a statement may take by itself."""


@pytest.mark.parametrize("query", [COMPILED, ORDINARY])
def test_slow_statement_is_stopped_and_told_and_the_connection_lives_on(
    net: Network, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr(wire, "SECONDS", 0.4)
    quick = resources.READING.replace("statement_timeout=5000", "statement_timeout=400")
    monkeypatch.setattr(resources, "READING", quick)
    with TestClient(create_app(settings(net.database_url))) as client:
        for number in range(8):  # more often than there are connections
            asked = {"query": query.replace("news", f"n{number}: news")}
            with locked(net):
                told = client.post("/graphql", json=asked).json()
                assert told["errors"][0]["extensions"]["code"] == "timed_out"
                assert waiting(net) == 0
            assert client.post("/graphql", json=asked).json()["data"]


def test_operation_as_a_whole_is_stopped_and_its_statement_with_it(
    net: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SECONDS", 0.3)
    with TestClient(create_app(settings(net.database_url))) as client:
        with locked(net):
            refused = client.post("/graphql", json={"query": ORDINARY}, headers={"Accept": NEW})
            assert refused.status_code == 400
            assert refused.json()["errors"][0]["extensions"] == {"code": "timed_out"}
            assert soon(lambda: waiting(net) == 0) < DEAD_SLOW
        assert client.post("/graphql", json={"query": ORDINARY}).json()["data"]


def test_answer_that_would_be_too_old_is_refused_after_a_bounded_wait(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker is dead: nothing moves the read models on."""

    monkeypatch.setattr(services, "CATCH_UP_SECONDS", 0.3)
    api.net.register()
    api.net.project()
    position = api.net.published("Nowy most").position
    ways: list[tuple[dict[str, str], dict[str, Any]]] = [
        ({"Wspolna-At-Least": str(position)}, {}),
        ({}, {"extensions": {"atLeast": position}}),
    ]
    for header, body in ways:
        for query in (COMPILED, ORDINARY):
            began = time.monotonic()
            refused = api.client.post(
                "/graphql", json={"query": query, **body}, headers={"Accept": NEW, **header}
            )
            assert time.monotonic() - began < DEAD_SLOW
            assert refused.status_code == 400
            error = refused.json()["errors"][0]["extensions"]
            assert error == {"code": "position_not_reached", "position": position}
    api.net.project()
    answer = api.client.post(
        "/graphql", json={"query": COMPILED}, headers={"Wspolna-At-Least": str(position)}
    ).json()
    assert answer["data"] == {"news": {"totalCount": 1}}
    assert answer["extensions"]["position"] >= position


def begun(address: str, query: str) -> socket.socket:
    """A request that was sent, and whose answer nobody reads."""
    body = json.dumps({"query": query}).encode()
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    host, port = address.removeprefix("http://").split(":")
    made.connect((host, int(port)))
    head = f"POST /graphql HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    made.sendall(head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    return made


def test_clients_that_leave_or_dawdle_hold_up_neither_the_database_nor_anybody(
    net: Network,
) -> None:
    net.register()
    for number in range(60):
        net.published(f"Wiadomość {number}", body="Długa treść. " * 2_000)
    net.project()
    with server(net.database_url) as address:
        for query in (COMPILED, ORDINARY):
            with locked(net):
                client = begun(address, query)
                soon(lambda: waiting(net) > 0)
                client.close()
                assert soon(lambda: waiting(net) == 0) < DEAD_SLOW
        # Forty that never read a long answer, and forty that never finish their body.
        readers = [
            begun(address, f"{{ a{n}: news(first: 60) {{ nodes {{ bodyHtml }} }} }}")
            for n in range(40)
        ]
        writers = [begun(address, "{") for _ in range(40)]
        for writer in writers:
            writer.sendall(
                b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            )
            writer.sendall(b"Content-Length: 1000\r\n\r\n{")
        began = time.monotonic()
        for query in (COMPILED, ORDINARY) * 8:
            told = httpx.post(f"{address}/graphql", json={"query": query}, timeout=20).json()
            assert told["data"]["news"] == {"totalCount": 60}
        assert time.monotonic() - began < 15
        for each in readers + writers:
            each.close()


def test_body_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "BODY_SECONDS", 0.05)

    async def main() -> None:
        scope: Any = {"method": "POST"}
        headers = {b"content-type": b"application/json", b"content-length": b"10"}

        async def receive() -> Any:
            await asyncio.sleep(60)

        with pytest.raises(Refused) as refused:
            await question(scope, headers, receive, TrustedDocuments({}))
        assert refused.value.status == 408

    asyncio.run(main())


def test_body_in_pieces_is_refused_as_soon_as_it_is_too_large(api: Api) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(30):
            yield b" " * 100_000

    headers = {"Content-Type": "application/json"}
    answer = api.client.post("/graphql", content=pieces(), headers=headers)
    assert answer.status_code == 413
    nested = b'{"query": "{ __typename }", "variables": {"a":' + b"[" * 500_000
    answer = api.client.post("/graphql", content=nested, headers=headers)
    assert answer.status_code == 400


@cache
def schema() -> Any:
    return make_schema()._schema


def _nested(times: int) -> str:
    opening, closing = "news(first: 1) { nodes { municipality { ", "} } } "
    return "{ municipalities { nodes { " + opening * times + "id " + closing * times + "} } }"


def _fragments(times: int, inside: str) -> str:
    fragments = [
        f"fragment F{n} on NewsItem {{ {inside.replace('NEXT', f'...F{n + 1}')} }}"
        for n in range(times)
    ]
    last = f"fragment F{times} on NewsItem {{ title }}"
    return " ".join(["{ news { nodes { ...F0 } } }", *fragments, last])


TWICE = "a: municipality { news { nodes { NEXT } } } b: municipality { news { nodes { NEXT } } }"
CIRCLE = (
    "{ news { nodes { ...A } } } fragment A on NewsItem { mentions { ...B } }"
    " fragment B on Municipality { news { nodes { ...A } } }"
)
HURTFUL = {
    "deep": (_nested(12), "depth_limit"),
    "deep beyond parsing": ("{ a " * 900, "invalid_request"),
    "wide": ("{ " + " ".join(f"a{n}: __typename" for n in range(600)) + " }", "breadth_limit"),
    "aliases": (
        "{ " + " ".join(f"a{n}: news {{ totalCount }}" for n in range(240)) + " }",
        "cost_limit",
    ),
    "costly": (
        "{ news(first: 100) { nodes { municipality { news(first: 100) { totalCount } } } } }",
        "cost_limit",
    ),
    "the same again and again": ("{ " + "news { nodes { title } } " * 280 + "}", "breadth_limit"),
    "the same in fragments without a name": (
        "{ " + "...{ news { totalCount } } " * 200 + "}",
        "breadth_limit",
    ),
    "the same in a fragment without a name, on and on": (
        "{ " + "...{ news { totalCount } " * 150 + "}" * 151,
        "breadth_limit",
    ),
    "fragments that double": (_fragments(40, TWICE), "depth_limit"),
    "fragments side by side": (_fragments(150, "NEXT NEXT"), None),
    "a fragment in itself": (
        "{ news { nodes { ...A } } } fragment A on NewsItem { ...A }",
        "invalid_request",
    ),
    "fragments in a circle": (CIRCLE, "invalid_request"),
    "long": ("{ " + "__typename " * 2_000 + "}", "document_limit"),
    "many tokens": ("{ " + "a " * 3_000 + "}", "invalid_request"),
    "many operations": (" ".join(f"query Q{n} {{ __typename }}" for n in range(380)), None),
    "many mistakes": ("{ " + " ".join(f"x{n}y" for n in range(1_900)) + " }", "invalid_request"),
    "introspection in circles": (
        "{ __schema { types " + "{ fields { type " * 6 + "{ name }" + "} }" * 6 + " } }",
        "invalid_request",
    ),
}


@pytest.mark.parametrize("name", HURTFUL)
def test_document_made_to_hurt_is_seen_through_at_once(name: str) -> None:
    text, code = HURTFUL[name]
    documents = Documents(schema(), Options())
    began = time.process_time()
    document = documents.get(text)
    errors = list(document.errors)
    operation = document.operation(None)
    if not errors and operation is not None:
        try:
            measure(Scope(schema(), document.fragments, {}), operation)
        except GraphQLError as refused:
            errors = [refused]
    assert time.process_time() - began < 0.6
    if code is None:
        assert errors == []
    else:
        extensions = errors[0].extensions or {}
        assert extensions.get("code", "invalid_request") == code
