"""Load from wrk on a core of its own: 16 connections, one thread."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.machine import LOAD_CORE, on_core

CONNECTIONS = 16
SCRIPT = Path(__file__).with_name("load.lua")


class Unavailable(Exception):
    """Something the benchmark needs is not on this machine."""


@dataclass(frozen=True)
class Load:
    requests: int
    seconds: float
    failed: int
    p50: float
    p90: float
    p99: float
    p999: float
    """Percentiles are in milliseconds."""

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def load(url: str, bodies: Path, start: int, seconds: int) -> Load:
    """Sends the bodies from line `start` on; raises RuntimeError if every tenth request failed."""
    if not shutil.which("wrk"):
        raise Unavailable("wrk is not installed (apt-get install wrk)")
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s"]
    command += ["-s", str(SCRIPT), url, "--", str(bodies), str(start)]
    output = subprocess.run(
        on_core(LOAD_CORE, command), check=True, capture_output=True, text=True
    ).stdout
    found = Load(**json.loads(output.splitlines()[-1]))
    if found.failed * 10 > found.requests:
        raise RuntimeError(f"{found.failed} of {found.requests} requests to {url} failed")
    return found
