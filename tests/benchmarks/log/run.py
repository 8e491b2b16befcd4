"""Appending to the log and reading it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from itertools import chain

import psycopg

from tests.benchmarks.harness import OURS, Row, compare, console, publish
from tests.benchmarks.log import readers, writers
from tests.benchmarks.log.writers import Step, rate
from tests.benchmarks.peers import emmett
from tests.benchmarks.peers.npm import NotInstalled
from tests.benchmarks.postgres import database
from tests.benchmarks.scale import SCALE
from tests.benchmarks.stock import Newsroom, environment
from tests.benchmarks.stream import Stream, fill_log, town_events

Candidate = Callable[[str], AbstractContextManager[list[Step]]]

APPEND = {"eventsourcing": 3, "raw": 0.45}
SLOW_DISK = {"eventsourcing": 5}
BULK = {"executemany": 0.5}
READ = {"raw": 0.6}
TOWNS = 500


def main() -> None:
    with database() as url:
        fill_log(url, town_events(TOWNS))
        writers.make_raw_table(url)
        rows = [append(url, "append", APPEND)]
        slow_disk(url, True)
        rows.append(append(url, "append-slow-disk", SLOW_DISK))
        slow_disk(url, False)
        rows += [append_bulk(url), whole_command(url)]
    with database() as url:
        rows.append(read_log(url))
    publish("log", rows)


def append(url: str, work: str, limits: Mapping[str, float]) -> Row:
    """One event a transaction, eight writers."""
    candidates = {
        OURS: _run(url, writers.ours),
        "eventsourcing": _run(url, writers.stock),
        "raw": _run(url, writers.raw),
    }
    try:
        candidates["emmett"] = emmett.appends(url)
    except NotInstalled as missing:
        console.print(f"[yellow]left out: {missing}[/yellow]")
    return compare(work, "events/s", candidates, rounds=SCALE.rounds, limits=limits)


def append_bulk(url: str) -> Row:
    candidates = {
        OURS: _run(url, writers.bulk_ours),
        "executemany": _run(url, writers.executemany),
        "eventsourcing": _run(url, writers.bulk_stock),
    }
    return compare("append-bulk", "events/s", candidates, rounds=SCALE.rounds, limits=BULK)


def whole_command(url: str) -> Row:
    """`Cooperation.execute`, beside the appends that are a part of it."""
    candidates = {OURS: _run(url, writers.commands), "raw": _run(url, writers.raw)}
    return compare("execute-command", "commands/s", candidates, rounds=SCALE.rounds, limits={})


def read_log(url: str) -> Row:
    fill_log(url, chain(town_events(TOWNS), Stream(SCALE.news // 2, TOWNS)))
    _fill_stock(url)
    candidates = {
        OURS: lambda: readers.ours(url),
        "raw": lambda: readers.raw(url),
        "eventsourcing": lambda: readers.stock(url),
    }
    return compare("read-log", "events/s", candidates, rounds=SCALE.rounds, limits=READ)


def _run(url: str, candidate: Candidate) -> Callable[[], float]:
    def run() -> float:
        with candidate(url) as steps:
            return rate(steps, SCALE.seconds)

    return run


def slow_disk(url: str, slow: bool) -> None:
    """A millisecond more for each flush, for connections made from now on."""
    settings = (
        ("SET commit_delay = 1000", "SET commit_siblings = 0")
        if slow
        else ("RESET commit_delay", "RESET commit_siblings")
    )
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in settings:
            connection.execute(f"ALTER DATABASE bench {setting}".encode())


def _fill_stock(url: str) -> None:
    """The same events in the library's own table."""
    app = Newsroom(env=environment(url))
    try:
        stored = []
        for event in Stream(SCALE.news // 2, TOWNS):
            stored.append(app.mapper.to_stored_event(event))
            if len(stored) == 100:
                app.recorder.insert_events(stored)
                stored.clear()
        app.recorder.insert_events(stored)
    finally:
        app.close()
