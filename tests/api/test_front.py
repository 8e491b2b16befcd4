"""The server's front answers on the wire exactly as the application behind it does, only sooner."""

import json
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.api.servers import Server, running
from tests.locks import locked, soon, waiting
from tests.network import Network, network

NEWS = "query($first: Int) { news(first: $first) { edges { node { title } } totalCount } }"
GOOD = {"query": NEWS, "variables": {"first": 3}}


@pytest.fixture(scope="module")
def net(shared_database_url: str) -> Iterator[Network]:
    with network(shared_database_url) as found:
        found.register()
        for title in ("Żłobek", "Most", "Basen", "Park"):
            found.published(title)
        found.project()
        yield found


@pytest.fixture(scope="module")
def servers(net: Network) -> Iterator[tuple[Server, Server]]:
    """With the front, and without."""
    without = [sys.executable, "-m", "uvicorn", "--factory", "api.app:app", "--no-access-log"]
    without += ["--no-server-header", "--http", "httptools", "--port"]
    with ExitStack() as stack:
        yield (
            stack.enter_context(running(net.database_url)),
            stack.enter_context(running(net.database_url, without)),
        )


def post(body: Any, *more: str, path: str = "/graphql", version: str = "1.1") -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"POST {path} HTTP/{version}", "Host: localhost"]
    if not any(line.lower().startswith("content-type") for line in more):
        lines.append("Content-Type: application/json")
    if not any(line.lower().startswith("transfer-encoding") for line in more):
        lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*lines, *more, "", ""]).encode() + content


REQUESTS = {
    "plain": post(GOOD),
    "old media type": post(GOOD, "Accept: application/json"),
    "events": post(GOOD, "Accept: text/event-stream"),
    "no media type is acceptable": post(GOOD, "Accept: text/csv"),
    "HTTP/1.0": post(GOOD, version="1.0"),
    "connection closed after it": post(GOOD, "Connection: close"),
    "two operations and a name": post(
        {"query": "query A { news { totalCount } } query B { __typename }", "operationName": "A"}
    ),
    "no operation is named": post({"query": "query A { __typename } query B { __typename }"}),
    "introspection": post({"query": "{ __schema { queryType { name } } }"}),
    "a mutation": post({"query": "mutation { __typename }"}),
    "a subscription": post({"query": "subscription { newsPublished { title } }"}),
    "a syntax error": post({"query": "{ news "}),
    "an unknown field": post({"query": "{ nonsense }"}),
    "a page that is too large": post({"query": NEWS, "variables": {"first": 1_000}}),
    "an operation that costs too much": post(
        {
            "query": "{ municipalities(first: 100) { edges { node { news(first: 100) { totalCount "
            "edges { node { title municipality { name } } } } } } } }"
        }
    ),
    "variables that are no object": post({"query": NEWS, "variables": [1]}),
    "a variable of a wrong type": post({"query": NEWS, "variables": {"first": "three"}}),
    "a bad argument": post({"query": '{ node(id: "nonsense") { id } }'}),
    "no JSON": post(b"{news}"),
    "no UTF-8": post(b'{"query": "\xff"}'),
    "an empty body": post(b""),
    "a batch": post([GOOD, GOOD]),
    "no query": post({}),
    "another content type": post(GOOD, "Content-Type: text/plain"),
    "another path": post(GOOD, path="/graphql/"),
    "a query string": post(GOOD, path="/graphql?x=1"),
    "an escaped path": post(GOOD, path="/graph%71l"),
    "a token of nobody": post(GOOD, "Authorization: Bearer nonsense"),
    "a cookie of nobody": post(GOOD, "Cookie: a=b"),
    "Polish": post({"query": "{ nonsense }"}, "Accept-Language: pl"),
    "English": post({"query": "{ nonsense }"}, "Accept-Language: en"),
    "at least a position": post(GOOD, "Wspolna-At-Least: 1"),
    "at least nonsense": post(GOOD, "Wspolna-At-Least: x"),
    "extensions": post({**GOOD, "extensions": {"atLeast": 1}}),
    "expecting to be told to go on": post(GOOD, "Expect: 100-continue"),
    "a body in chunks": post(
        b"%x\r\n%s\r\n0\r\n\r\n" % (len(json.dumps(GOOD)), json.dumps(GOOD).encode()),
        "Transfer-Encoding: chunked",
    ),
    "a long body": post({**GOOD, "operationName": " " * 40_000}),
    "GET": b"GET /graphql?query={__typename} HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "the page": b"GET /graphql HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n",
    "another method": b"PUT /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
    "no HTTP": b"NONSENSE\r\n\r\n",
}


def exchanged(server: Server, *parts: bytes, pause: float = 0.0) -> bytes:
    """All that the server says until it closes, or is silent."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)
        heard = b""
        while chunk := _received(connection, 10 if not heard else 0.15):
            heard += chunk
    return heard


def _received(connection: socket.socket, seconds: float) -> bytes:
    connection.settimeout(seconds)
    try:
        return connection.recv(1 << 20)
    except TimeoutError:
        return b""


def said(heard: bytes) -> list[tuple[bytes, list[bytes], bytes]]:
    """Status, headers without the date, in order of their names, and body of each answer."""
    answers = []
    while heard:
        head, _, rest = heard.partition(b"\r\n\r\n")
        status, *headers = head.split(b"\r\n")
        lengths = [int(each[15:]) for each in headers if each.lower().startswith(b"content-length")]
        length = lengths[0] if lengths else 0 if status.split()[1] == b"100" else len(rest)
        kept = sorted(each for each in headers if not each.startswith(b"date:"))
        answers.append((status, kept, rest[:length]))
        heard = rest[length:]
    return answers


@pytest.mark.parametrize("name", REQUESTS)
def test_whatever_is_asked_is_answered_as_by_the_application(
    servers: tuple[Server, Server], name: str
) -> None:
    front, application = (said(exchanged(server, REQUESTS[name])) for server in servers)
    assert front == application
    assert front


def test_plain_questions_never_reach_the_application(servers: tuple[Server, Server]) -> None:
    front, application = servers
    order = [b"content-type", b"content-length", b"wspolna-position"]
    heads = [exchanged(each, REQUESTS["plain"]).split(b"\r\n\r\n")[0] for each in servers]
    names = [[line.split(b":")[0] for line in head.split(b"\r\n")[1:]] for head in heads]
    assert names[0] == names[1]
    assert [name for name in names[0] if name in order] == order
    assert b"200 OK" in heads[0]
    assert front.port != application.port


def test_requests_on_one_connection_are_answered_in_their_order(
    servers: tuple[Server, Server],
) -> None:
    names = ["plain", "a syntax error", "introspection", "plain", "GET", "a bad argument", "plain"]
    together = b"".join(REQUESTS[name] for name in names)
    alone = [said(exchanged(servers[0], REQUESTS[name]))[0] for name in names]
    for pieces in ([together], [REQUESTS[name] for name in names]):
        assert said(exchanged(servers[0], *pieces)) == alone


def test_request_that_comes_in_pieces_is_answered(servers: tuple[Server, Server]) -> None:
    whole = REQUESTS["plain"]
    pieces = [whole[at : at + 40] for at in range(0, len(whole), 40)]
    assert said(exchanged(servers[0], *pieces, pause=0.01)) == said(exchanged(servers[0], whole))


@pytest.mark.parametrize("path", ["/graphql?query={news{totalCount}}", "/spotkania.ics"])
def test_unchanged_answer_has_neither_a_body_nor_the_length_of_another(
    servers: tuple[Server, Server], path: str
) -> None:
    line = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n".encode()
    for server in servers:
        ((_, headers, body),) = said(exchanged(server, line + b"\r\n"))
        tag = next(each[6:] for each in headers if each.startswith(b"etag: "))
        assert b"content-length: %d" % len(body) in headers
        again = exchanged(server, line + b"If-None-Match: " + tag + b"\r\n\r\n")
        head, _, rest = again.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 304 Not Modified")
        assert b"etag: " + tag in head
        assert (b"content-length" in head, rest) == (False, b"")


def test_client_that_hangs_up_cancels_its_statement(
    net: Network, servers: tuple[Server, Server]
) -> None:
    with locked(net):
        with socket.create_connection(("127.0.0.1", servers[0].port)) as connection:
            connection.sendall(post({"query": "{ news(first: 7) { edges { node { slug } } } }"}))
            soon(lambda: waiting(net) == 1, 5)
        soon(lambda: waiting(net) == 0, 5)
    assert b"200 OK" in exchanged(servers[0], REQUESTS["plain"])


def test_statement_that_takes_too_long_is_not_tried_again(
    net: Network, servers: tuple[Server, Server]
) -> None:
    with locked(net):
        began = time.monotonic()
        heard = exchanged(servers[0], post({"query": "{ news(first: 6) { totalCount } }"}))
    assert b'"timed_out"' in heard
    assert time.monotonic() - began < 2 * 5 - 1  # the statement's own limit is five seconds


def test_server_that_is_asked_to_stop_answers_first(net: Network) -> None:
    with (
        running(net.database_url) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection,
    ):
        with locked(net):
            connection.sendall(REQUESTS["plain"])
            soon(lambda: waiting(net) == 1, 5)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
        heard = b""
        while chunk := connection.recv(1 << 20):
            heard += chunk
        assert heard.startswith(b"HTTP/1.1 200 OK")
        assert server.process.wait(timeout=10) in (0, -signal.SIGTERM)
