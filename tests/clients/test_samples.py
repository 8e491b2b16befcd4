"""The samples in api/clients, as they stand there: built, started and heard."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import TOKEN, projecting
from tests.clients.packages import SAMPLES, needs
from tests.network import BELCHATOW, OPOCZNO, Network

PYTHON, TYPESCRIPT = SAMPLES / "python", SAMPLES / "typescript"


@dataclass
class Sample:
    """One of them, talking to a server."""

    command: tuple[str, ...]
    folder: Path
    address: str

    def start(self, *told: str, token: str = "") -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*self.command, self.address, *told],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "WSPOLNA_TOKEN": token},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def said(self, *told: str, token: str = "") -> list[Any]:
        started = self.start(*told, token=token)
        output, problems = started.communicate(timeout=60)
        assert started.returncode == 0, problems
        return [json.loads(line) for line in output.splitlines()]

    def refused(self, *told: str, token: str = "") -> str:
        started = self.start(*told, token=token)
        _, problems = started.communicate(timeout=60)
        assert started.returncode == 1
        return str(json.loads(problems)["code"])


@cache
def _built() -> tuple[str, ...]:
    """The types are made of the committed SDL, and everything is checked by a strict compiler."""
    needs(TYPESCRIPT)
    done = subprocess.run(
        ["npm", "run", "build"], cwd=TYPESCRIPT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return ("node", "dist/main.js")


@pytest.fixture(params=["python", "typescript"])
def sample(request: pytest.FixtureRequest, net: Network, address: str) -> Iterator[Sample]:
    python = (sys.executable, "sample.py")
    command = python if request.param == "python" else _built()
    with projecting(net.database_url):
        yield Sample(command, SAMPLES / request.param, address)


def test_sample_lists_writes_reads_what_it_wrote_and_tells_refusals_by_their_codes(
    sample: Sample, net: Network
) -> None:
    for terc in (OPOCZNO, BELCHATOW):
        net.member(terc)
    for number in range(51):
        net.published(f"Wiadomość {number}")
    net.project()

    listed = sample.said("list", OPOCZNO)
    assert sorted(item["title"] for item in listed) == sorted(f"Wiadomość {n}" for n in range(51))
    assert {item["municipality"]["name"] for item in listed} == {"Opoczno"}
    assert sample.said("list", BELCHATOW) == []

    [told] = sample.said("publish", BELCHATOW, "Nowy most", token=TOKEN)
    assert told["newest"]["title"] == "Nowy most"
    assert told["position"] == net.value("SELECT max(position) FROM events")

    assert sample.refused("publish", OPOCZNO, "Nowy most") == "not_permitted"
    assert sample.refused("publish", OPOCZNO, "", token=TOKEN) == "invalid_input"
    assert sample.refused("list", "12") == "invalid_input"


def test_sample_follows_what_is_published(sample: Sample, net: Network) -> None:
    net.member()
    net.project()
    following = sample.start("follow", "2", OPOCZNO)
    assert following.stdout is not None
    assert json.loads(following.stdout.readline()) == {"following": True}
    until, number = time.monotonic() + 30, 0
    while following.poll() is None and time.monotonic() < until:
        net.published(f"Wiadomość {number}")
        number += 1
        time.sleep(0.3)
    output, problems = following.communicate(timeout=10)
    assert following.returncode == 0, problems
    titles = [json.loads(line)["title"] for line in output.splitlines()]
    assert len(titles) == 2
    assert int(titles[1].split()[-1]) == int(titles[0].split()[-1]) + 1


def test_sample_keeps_a_copy_and_goes_on_where_it_stopped(
    sample: Sample, net: Network, tmp_path: Path
) -> None:
    net.member()
    first = net.published("Pierwsza").stream_id
    second = net.published("Druga").stream_id
    assert first is not None
    assert second is not None
    net.project()
    before = net.rows("SELECT position FROM read_changes.changes ORDER BY position")
    ways = {"socket": (), "events": ("events",)} if sample.command[0] == "node" else {"socket": ()}
    for name, how in ways.items():
        told = sample.said("copy", str(tmp_path / name), str(len(before)), *how)
        assert [each["position"] for each in told] == [position for (position,) in before]
        assert kept(tmp_path / name) == (before[-1][0], ["Druga", "Pierwsza"])

    net.correct(first, "Poprawiona")
    net.retract(second)
    last = net.published("Trzecia").position
    for name, how in ways.items():
        told = sample.said("copy", str(tmp_path / name), "3", *how)
        assert [each["effect"] for each in told] == ["CHANGED", "DISAPPEARED", "APPEARED"]
        assert kept(tmp_path / name) == (last, ["Poprawiona", "Trzecia"])


def kept(file: Path) -> tuple[int, list[str]]:
    copy = json.loads(file.read_text("utf-8"))
    return copy["position"], sorted(copy["news"].values())
