"""The command line in a process of its own, on the test's database."""

from __future__ import annotations

import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

Wspolna = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def wspolna(database_url: str, tmp_path: Path) -> Wspolna:
    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database_url,
            "WSPOLNA_DATA": str(tmp_path / "data"),
            "LANG": "pl_PL.UTF-8",
            "WSPOLNA_MASTER_KEY": b64encode(bytes(32)).decode(),  # of the network's own vault
        }
        return subprocess.run(
            [sys.executable, "-m", "workers.cli", *arguments],
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run
