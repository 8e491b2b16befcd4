"""Every event is in a read model once, whoever works it, is killed, or restarts the database meanwhile."""

import random
import time
from collections.abc import Callable

import psycopg
import pytest

from infra.bootstrap import connect
from infra.embedded.postgres import Postgres
from projections.schema import ensure
from projections.status import status
from projections.waiting import wait
from tests.events import many
from tests.projections.processes import begin, kill, running
from tests.projections.tally import Tally, TallyByFour, counted, in_the_log, run, work

CHANCE = random.Random(7)


@pytest.mark.parametrize("partitions", [1, 4])
def test_killed_workers_count_every_event_once(database_url: str, partitions: int) -> None:
    kills = 0
    with connect(database_url) as connection:
        ensure(connection, Tally() if partitions == 1 else TallyByFour())
        with running(3, work, database_url, partitions) as workers:
            for number in range(40):
                many(connection, number * 200, 200)
                time.sleep(CHANCE.random() * 0.08)
                victim = workers.pop(CHANCE.randrange(3))
                kill(victim)
                kills += 1
                workers.append(begin(work, database_url, partitions))
            assert wait(connection, ["tally"], _last(connection), 20)
        print(f"\n{kills} kills, {sum(counted(connection).values())} events counted")
        assert counted(connection) == in_the_log(connection)
        assert sum(counted(connection).values()) == 8_000


@pytest.mark.parametrize("partitions", [1, 4])
def test_runners_outlive_every_restart_of_the_database(
    postgres: Postgres, database_url: str, partitions: int
) -> None:
    def killed() -> None:
        postgres.kill9()
        postgres.start()

    restarts: list[Callable[[], None]] = [
        lambda: postgres.restart("fast"),
        lambda: postgres.restart("immediate"),
        killed,
    ]
    with running(2, run, database_url, partitions) as runners:
        for number, restart in enumerate(restarts):
            with connect(database_url) as connection:
                many(connection, number * 3000, 2000)
            restart()
            with connect(database_url) as connection:
                many(connection, number * 3000 + 2000, 1000)
                began = time.monotonic()
                assert wait(connection, ["tally"], _last(connection), 10)
                print(f"\nup to date {time.monotonic() - began:.2f} s after the database was back")
                assert counted(connection) == in_the_log(connection)
                assert sum(counted(connection).values()) == (number + 1) * 3000
        assert all(runner.is_alive() for runner in runners)


def test_runner_goes_on_when_its_connections_are_cut(database_url: str) -> None:
    with running(1, run, database_url, 1), connect(database_url) as connection:
        many(connection, 0, 100)
        assert wait(connection, ["tally"], _last(connection), 10)
        for number in range(1, 6):
            _cut_all_others(connection)
            many(connection, number * 100, 100)
            assert wait(connection, ["tally"], _last(connection), 5)
        assert counted(connection) == in_the_log(connection)


def test_runner_that_nobody_notifies_looks_by_itself(database_url: str) -> None:
    with running(1, run, database_url, 1), connect(database_url) as connection:
        many(connection, 0, 1)
        assert wait(connection, ["tally"], _last(connection), 10)
        many(connection, 1, 1)
        began = time.monotonic()
        assert wait(connection, ["tally"], _last(connection), 10)
        assert time.monotonic() - began < 2


def test_notified_runner_answers_within_milliseconds(database_url: str) -> None:
    took = []
    with running(1, run, database_url, 1), connect(database_url) as connection:
        many(connection, 0, 1)
        assert wait(connection, ["tally"], _last(connection), 10)
        time.sleep(0.3)
        for number in range(1, 31):
            many(connection, number, 1)
            began = time.monotonic()
            connection.execute("NOTIFY wspolna_log, '1'")
            assert wait(connection, ["tally"], _last(connection), 10)
            took.append(time.monotonic() - began)
    took.sort()
    print(f"\nmedian {took[15] * 1000:.1f} ms, slowest {took[-1] * 1000:.1f} ms")
    assert took[15] < 0.2  # well below the second after which it would look by itself


def test_dropped_tables_are_built_anew(database_url: str) -> None:
    with running(1, run, database_url, 1), connect(database_url) as connection:
        many(connection, 0, 500)
        assert wait(connection, ["tally"], _last(connection), 10)
        connection.execute("DROP SCHEMA read_tally CASCADE")
        assert wait(connection, ["tally"], _last(connection), 10)
        assert counted(connection) == in_the_log(connection)
        assert [s.state for s in status(connection, [Tally()])] == ["current"]


def _last(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT max(position) FROM events").fetchone()
    assert row is not None
    return int(row[0])


def _cut_all_others(connection: psycopg.Connection) -> None:
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
