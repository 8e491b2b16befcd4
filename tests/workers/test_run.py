"""`wspolna run` as a person uses it: real processes, real signals."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from infra.embedded.location import embedded_url
from infra.embedded.processes import Identity


class Run:
    """One `wspolna run` in a process group of its own."""

    def __init__(self, data: Path, port: int, **environment: str) -> None:
        self.data = data
        self.said = data.with_suffix(f".{port}.said")
        variables = {"WSPOLNA_DATA": str(data), "WSPOLNA_PORT": str(port), "LANG": "en_GB.UTF-8"}
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.workers.run_stand"],
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

    def family(self) -> list[Identity]:
        members = psutil.Process(self.process.pid).children(recursive=True)
        return [identity for member in members if (identity := Identity.of(member.pid))]

    def named(self, part: str) -> psutil.Process:
        members = psutil.Process(self.process.pid).children()
        return next(member for member in members if part in member.cmdline())

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(40)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, port: int) -> Iterator[Run]:
    run = Run(data, port)
    yield run
    if run.process.poll() is None:
        run.end()


READY = r"is running"


def remember(data: Path) -> None:
    with psycopg.connect(embedded_url(data)) as connection:
        connection.execute("INSERT INTO claims VALUES ('kept', gen_random_uuid())")


def remembered(data: Path) -> int:
    with psycopg.connect(embedded_url(data)) as connection:
        return connection.execute("SELECT FROM claims WHERE key = 'kept'").rowcount


def gone(family: list[Identity], seconds: float = 15) -> list[Identity]:
    deadline = time.monotonic() + seconds
    while (
        left := [member for member in family if member.running()]
    ) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_and_leaves_no_process(run: Run, number: signal.Signals) -> None:
    run.wait_for(READY)
    family = run.family()
    assert len(family) >= 4
    assert run.end(number) == 0
    assert [member for member in family if member.running()] == []
    assert run.text().rstrip().endswith("Stopped, nothing is lost.")


def test_a_signal_while_it_starts_stops_it_too(run: Run) -> None:
    run.wait_for("PostgreSQL")
    family = run.family()
    assert run.end() == 0
    assert gone(family) == []


def test_after_kill_9_of_the_whole_group_the_next_start_finds_all_data(
    run: Run, data: Path, port: int
) -> None:
    run.wait_for(READY)
    remember(data)
    family = run.family()
    os.killpg(run.process.pid, signal.SIGKILL)
    run.process.wait()
    again = Run(data, port)
    try:
        again.wait_for(READY)
        assert remembered(data) == 1
        assert gone(family) == []
    finally:
        assert again.end() == 0


def test_a_process_that_dies_begins_again(run: Run) -> None:
    run.wait_for(READY)
    for name in ("worker", "beat"):
        dead = run.named(name)
        dead.kill()
        run.wait_for(f"The process “{name}” ended and begins again")
        assert run.named(name).pid != dead.pid


def test_postgresql_that_dies_begins_again_with_its_data(run: Run, data: Path) -> None:
    run.wait_for(READY)
    remember(data)
    run.named("bin/postgres").kill()
    run.wait_for("PostgreSQL ended and begins again")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            assert remembered(data) == 1
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    pytest.fail(run.text())


def test_the_same_data_are_not_run_twice(run: Run, data: Path, port: int) -> None:
    run.wait_for(READY)
    second = Run(data, port - 1)
    assert second.process.wait(20) == 3
    assert second.text() == (
        f"“wspolna run” (process {run.process.pid}) already works on {data}.\n"
    )


def test_two_checkouts_run_side_by_side(run: Run, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        other_port = int(probe.getsockname()[1])
    other = Run(tmp_path / "other", other_port)
    try:
        run.wait_for(READY)
        other.wait_for(READY)
        assert embedded_url(run.data) != embedded_url(other.data)
    finally:
        assert other.end() == 0
    assert run.process.poll() is None


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
