"""API servers as processes of their own, as they run in production."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.api.conftest import TOKEN

ROOT = Path(__file__).parents[2]


@contextmanager
def server(database_url: str) -> Iterator[str]:
    """Its address, once it answers."""
    port = _free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "WSPOLNA_OPERATOR_TOKEN": TOKEN,
        "PYTHONPATH": str(ROOT),
    }
    command = [
        *(sys.executable, "-m", "uvicorn", "--factory", "api.app:app", "--host", "127.0.0.1"),
        *("--port", str(port), "--log-level", "warning", "--no-access-log"),
    ]
    process = subprocess.Popen(command, env=environment, cwd=ROOT)
    try:
        yield _answering(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _answering(address: str, process: "subprocess.Popen[bytes]") -> str:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        assert process.poll() is None, "the server ended"
        try:
            if httpx.get(f"{address}/health/live", timeout=5).status_code == 200:
                return address
        except httpx.TransportError:
            time.sleep(0.05)
    raise TimeoutError(address)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
