"""A server in a thread of the test's own, on a real socket; and clients that speak its protocols."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from litestar import Litestar
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

PROTOCOL = Subprotocol("graphql-transport-ws")


@contextmanager
def serving(app: Litestar) -> Iterator[str]:
    """Its address, without the scheme."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(100)
        config = uvicorn.Config(
            app, loop="uvloop", http="httptools", ws="websockets-sansio", log_level="error"
        )
        config.ws_per_message_deflate = False
        config.ws_ping_interval = None  # or who reads nothing is missed for want of a pong
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        until = time.monotonic() + 60
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        assert server.started
        try:
            yield "{}:{}".format(*listening.getsockname())
        finally:
            server.should_exit = True
            thread.join(20)


class Listener:
    """One subscription over graphql-transport-ws."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def subscribe(self, query: str, id_: str = "1", **variables: Any) -> None:
        payload = {"query": query, "variables": variables}
        self.send({"id": id_, "type": "subscribe", "payload": payload})

    def send(self, message: Any) -> None:
        self.connection.send(json.dumps(message))

    def receive(self, seconds: float = 20) -> Any:
        return json.loads(self.connection.recv(timeout=seconds))

    def next(self, seconds: float = 20) -> Any:
        """The payload of a `next`."""
        told = self.receive(seconds)
        assert told["type"] == "next", told
        return told["payload"]


@contextmanager
def listener(address: str, token: str | None = None, **options: Any) -> Iterator[Listener]:
    made = connect(f"ws://{address}/graphql", subprotocols=[PROTOCOL], compression=None, **options)
    with made as connection:
        found = Listener(connection)
        payload = {"authorization": f"Bearer {token}"} if token else {}
        found.send({"type": "connection_init", "payload": payload})
        assert found.receive() == {"type": "connection_ack"}
        yield found
