"""What the checks of this folder take from npm: skipped, with the reason, where that isn't to be had."""

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.node import NotInstalled, installed

HERE = Path(__file__).parent / "node"
SAMPLES = Path(__file__).parents[2] / "api" / "clients"


@cache
def _problem(folder: Path) -> str:
    try:
        installed(folder)
    except NotInstalled as missing:
        return str(missing)
    return ""


def needs(folder: Path) -> None:
    if problem := _problem(folder):
        pytest.skip(problem)


def run(script: str, *arguments: str) -> Any:
    """What the script prints, read as JSON."""
    needs(HERE)
    done = subprocess.run(
        ["node", script, *arguments],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
