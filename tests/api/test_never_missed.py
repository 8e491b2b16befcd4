"""Clients that are cut off a thousand times keep copies that equal the network: nothing missed, nothing twice."""

import asyncio
import json
import random
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from infra.bootstrap import connect as connect_database
from infra.log import EventLog
from projections.registry import PROJECTIONS
from projections.runner import ProjectionRunner
from tests.api.servers import free_port
from tests.api.servers import running as server_running
from tests.api.sockets import PROTOCOL
from tests.network import OPOCZNO, VAULT, Network, network
from tests.projections.processes import running

CUTS = 250
"""Of each of four clients."""
FOLLOW = """
subscription ($after: Position) {
  changes(after: $after) {
    position kind effect subjectId subject { ... on NewsItem { title bodyText } }
  }
}
"""
NO_TLS = ssl.create_default_context()
"""Made once: the certificates of the world take longer to read than all else of a connection."""
BROKEN = (OSError, EOFError, httpx.TransportError, WebSocketException, asyncio.TimeoutError)


class Copy:
    """What a portal would keep."""

    def __init__(self) -> None:
        self.positions: list[int] = []
        self.news: dict[str, dict[str, str]] = {}
        self.cuts = 0

    @property
    def reached(self) -> int:
        return self.positions[-1] if self.positions else 0

    def take(self, payload: Any) -> None:
        change = payload["data"]["changes"]
        assert change["position"] > self.reached, "told twice, or out of order"
        assert payload["extensions"]["position"] == change["position"]
        self.positions.append(change["position"])
        if not change["kind"].startswith("NEWS_"):
            return
        if change["effect"] == "DISAPPEARED":
            assert self.news.pop(change["subjectId"], None) is not None, "of what never appeared"
        else:
            known = change["subjectId"] in self.news
            assert known is (change["effect"] == "CHANGED")
            self.news[change["subjectId"]] = change["subject"]


Stream = Callable[[str, int], Any]


@asynccontextmanager
async def over_websocket(address: str, after: int) -> AsyncIterator[AsyncIterator[Any]]:
    url = address.replace("http", "ws", 1) + "/graphql"
    connection = await connect(url, subprotocols=[PROTOCOL], compression=None, open_timeout=10)
    try:
        await connection.send('{"type": "connection_init"}')
        await connection.recv()
        payload = {"query": FOLLOW, "variables": {"after": after}}
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))

        async def payloads() -> AsyncIterator[Any]:
            while True:
                told = json.loads(await connection.recv())
                assert told["type"] == "next", told
                yield told["payload"]

        yield payloads()
    finally:
        connection.transport.abort()


@asynccontextmanager
async def over_events(address: str, after: int) -> AsyncIterator[AsyncIterator[Any]]:
    """As a browser's EventSource: the position travels in Last-Event-ID alone."""
    async with httpx.AsyncClient(timeout=20, verify=NO_TLS) as client:
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
        question = {"query": FOLLOW}
        async with client.stream(
            "POST", f"{address}/graphql", json=question, headers=headers
        ) as told:

            async def payloads() -> AsyncIterator[Any]:
                async for line in told.aiter_lines():
                    if line.startswith("data: "):
                        yield json.loads(line.removeprefix("data: "))

            yield payloads()


async def keep(copy: Copy, stream: Stream, address: str, seed: int, cuts: int) -> None:
    """Reads a little, is cut off in the middle of whatever is on its way, and comes back."""
    chance = random.Random(seed)
    while copy.cuts < cuts:
        try:
            async with stream(address, copy.reached) as payloads:
                copy.cuts += 1
                wanted = chance.choice((0, 1, 1, 2, 3, 7))
                async with asyncio.timeout(chance.uniform(0.0, 0.2) if wanted else None):
                    while wanted:
                        copy.take(await anext(payloads))
                        wanted -= 1
        except BROKEN:
            await asyncio.sleep(chance.uniform(0.0, 0.2))


async def finish(copy: Copy, stream: Stream, address: str, last: int) -> None:
    async with asyncio.timeout(60), stream(address, copy.reached) as payloads:
        while copy.reached < last:
            copy.take(await anext(payloads))


def write(database_url: str, seed: int) -> None:
    """A process that publishes, corrects and retracts until it is ended."""
    chance = random.Random(seed)
    items: list[UUID] = []
    with network(database_url) as net:
        number = 0
        while True:
            number += 1
            act = chance.random()
            if act < 0.5 or not items:
                title = f"Most {seed}-{number}"
                if act < 0.1:
                    net.draft(title)  # what nobody may ever hear of
                else:
                    items.append(net.published(title).stream_id)
            elif act < 0.8:
                body = f"Treść {number}."
                net.correct(chance.choice(items), f"Sprostowanie {seed}-{number}", body)
            else:
                net.retract(items.pop(chance.randrange(len(items))))
            threading.Event().wait(chance.uniform(0.02, 0.1))


def work(database_url: str) -> None:
    """A worker, until it is killed."""
    ProjectionRunner(PROJECTIONS, EventLog(VAULT), lambda: connect_database(database_url)).start()
    threading.Event().wait()


@contextmanager
def killed_twice(database_url: str, port: int, copies: list[Copy]) -> Iterator[None]:
    """A server that is killed while it is listened to, and begun anew."""
    stopping, up = threading.Event(), threading.Event()

    def reached(cuts: int) -> bool:
        return stopping.is_set() or sum(copy.cuts for copy in copies) >= cuts

    def run() -> None:
        for until in (1, 2, 4):
            with server_running(database_url, port=port) as server:
                up.set()
                while not reached(until * CUTS):
                    stopping.wait(0.05)
                server.process.kill()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        assert up.wait(120)
        yield
    finally:
        stopping.set()
        thread.join()


@pytest.fixture
def net(database_url: str) -> Iterator[Network]:
    with network(database_url) as found:
        found.register(OPOCZNO)
        found.project()
        yield found


def test_copies_equal_the_network_after_a_thousand_cuts(net: Network) -> None:
    copies = [Copy() for _ in range(4)]
    streams = [over_websocket, over_websocket, over_websocket, over_events]
    port = free_port()
    address = f"http://127.0.0.1:{port}"

    async def torture() -> None:
        keeping = (
            keep(copy, stream, address, seed, CUTS)
            for seed, (copy, stream) in enumerate(zip(copies, streams, strict=True))
        )
        await asyncio.gather(*keeping)

    with running(1, work, net.database_url):
        with (
            killed_twice(net.database_url, port, copies),
            running(1, write, net.database_url, 1),
            running(1, write, net.database_url, 2),
        ):
            asyncio.run(torture())
        net.project()
        every = [
            position
            for (position,) in net.rows("SELECT position FROM read_changes.changes ORDER BY 1")
        ]
        with server_running(net.database_url, port=port):
            for copy, stream in zip(copies, streams, strict=True):
                asyncio.run(finish(copy, stream, address, every[-1]))
            shown = everything(address)
    assert len(every) > 100
    assert len(shown) > 10
    for copy in copies:
        assert copy.positions == every
        assert copy.news == shown


def everything(address: str) -> dict[str, Any]:
    """All public news, as lists show them."""
    query = """
    query ($after: String) {
      news(first: 100, after: $after) {
        nodes { id title bodyText } pageInfo { endCursor hasNextPage }
      }
    }
    """
    found: dict[str, Any] = {}
    after, more = None, True
    while more:
        asked = {"query": query, "variables": {"after": after}}
        page = httpx.post(f"{address}/graphql", json=asked, timeout=20).json()["data"]["news"]
        for node in page["nodes"]:
            found[node.pop("id")] = node
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return found
