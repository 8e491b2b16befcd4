"""`wspolna run` as a person uses it: real processes, real signals."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import psutil
import psycopg
import pytest

from infra.embedded.location import embedded_url
from infra.embedded.processes import Identity


class Run:
    """One `wspolna run` in a process group of its own."""

    begun: ClassVar[list[Run]] = []
    command: ClassVar[tuple[str, ...]] = ("tests.workers.run_stand",)

    def __init__(self, data: Path, port: int, **environment: str) -> None:
        self.begun.append(self)
        self.data = data
        self.said = data.with_suffix(f".{port}.said")
        variables = {"WSPOLNA_DATA": str(data), "WSPOLNA_PORT": str(port), "LANG": "en_GB.UTF-8"}
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.command],
                env={**inherited, **variables, **environment},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def text(self) -> str:
        return self.said.read_text()

    def wait_for(self, pattern: str, seconds: float = 40) -> str:
        deadline = time.monotonic() + seconds
        while not (found := re.search(pattern, self.text())):
            assert self.process.poll() is None, self.text()
            assert time.monotonic() < deadline, self.text()
            time.sleep(0.05)
        return found.group()

    def wait_until(self, condition: Callable[[], bool], seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(psycopg.OperationalError, StopIteration, psutil.NoSuchProcess):
                if condition():
                    return
            time.sleep(0.1)
        raise AssertionError(self.text())

    def family(self) -> list[Identity]:
        members = psutil.Process(self.process.pid).children(recursive=True)
        return [identity for member in members if (identity := Identity.of(member.pid))]

    def named(self, part: str) -> psutil.Process:
        members = psutil.Process(self.process.pid).children()
        return next(member for member in members if part in member.cmdline())

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(40)


class WholeRun(Run):
    """With the real API and the demo network."""

    command: ClassVar[tuple[str, ...]] = ("workers.cli", "run")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture(autouse=True)
def _none_outlives_its_test() -> Iterator[None]:
    before = list(Run.begun)
    yield
    for run in Run.begun[len(before) :]:
        if run.process.poll() is None and not run.data.parent.name.startswith("standing"):
            run.end()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """One run for the tests that leave it running."""
    run = Run(tmp_path_factory.mktemp("standing") / "data", free_port())
    run.wait_for(READY)
    yield run
    run.end()


READY = r"is running"


def remember(data: Path) -> None:
    with psycopg.connect(embedded_url(data)) as connection:
        connection.execute("INSERT INTO claims VALUES ('kept', gen_random_uuid())")


def remembered(data: Path) -> int:
    return rows(data, "SELECT FROM claims WHERE key = 'kept'")


def rows(data: Path, query: str) -> int:
    with psycopg.connect(embedded_url(data)) as connection:
        return connection.execute(query.encode()).rowcount


def migrated(data: Path) -> dict[str, list[str]]:
    done = subprocess.run(
        [sys.executable, "-m", "workers.cli", "migrate", "--json"],
        env={**os.environ, "WSPOLNA_DATA": str(data)},
        check=True,
        capture_output=True,
        timeout=60,
    )
    answer: dict[str, list[str]] = json.loads(done.stdout)
    return answer


def gone(family: list[Identity], seconds: float = 15) -> list[Identity]:
    deadline = time.monotonic() + seconds
    while (
        left := [member for member in family if member.running()]
    ) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def test_sigterm_stops_everything_and_leaves_no_process(data: Path, port: int) -> None:
    run = Run(data, port)
    run.wait_for(READY)
    family = run.family()
    assert len(family) >= 4
    assert run.end() == 0
    assert [member for member in family if member.running()] == []
    assert run.text().rstrip().endswith("Stopped, nothing is lost.")


def test_a_signal_while_it_starts_stops_it_too(data: Path, port: int) -> None:
    run = Run(data, port)
    run.wait_for("PostgreSQL")
    family = run.family()
    assert run.end() == 0
    assert gone(family) == []


def test_ctrl_c_while_the_demo_is_loaded_says_nothing_of_the_database(
    data: Path, port: int
) -> None:
    run = WholeRun(data, port)
    run.wait_for("Processes")
    run.wait_until(lambda: rows(data, "SELECT FROM events") > 100)
    assert run.end(signal.SIGINT) == 0
    assert not (data / "demo-loaded").exists()
    assert "connection" not in run.text()
    assert run.text().rstrip().endswith("Stopped, nothing is lost.")


def test_after_kill_9_of_the_whole_group_the_next_start_finds_all_data(
    data: Path, port: int
) -> None:
    run = Run(data, port)
    run.wait_for(READY)
    remember(data)
    family = run.family()
    os.killpg(run.process.pid, signal.SIGKILL)
    run.process.wait()
    again = Run(data, port)
    again.wait_for(READY)
    assert remembered(data) == 1
    assert gone(family) == []
    assert again.end() == 0


def test_ctrl_c_stops_one_of_two_checkouts_side_by_side(
    standing: Run, data: Path, port: int
) -> None:
    other = Run(data, port)
    other.wait_for(READY)
    family = other.family()
    assert other.end(signal.SIGINT) == 0
    assert [member for member in family if member.running()] == []
    assert standing.process.poll() is None
    assert rows(standing.data, "SELECT 1") == 1


@pytest.mark.parametrize("name", ["worker", "beat", "api"])
def test_a_process_that_dies_begins_again(standing: Run, name: str) -> None:
    part = "uvicorn" if name == "api" else name
    dead = standing.named(part)
    dead.kill()
    standing.wait_for(f"The process “{name}” ended and begins again")
    standing.wait_until(lambda: standing.named(part).pid != dead.pid)


def test_postgresql_that_dies_begins_again_with_its_data(standing: Run) -> None:
    remember(standing.data)
    standing.named("bin/postgres").kill()
    standing.wait_for("PostgreSQL ended and begins again")
    standing.wait_until(lambda: remembered(standing.data) == 1)


def test_the_same_data_are_not_run_twice(standing: Run, port: int) -> None:
    second = Run(standing.data, port)
    assert second.process.wait(20) == 3
    holder = f"“wspolna run” (process {standing.process.pid})"
    assert second.text() == f"{holder} already works on {standing.data}.\n"


def test_a_command_works_beside_the_running_one(standing: Run) -> None:
    assert migrated(standing.data) == {"applied": []}


def test_a_command_starts_the_database_for_as_long_as_it_needs_it(data: Path) -> None:
    applied = migrated(data)["applied"]
    assert applied[0] == "20261124000001_event_log.sql"
    assert not (data / "postgres" / "postmaster.pid").exists()
    assert migrated(data) == {"applied": []}


def test_a_taken_port_is_one_line(data: Path, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        run = Run(data, port)
        assert run.process.wait(20) == 3
    expected = f"Port {port} is taken; choose another one: WSPOLNA_PORT={port + 1} make run\n"
    assert run.text() == expected


def test_a_database_that_does_not_answer_is_one_line(data: Path, port: int) -> None:
    run = Run(data, port, DATABASE_URL="postgresql://nobody@127.0.0.1:9/nothing")
    assert run.process.wait(20) == 3
    assert run.text().startswith("The database is unavailable: connection failed: ")
    assert run.text().count("\n") == 1


def test_a_port_that_is_none_is_wrong_usage(data: Path) -> None:
    run = Run(data, 0, WSPOLNA_PORT="http")
    assert run.process.wait(20) == 2
    assert run.text() == "WSPOLNA_PORT is a number from 1 to 65535, not “http”.\n"
