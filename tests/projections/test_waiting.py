"""Whoever waits for a read model hears of its commit within milliseconds, and nobody waits for ever."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg import Connection

from infra.bootstrap import connect
from infra.embedded.postgres import Postgres
from infra.log import EventLog
from projections.schema import ensure
from projections.status import status
from projections.waiting import PositionWatch, positions, wait
from projections.worker import ProjectionWorker
from tests.events import many
from tests.projections.tally import Tally, TallyByFour


def test_waiter_hears_within_milliseconds_of_the_commit(database_url: str) -> None:
    async def scenario() -> list[float]:
        took = []
        with connect(database_url) as connection:
            ensure(connection, Tally())
            worker = ProjectionWorker(Tally(), EventLog())
            async with watching(database_url) as watch:
                for number in range(21):
                    many(connection, number, 1)
                    waiter = asyncio.create_task(watch.wait(["tally"], number + 1, 5))
                    await asyncio.sleep(0.02)
                    assert not waiter.done()
                    worker.catch_up(connection)
                    began = time.perf_counter()
                    assert await waiter
                    took.append(time.perf_counter() - began)
        return sorted(took)

    took = asyncio.run(scenario())
    print(f"\nmedian {took[10] * 1000:.1f} ms, slowest {took[-1] * 1000:.1f} ms")
    assert took[10] < 0.03


def test_waiting_for_what_is_there_takes_no_time(database_url: str) -> None:
    async def scenario() -> None:
        with connect(database_url) as connection:
            projected(connection, 3)
            async with watching(database_url) as watch:
                assert await watch.wait(["tally"], 3, 5)
                assert await watch.wait([], 99, 0.01)
                assert not await watch.wait(["tally"], 4, 0.05)
                assert not await watch.wait(["tally", "unheard_of"], 3, 0.05)

    asyncio.run(scenario())


def test_many_wait_at_once_over_one_connection(database_url: str) -> None:
    async def scenario() -> None:
        with connect(database_url) as connection:
            projected(connection, 1)
            async with watching(database_url) as watch:
                await watch.wait(["tally"], 1, 5)
                before = _connections(connection)
                waiters = [asyncio.create_task(watch.wait(["tally"], n, 5)) for n in range(2, 202)]
                many(connection, 1, 200)
                ProjectionWorker(Tally(), EventLog(), batch=30).catch_up(connection)
                assert all(await asyncio.gather(*waiters))
                assert _connections(connection) == before

    asyncio.run(scenario())


def test_position_of_a_partitioned_projection_is_that_of_the_last(database_url: str) -> None:
    """One partition that is ahead answers for none of the others."""

    async def scenario() -> None:
        with connect(database_url) as connection:
            ensure(connection, TallyByFour())
            many(connection, 0, 40)
            workers = [ProjectionWorker(TallyByFour(), EventLog(), n) for n in range(4)]
            async with watching(database_url) as watch:
                waiter = asyncio.create_task(watch.wait(["tally"], 40, 5))
                await asyncio.sleep(0.1)
                for worker in workers[:3]:
                    worker.catch_up(connection)
                    await asyncio.sleep(0.05)
                    assert not waiter.done()
                assert positions(connection, ["tally"]) == {"tally": 0}
                workers[3].catch_up(connection)
                assert await waiter
                assert positions(connection, ["tally"]) == {"tally": 40}

    asyncio.run(scenario())


def test_partitions_that_move_at_once_are_heard(database_url: str) -> None:
    """Each tells of the other as it was before."""

    class TallyByTwo(Tally):
        partitions = 2

    async def scenario() -> float:
        with connect(database_url) as connection, psycopg.connect(database_url) as first:
            ensure(connection, TallyByTwo())
            many(connection, 0, 40)
            workers = [ProjectionWorker(TallyByTwo(), EventLog(), n) for n in range(2)]
            async with watching(database_url) as watch:
                waiter = asyncio.create_task(watch.wait(["tally"], 40, 5))
                await asyncio.sleep(0.1)
                workers[0].step(first)  # not committed yet
                workers[1].step(connection)
                began = time.perf_counter()
                first.commit()
                assert await waiter
                return time.perf_counter() - began

    assert asyncio.run(scenario()) < 0.1


def test_watch_outlives_a_restart_and_forgets_what_the_crash_took_back(
    postgres: Postgres, database_url: str
) -> None:
    async def scenario() -> None:
        with connect(database_url) as connection:
            projected(connection, 2)
        async with watching(database_url) as watch:
            assert await watch.wait(["tally"], 2, 5)
            postgres.kill9()
            postgres.start()
            with connect(database_url) as connection:
                # As a crash would leave it, in which the last step was not on the disk yet.
                connection.execute("UPDATE read_tally.position SET position = 1")
                await _until_connected(connection)
                assert not await watch.wait(["tally"], 2, 0.3)
                connection.execute("UPDATE read_tally.position SET position = 2")
                assert await watch.wait(["tally"], 2, 5)
                many(connection, 2, 1)
                waiter = asyncio.create_task(watch.wait(["tally"], 3, 5))
                await asyncio.sleep(0.01)
                ProjectionWorker(Tally(), EventLog()).catch_up(connection)
                assert await waiter

    asyncio.run(scenario())


def test_nonsense_on_the_channel_stops_nobody(database_url: str) -> None:
    async def scenario() -> None:
        with connect(database_url) as connection:
            projected(connection, 1)
            async with watching(database_url) as watch:
                await watch.wait(["tally"], 1, 5)
                connection.execute("NOTIFY wspolna_projections, 'nonsense'")
                await asyncio.sleep(0.3)
                many(connection, 1, 1)
                ProjectionWorker(Tally(), EventLog()).catch_up(connection)
                assert await watch.wait(["tally"], 2, 5)

    asyncio.run(scenario())


def test_watch_leaves_nothing_behind(database_url: str) -> None:
    async def scenario() -> None:
        with connect(database_url) as connection:
            projected(connection, 1)
            async with watching(database_url) as watch:
                assert not await watch.wait(["tally"], 9, 0.02)
                cancelled = asyncio.create_task(watch.wait(["tally"], 9, 60))
                await asyncio.sleep(0.01)
                cancelled.cancel()
                await asyncio.gather(cancelled, return_exceptions=True)
                assert watch._waiters == {}
            assert asyncio.all_tasks() == {asyncio.current_task()}
            until = time.monotonic() + 5
            while _connections(connection) > 1:
                assert time.monotonic() < until
                await asyncio.sleep(0.02)

    asyncio.run(scenario())


def test_script_waits_without_a_watch(database_url: str) -> None:
    with connect(database_url) as connection:
        ensure(connection, Tally())
        many(connection, 0, 1)
        began = time.monotonic()
        assert not wait(connection, ["tally"], 1, 0.1)
        assert not wait(connection, ["unheard_of"], 1, 0.01)
        assert time.monotonic() - began < 1
        ProjectionWorker(Tally(), EventLog()).catch_up(connection)
        assert wait(connection, ["tally"], 1, 0)
    assert positions_of(database_url, "tally", "unheard_of") == {"tally": 1, "unheard_of": 0}


def test_projection_without_tables_hides_none_that_has_them(database_url: str) -> None:
    with connect(database_url) as connection:
        projected(connection, 5)

    async def check() -> None:
        watch = PositionWatch(database_url, ["absent", "tally"])
        watch.start()
        try:
            assert await watch.wait(["tally"], 5, 5)
            assert not await watch.wait(["absent"], 1, 0.1)
        finally:
            await watch.stop()

    asyncio.run(check())


def test_status_says_how_far_behind_a_projection_is(database_url: str) -> None:
    with connect(database_url) as connection:
        (absent,) = status(connection, [Tally()])
        assert (absent.state, absent.position, absent.lag) == ("absent", 0, 0)
        projected(connection, 5)
        (current,) = status(connection, [Tally()])
        assert (current.state, current.position, current.lag) == ("current", 5, 0)
        assert current.lag_seconds == 0.0
        many(connection, 5, 3)
        time.sleep(0.05)
        (behind,) = status(connection, [Tally()])
        assert (behind.state, behind.position, behind.lag) == ("behind", 5, 3)
        assert 0.05 <= behind.lag_seconds < 5


@asynccontextmanager
async def watching(database_url: str) -> AsyncIterator[PositionWatch]:
    watch = PositionWatch(database_url, ["tally"])
    watch.start()
    try:
        yield watch
    finally:
        await watch.stop()


def projected(connection: Connection[Any], count: int) -> None:
    ensure(connection, Tally())
    many(connection, 0, count)
    ProjectionWorker(Tally(), EventLog()).catch_up(connection)


def positions_of(database_url: str, *names: str) -> dict[str, int]:
    with connect(database_url) as connection:
        return positions(connection, names)


def _connections(connection: Connection[Any]) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


async def _until_connected(connection: Connection[Any]) -> None:
    until = time.monotonic() + 5
    while _connections(connection) < 2:
        assert time.monotonic() < until
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)
