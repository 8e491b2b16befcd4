"""Emmett's PostgreSQL store on node: the same appends, and its projection of them."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.peers.npm import installed, node
from tests.benchmarks.scale import SCALE


def appends(url: str) -> Callable[[], float]:
    """Events per second of eight concurrent writers; raises NotInstalled."""
    folder = installed("emmett")
    return lambda: _run(folder, "append.js", url, str(SCALE.seconds))


def projection(url: str) -> Callable[[], float]:
    """Events per second of its own projector over events it appended before; raises NotInstalled."""
    folder = installed("emmett")
    _run(folder, "append.js", url, str(SCALE.seconds))
    return lambda: _run(folder, "project.js", url)


def _run(folder: Path, script: str, *arguments: str) -> float:
    done = subprocess.run(
        [node(), script, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"emmett: {done.stderr[-1000:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    return float(found["events"]) / float(found["seconds"])
