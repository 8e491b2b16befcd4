"""How soon after its commit an event shows in a read model, with nothing else going on.

`ours`: a command is stored here, a worker in a process of its own projects it, and a query here waits
until it sees it. `notify`: what that is made of at the least, a notification to another process, one
transaction there, and a notification back.
"""

import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

from psycopg import Connection

from domain.news import DraftNews
from domain.roles import OPERATOR
from infra.bootstrap import connect, cooperation
from infra.log import EventLog
from projections.registry import PROJECTIONS
from projections.runner import ProjectionRunner
from projections.waiting import wait
from tests.benchmarks.log.writers import TEXTS
from tests.benchmarks.machine import child
from tests.benchmarks.stream import terc_of

PAUSE = 0.015
"""Seconds between two commands, in which everyone goes back to sleep."""


def ours(url: str, count: int, log: Path) -> list[float]:
    """Milliseconds from the commit of each command until a query sees its rows."""
    with worker(url, "project", log), cooperation(url) as door, connect(url) as waiting:
        spans = []
        for number in range(-20, count):
            draft = DraftNews(
                command_id=uuid4(),
                municipality=terc_of(1),
                text=TEXTS[number % 64],
                slug=f"v-{uuid4().hex}",
            )
            position = door.execute(draft, OPERATOR).position
            began = time.perf_counter()
            if not wait(waiting, ["news"], position, 30):
                raise RuntimeError("not visible after 30 seconds")
            spans.append((time.perf_counter() - began) * 1000)
            time.sleep(PAUSE)
    return spans[20:]


def notify(url: str, count: int, log: Path) -> list[float]:
    """Milliseconds of a notification, a transaction of one row and the notification that it sends."""
    with connect(url) as sending, connect(url) as hearing:
        hearing.execute("CREATE TABLE IF NOT EXISTS bench_echo (at timestamptz)")
        hearing.execute("LISTEN bench_pong")
        with worker(url, "echo", log):
            _heard(hearing, 30)  # it says so when it listens
            spans = [_round_trip(sending, hearing) for _ in range(-20, count)]
    return spans[20:]


def _round_trip(sending: Connection[object], hearing: Connection[object]) -> float:
    time.sleep(PAUSE)
    began = time.perf_counter()
    sending.execute("NOTIFY bench_ping")
    _heard(hearing, 10)
    return (time.perf_counter() - began) * 1000


def _heard(hearing: Connection[object], seconds: float) -> None:
    for _ in hearing.notifies(timeout=seconds, stop_after=1):
        return
    raise RuntimeError(f"nothing heard for {seconds:g} seconds")


@contextmanager
def worker(url: str, role: str, log: Path) -> Iterator[None]:
    with child(
        [sys.executable, "-m", "tests.benchmarks.projections.visible", role, url], log
    ) as process:
        yield
        if process.poll() is not None:
            raise RuntimeError(log.read_text()[-2000:])


def percentile(spans: list[float], percent: int) -> float:
    return statistics.quantiles(spans, n=100)[percent - 1]


def project(url: str) -> None:
    ProjectionRunner(PROJECTIONS, EventLog(), partial(connect, url)).start()
    threading.Event().wait()


def echo(url: str) -> None:
    with connect(url) as connection:
        connection.execute("LISTEN bench_ping")
        connection.execute("NOTIFY bench_pong")
        while True:
            for _ in connection.notifies(stop_after=1):
                pass
            with connection.transaction():
                connection.execute("INSERT INTO bench_echo VALUES (now())")
                connection.execute("NOTIFY bench_pong")


if __name__ == "__main__":
    {"project": project, "echo": echo}[sys.argv[1]](sys.argv[2])
