"""API servers as processes of their own, as they run in production."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.api.conftest import TOKEN

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Server:
    process: "subprocess.Popen[bytes]"
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


COMMAND = (sys.executable, "-m", "api")


@contextmanager
def server(database_url: str) -> Iterator[str]:
    """Its address, once it answers."""
    with running(database_url) as found:
        yield found.address


@contextmanager
def running(
    database_url: str, command: Sequence[str] = COMMAND, port: int | None = None
) -> Iterator[Server]:
    """`command`: without the port, which comes last. `port`: a free one unless it is said."""
    port = port or free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "WSPOLNA_OPERATOR_TOKEN": TOKEN,
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen([*command, str(port)], env=environment, cwd=ROOT)
    try:
        _answering(port, process)
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _answering(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        assert process.poll() is None, "the server ended"
        try:
            # It listens once it has started.
            with socket.create_connection(("127.0.0.1", port), timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"port {port}")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
