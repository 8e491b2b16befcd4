"""No reader of the log misses an event, whoever writes, rolls back, dawdles or is killed meanwhile."""

import random
import threading
import time
from collections.abc import Callable
from multiprocessing import get_context
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import Connection

from infra.bootstrap import connect
from infra.log import EventLog
from projections.log import WHOLE, Partition, Undecodable
from tests.events import many, retracted
from tests.infra.log_writers import write

Read = Callable[[Connection[Any], int], tuple[list[int], int]]


def naive(connection: Connection[Any], after: int) -> tuple[list[int], int]:
    """As one would write it: wrong."""
    rows = connection.execute(
        "SELECT position FROM events WHERE position > %s ORDER BY position LIMIT 100", (after,)
    ).fetchall()
    return [row[0] for row in rows], rows[-1][0] if rows else after


def gap_safe(log: EventLog, limit: int, partition: Partition = WHOLE) -> Read:
    def read(connection: Connection[Any], after: int) -> tuple[list[int], int]:
        batch = log.read(connection, after, limit, partition)
        return [recorded.position for recorded in batch.events], batch.through

    return read


def test_position_of_a_transaction_in_flight_is_waited_for(database_url: str) -> None:
    log = EventLog()
    with (
        connect(database_url) as reader,
        connect(database_url) as other,
        psycopg.connect(database_url) as slow,
    ):
        first = retracted(slow, uuid4())
        second = retracted(other, uuid4())
        assert naive(reader, 0) == ([second], second)
        assert gap_safe(log, 100)(reader, 0) == ([], 0)
        slow.commit()
        assert naive(reader, second) == ([], second), "the naive reader has missed the first"
        assert gap_safe(log, 100)(reader, 0) == ([first, second], second)


def test_events_in_front_of_a_transaction_in_flight_are_read(database_url: str) -> None:
    with connect(database_url) as reader, connect(database_url) as other:
        before = retracted(other, uuid4())
        with psycopg.connect(database_url) as slow:
            retracted(slow, uuid4())
            retracted(other, uuid4())
            assert gap_safe(EventLog(), 100)(reader, 0) == ([before], before)


def test_hole_of_a_rollback_is_passed_for_good(database_url: str) -> None:
    log = EventLog()
    with connect(database_url) as reader, connect(database_url) as writer:
        rolled_back = _rolled_back(database_url)
        behind = retracted(writer, uuid4())
        assert (rolled_back, behind) == (1, 2)
        assert gap_safe(log, 100)(reader, 0) == ([behind], behind)
        with psycopg.connect(database_url) as slow:  # which can't fill what was settled before
            retracted(slow, uuid4())
            assert gap_safe(log, 100)(reader, 0) == ([behind], behind)


def test_writers_who_overlap_do_not_hold_readers_up_for_ever(database_url: str) -> None:
    log = EventLog()
    with connect(database_url) as reader, connect(database_url) as writer:
        _rolled_back(database_url)
        behind = retracted(writer, uuid4())
        slow = [psycopg.connect(database_url) for _ in range(3)]
        retracted(slow[0], uuid4())
        assert gap_safe(log, 100)(reader, 0) == ([], 0)
        for ending, beginning in ((0, 1), (1, 2)):
            retracted(slow[beginning], uuid4())
            slow[ending].rollback()
        assert gap_safe(log, 100)(reader, 0) == ([behind], behind)
        for connection in slow:
            connection.close()


def test_transaction_of_another_table_holds_nobody_up(database_url: str) -> None:
    with connect(database_url) as reader, psycopg.connect(database_url) as busy:
        _rolled_back(database_url)
        behind = retracted(reader, uuid4())
        busy.execute("SELECT count(*) FROM events")
        busy.execute("INSERT INTO news_views (news_id, count) VALUES (gen_random_uuid(), 1)")
        assert gap_safe(EventLog(), 100)(reader, 0) == ([behind], behind)


@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_partitions_share_the_log_among_them(database_url: str, limit: int) -> None:
    log = EventLog()
    with connect(database_url) as connection:
        many(connection, 0, 200)
        for number in range(0, 200, 7):
            connection.execute("DELETE FROM events WHERE position = %s", (number,))
        parts = [_all(connection, gap_safe(log, limit, Partition(n, 4))) for n in range(4)]
        whole = _all(connection, gap_safe(log, limit))
    assert all(parts)
    assert sorted(position for part in parts for position in part) == whole
    assert len(whole) == 200 - 28


def test_read_model_with_a_table_of_the_same_name_does_not_hide_the_log(database_url: str) -> None:
    with connect(database_url) as connection:
        position = retracted(connection, uuid4())
        connection.execute("CREATE SCHEMA read_x")
        connection.execute("CREATE TABLE read_x.events (position bigint)")
        connection.execute("SET search_path TO read_x, public")
        assert gap_safe(EventLog(), 10)(connection, 0) == ([position], position)


def test_only_the_types_that_are_asked_for_are_decoded(database_url: str) -> None:
    with connect(database_url) as connection:
        last = retracted(connection, uuid4(), state="not even JSON")
        assert EventLog().read(connection, 0, 10, types=frozenset({"NewsItem.Drafted"})) == (
            [],
            last,
        )
        (recorded,) = EventLog().read(connection, 0, 10).events
    assert isinstance(recorded.event, Undecodable)


def test_readers_miss_nothing_of_writers_that_roll_back_dawdle_and_are_killed(
    database_url: str,
) -> None:
    log = EventLog()
    partitions = [gap_safe(log, 90, Partition(n, 3)) for n in range(3)]
    readers = [_Reader(database_url, read) for read in (gap_safe(log, 1000), gap_safe(log, 7))]
    parts = [_Reader(database_url, read) for read in partitions]
    wrong = _Reader(database_url, naive)
    for reader in (*readers, *parts, wrong):
        reader.start()
    killed = _torture(database_url, seconds=6)
    for reader in (*readers, *parts, wrong):
        reader.finish()

    with connect(database_url) as connection:
        stored = [row[0] for row in connection.execute("SELECT position FROM events ORDER BY 1")]
    holes = stored[-1] - len(stored)
    missed = len(set(stored) - set(wrong.seen))
    ours = sum(len(set(stored) - set(reader.seen)) for reader in readers)
    print(
        f"\n{len(stored)} events, {holes} holes passed, {killed} writers killed; "
        f"missed by the gap-safe readers: {ours}, by the naive one: {missed}"
    )
    assert len(stored) > 500
    assert holes > 0
    assert missed > 0, "the schedule provokes nothing"
    for reader in readers:
        assert reader.seen == stored
    assert sorted(position for part in parts for position in part.seen) == stored


class _Reader:
    """Follows the log in a thread of its own."""

    def __init__(self, database_url: str, read: Read) -> None:
        self._database_url = database_url
        self._read = read
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.seen: list[int] = []

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        """After it has seen what there is now."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        after = 0
        with connect(self._database_url) as connection:
            while True:
                ended = self._ended.is_set()
                before = after
                positions, after = self._read(connection, after)
                self.seen += positions
                if ended and after == before:
                    return
                time.sleep(0.002)


def _torture(database_url: str, seconds: float) -> int:
    """Four writers in processes of their own, one of them killed every now and then; returns how many were."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.infra.log_writers"])
    chance = random.Random(3)
    numbers = iter(range(1000))

    def begin() -> Any:
        process = context.Process(target=write, args=(database_url, next(numbers)), daemon=True)
        process.start()
        return process

    writers = [begin() for _ in range(4)]
    killed = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(chance.random() * 0.3)
        _hold_a_position_for_a_while(database_url)
        victim = writers.pop(chance.randrange(4))
        victim.kill()
        victim.join()
        killed += 1
        writers.append(begin())
    for writer in writers:
        writer.kill()
        writer.join()
    return killed


def _hold_a_position_for_a_while(database_url: str) -> None:
    with psycopg.connect(database_url) as slow, connect(database_url) as other:
        retracted(slow, uuid4())
        retracted(other, uuid4())
        time.sleep(0.08)


def _rolled_back(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        position = retracted(connection, uuid4())
        connection.rollback()
    return position


def _all(connection: Connection[Any], read: Read) -> list[int]:
    seen: list[int] = []
    after, before = 0, -1
    while after != before:
        before = after
        positions, after = read(connection, after)
        seen += positions
    return seen
