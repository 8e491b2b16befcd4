"""A new version of a read model is filled beside the live one, and swapped in while everyone goes on."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from infra.bootstrap import connect
from infra.log import EventLog
from projections.rebuild import RebuildFailed, next_schema, rebuild
from projections.runner import ProjectionRunner
from projections.schema import ensure
from projections.status import status
from projections.waiting import wait
from projections.worker import Outcome, ProjectionWorker
from tests.events import many
from tests.projections.processes import begin, kill
from tests.projections.tally import (
    Tally,
    TallyByFour,
    counted,
    in_the_log,
    keep_rebuilding,
)


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.worker.PAUSE", 0.001)


class TallyOfOld(Tally):
    version = 0


class TallyToCome(Tally):
    version = 2

    def ddl(self) -> str:
        return super().ddl() + "CREATE INDEX tallies_count_idx ON tallies (count);"


class TornTally(TallyToCome):
    poison = "halt"

    def fold(self, *_: Any) -> None:
        raise ValueError("torn")


def test_readers_see_no_less_while_rebuilds_writers_and_workers_go_on(database_url: str) -> None:
    with connect(database_url) as connection:
        ensure(connection, Tally())
        many(connection, 0, 20_000)
        ProjectionWorker(Tally(), EventLog()).catch_up(connection)
        runner = ProjectionRunner([Tally()], EventLog(), partial(connect, database_url))
        runner.start()
        swaps = 5
        with reading(database_url) as reader, writing(database_url, 20_000):
            for _ in range(swaps):
                rebuild(connection, Tally(), EventLog())
        runner.stop()
        ProjectionWorker(Tally(), EventLog()).catch_up(connection)
        assert counted(connection) == in_the_log(connection)
    assert reader.problems == []
    assert reader.looks > 100
    print(f"\n{reader.looks} looks, the slowest took {reader.slowest * 1000:.0f} ms")
    assert reader.slowest < 1


def test_swap_takes_no_time_to_speak_of(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    took = []

    def timed(*arguments: Any) -> bool:
        began = time.perf_counter()
        try:
            return swap(*arguments)
        finally:
            took.append(time.perf_counter() - began)

    from projections import rebuild as module

    swap: Callable[..., bool] = module._swap
    monkeypatch.setattr(module, "_swap", timed)
    with connect(database_url) as connection:
        ensure(connection, Tally())
        many(connection, 0, 20_000)
        ProjectionWorker(Tally(), EventLog()).catch_up(connection)
        for _ in range(5):
            rebuild(connection, Tally(), EventLog())
    took.sort()
    print(f"\nswap: median {took[2] * 1000:.1f} ms, slowest {took[-1] * 1000:.1f} ms")
    assert took[-1] < 1


def test_swap_waits_until_it_would_not_go_back_in_time(database_url: str) -> None:
    """The live one has passed a hole that a fresh reader can't tell from a transaction in flight."""
    with connect(database_url) as connection, psycopg.connect(database_url) as slow:
        ensure(connection, Tally())
        many(slow, 0, 1)
        slow.rollback()
        many(connection, 1, 10)
        ProjectionWorker(Tally(), EventLog()).catch_up(connection)
        many(slow, 50, 1)
        done = threading.Thread(target=_rebuild, args=(database_url,))
        done.start()
        done.join(0.7)
        assert done.is_alive()
        assert sum(counted(connection).values()) == 10, "readers are served meanwhile"
        slow.commit()
        done.join(10)
        assert not done.is_alive()
        ProjectionWorker(Tally(), EventLog()).catch_up(connection)
        assert sum(counted(connection).values()) == 11


def test_reader_with_an_open_transaction_does_not_hold_the_swap_up(database_url: str) -> None:
    with connect(database_url) as connection, psycopg.connect(database_url) as reader:
        ensure(connection, Tally())
        many(connection, 0, 100)
        ProjectionWorker(Tally(), EventLog()).catch_up(connection)
        assert sum(counted(reader).values()) == 100
        rebuild(connection, Tally(), EventLog())
        assert sum(counted(reader).values()) == 100
        reader.commit()
        rebuild(connection, Tally(), EventLog())
        assert sum(counted(reader).values()) == 100


def test_revision_moves_with_a_rebuild(database_url: str) -> None:
    """A new version may answer otherwise at the same position: what was kept of the old isn't current."""
    with connect(database_url) as connection:
        ensure(connection, Tally())
        many(connection, 0, 10)
        ProjectionWorker(Tally(), EventLog()).catch_up(connection)
        query = "SELECT position, revision FROM read_tally.position"
        before = connection.execute(query).fetchall()
        rebuild(connection, Tally(), EventLog())
        rebuild(connection, Tally(), EventLog())
        assert (before, connection.execute(query).fetchall()) == ([(10, 0)], [(10, 2)])


def test_rebuild_that_was_killed_is_begun_anew(database_url: str) -> None:
    with connect(database_url) as connection:
        ensure(connection, Tally())
        many(connection, 0, 30_000)
        ProjectionWorker(Tally(), EventLog()).catch_up(connection)
        for seconds in (0.05, 0.15, 0.25, 0.35, 0.45):
            rebuilding = begin(keep_rebuilding, database_url)
            time.sleep(seconds)
            kill(rebuilding)
            assert sum(counted(connection).values()) == 30_000
        rebuild(connection, Tally(), EventLog())
        assert counted(connection) == in_the_log(connection)


def test_two_rebuilds_at_once_take_turns(database_url: str) -> None:
    with connect(database_url) as connection:
        ensure(connection, Tally())
        many(connection, 0, 5_000)
        threads = [threading.Thread(target=_rebuild, args=(database_url,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert counted(connection) == in_the_log(connection)
        left = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^read_tally'")
        assert left.fetchall() == [("read_tally",)]


def test_progress_grows_to_the_end_of_the_log(database_url: str) -> None:
    seen: list[tuple[int, int]] = []
    with connect(database_url) as connection:
        many(connection, 0, 12_000)
        rebuild(connection, TallyByFour(), EventLog(), lambda *at: seen.append(at))
    assert seen == sorted(seen)
    assert seen[-1] == (12_000, 12_000)


def test_newer_program_rebuilds_what_an_older_one_left(database_url: str) -> None:
    with connect(database_url) as connection:
        ensure(connection, TallyOfOld())
        many(connection, 0, 3_000)
        ProjectionWorker(TallyOfOld(), EventLog()).catch_up(connection)
        assert ProjectionWorker(Tally(), EventLog()).step(connection) is Outcome.OUTDATED
        runners = [
            ProjectionRunner([Tally()], EventLog(), partial(connect, database_url))
            for _ in range(3)
        ]
        with reading(database_url) as reader:
            for runner in runners:
                runner.start()
            _until(lambda: _state(connection) == ("current", 1))
            many(connection, 3_000, 100)
            assert wait(connection, ["tally"], 3_100, 10)
        for runner in runners:
            runner.stop()
        assert reader.problems == []
        assert counted(connection) == in_the_log(connection)


def test_other_number_of_partitions_is_rebuilt(database_url: str) -> None:
    with connect(database_url) as connection:
        ensure(connection, Tally())
        many(connection, 0, 400)
        ProjectionWorker(Tally(), EventLog()).catch_up(connection)
        assert ProjectionWorker(TallyByFour(), EventLog(), 0).step(connection) is Outcome.OUTDATED
        runner = ProjectionRunner([TallyByFour()], EventLog(), partial(connect, database_url))
        runner.start()
        _until(lambda: len(_rows(connection, "SELECT 1 FROM read_tally.position")) == 4)
        many(connection, 400, 400)
        assert wait(connection, ["tally"], 800, 10)
        runner.stop()
        assert counted(connection) == in_the_log(connection)


def test_older_program_leaves_the_tables_of_a_newer_one_alone(database_url: str) -> None:
    with connect(database_url) as connection:
        ensure(connection, TallyToCome())
        many(connection, 0, 10)
        assert ProjectionWorker(Tally(), EventLog()).step(connection) is Outcome.FOREIGN
        runner = ProjectionRunner([Tally()], EventLog(), partial(connect, database_url))
        runner.start()
        time.sleep(0.5)
        runner.stop()
        assert counted(connection) == {}
        assert _state(connection) == ("outdated", 2)


def test_new_version_that_can_not_be_built_is_reported_and_the_old_one_serves(
    database_url: str,
) -> None:
    with connect(database_url) as connection:
        ensure(connection, Tally())
        many(connection, 0, 10)
        ProjectionWorker(Tally(), EventLog()).catch_up(connection)
        runner = ProjectionRunner([TornTally()], EventLog(), partial(connect, database_url))
        runner.start()
        _until(lambda: _state(connection) == ("halted", 1), seconds=20)
        runner.stop()
        assert status(connection, [Tally()])[0].error == "rebuild: HALTED: ValueError: torn"
        assert sum(counted(connection).values()) == 10


def test_runner_that_stops_leaves_its_rebuild_to_the_next(database_url: str) -> None:
    with connect(database_url) as connection:
        ensure(connection, TallyOfOld())
        many(connection, 0, 60_000)
        runner = ProjectionRunner([Tally()], EventLog(), partial(connect, database_url))
        runner.start()
        _until(lambda: bool(_rows(connection, _SCHEMA, next_schema(Tally()))))
        began = time.monotonic()
        runner.stop()
        assert time.monotonic() - began < 3
        following = ProjectionRunner([Tally()], EventLog(), partial(connect, database_url))
        following.start()
        _until(lambda: _state(connection) == ("current", 1), seconds=20)
        following.stop()


def test_rebuild_of_tables_that_lack_one_fails(database_url: str) -> None:
    class Wanting(Tally):
        poison = "halt"

        def ddl(self) -> str:
            return "CREATE TABLE other (id uuid)"

    with connect(database_url) as connection:
        ensure(connection, Tally())
        many(connection, 0, 10)
        ProjectionWorker(Tally(), EventLog()).catch_up(connection)
        with pytest.raises(RebuildFailed):
            rebuild(connection, Wanting(), EventLog())
        assert sum(counted(connection).values()) == 10


_SCHEMA = "SELECT 1 FROM pg_namespace WHERE nspname = %s"


class Reader:
    """Looks again and again; what grows smaller, or fails, is a problem."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.problems: list[str] = []
        self.looks = 0
        self.slowest = 0.0

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        query = (
            "SELECT (SELECT coalesce(sum(count), 0) FROM read_tally.tallies), "
            "(SELECT min(position) FROM read_tally.position)"
        )
        most = (0, 0)
        with connect(self._database_url) as connection:
            while not self._ended.is_set():
                began = time.perf_counter()
                try:
                    seen = tuple(map(int, _rows(connection, query)[0]))
                except psycopg.Error as error:
                    self.problems.append(f"{type(error).__name__}: {error}")
                    continue
                self.slowest = max(self.slowest, time.perf_counter() - began)
                if seen[0] < most[0] or seen[1] < most[1] or seen[0] != seen[1]:
                    self.problems.append(f"{most} and then {seen}")
                most = seen[0], seen[1]
                self.looks += 1
                time.sleep(0.002)


@contextmanager
def reading(database_url: str) -> Iterator[Reader]:
    reader = Reader(database_url)
    reader.start()
    try:
        yield reader
    finally:
        reader.finish()


@contextmanager
def writing(database_url: str, first: int) -> Iterator[None]:
    ended = threading.Event()

    def write() -> None:
        number = first
        with connect(database_url) as connection:
            while not ended.wait(0.005):
                many(connection, number, 5)
                number += 5

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _rebuild(database_url: str) -> None:
    with connect(database_url) as connection:
        rebuild(connection, Tally(), EventLog())


def _rows(connection: Connection[Any], query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    return connection.execute(query.encode(), parameters).fetchall()


def _state(connection: Connection[Any]) -> tuple[str, int | None]:
    (found,) = status(connection, [Tally()])
    return found.state, found.version


def _until(reached: Callable[[], bool], seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < until, "not reached in time"
        time.sleep(0.02)
