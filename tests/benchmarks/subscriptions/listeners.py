"""`python -m … PORT COUNT`: opens so many subscriptions, says `ready`, and on a line of input tells, as JSON,
when each of them had each message: `{"<number>": [seconds since the epoch, …]}`.

Nothing but the protocol's bytes is looked at, so that the listeners don't slow down what they measure.
"""

import asyncio
import json
import re
import resource
import sys
import time
from collections import defaultdict
from functools import partial

NUMBER = re.compile(rb'"title":"n-(\d+)"')
QUERY = "subscription { newsPublished { title lead } }"
CLOSING = 0x8


class Listening(asyncio.Protocol):
    def __init__(self, arrived: dict[int, list[float]], begun: "asyncio.Future[None]") -> None:
        self._arrived, self._begun = arrived, begun
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(
            b"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
        )

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"HTTP/1.1 101"):
            self._say({"type": "connection_init"})
        elif b"connection_ack" in data:
            self._say({"id": "1", "type": "subscribe", "payload": {"query": QUERY}})
            self._begun.set_result(None)
        elif data[:1] == b"\x89":  # a ping
            self._transport.write(b"\x8a\x80\0\0\0\0" if data[1] == 0 else _frame(0xA, data[2:6]))
        now = time.time()
        for number in NUMBER.findall(data):
            self._arrived[int(number)].append(now)

    def _say(self, message: object) -> None:
        self._transport.write(_frame(0x1, json.dumps(message).encode()))


def _frame(opcode: int, body: bytes) -> bytes:
    """Masked with zeros, which leaves it as it is."""
    size = len(body)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return bytes([0x80 | opcode]) + length + b"\0\0\0\0" + body


async def main(port: int, count: int) -> None:
    loop = asyncio.get_running_loop()
    arrived: dict[int, list[float]] = defaultdict(list)
    for first in range(0, count, 50):
        begun = [loop.create_future() for _ in range(min(50, count - first))]
        for each in begun:
            await loop.create_connection(partial(Listening, arrived, each), "127.0.0.1", port)
        await asyncio.gather(*begun)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    sys.stdout.write(json.dumps(arrived) + "\n")


if __name__ == "__main__":
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
