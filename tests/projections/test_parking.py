"""What can't be folded stops nobody else: tried again, set aside with the rest of its stream, kept for later."""

import random
import string
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection

from infra.bootstrap import connect
from infra.log import EventLog
from projections import parking
from projections.log import Recorded
from projections.rebuild import RebuildFailed, rebuild
from projections.rows import Rows
from projections.schema import ensure
from projections.status import status
from projections.worker import ATTEMPTS, Outcome, ProjectionWorker
from tests.events import many, retracted
from tests.projections.tally import Tally

A, B, C = (UUID(int=number) for number in (1, 2, 3))


class Fragile(Tally):
    """Fails at events that say what is in `broken`."""

    def __init__(self) -> None:
        self.broken: set[str] = set()
        self.tried: list[int] = []

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        if getattr(recorded.event, "reason", None) in self.broken:
            self.tried.append(recorded.position)
            raise ValueError("this can't be folded\nDETAIL: with what it says")
        super().fold(recorded, rows)


class Halting(Fragile):
    poison = "halt"


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.worker.PAUSE", 0.001)


def test_event_that_fails_is_tried_again_and_then_parked(database_url: str) -> None:
    projection = Fragile()
    projection.broken = {"bad"}
    with tables(database_url, projection) as connection:
        retracted(connection, A, 1, "one")
        poison = retracted(connection, B, 1, "bad")
        retracted(connection, C, 1, "one")
        work(connection, projection)

        assert projection.tried[-ATTEMPTS:] == [poison] * ATTEMPTS
        assert tallies(connection) == {A: (1, "one"), C: (1, "one")}
        assert [
            (p.position, p.stream_id, p.error) for p in parking.parked(connection, projection)
        ] == [(poison, B, "ValueError: this can't be folded")]
        (state,) = status(connection, [projection])
        assert (state.state, state.parked, state.lag) == ("parked", 1, 0)


def test_failure_that_passes_parks_nothing(database_url: str) -> None:
    projection = Fragile()
    projection.broken = {"bad"}
    with tables(database_url, projection) as connection:
        retracted(connection, A, 1, "bad")
        worker = ProjectionWorker(projection, EventLog())
        while len(projection.tried) < 11:  # nine halvings, then twice alone
            worker.step(connection)
            time.sleep(0.001)
        projection.broken = set()
        work(connection, projection, worker)
        assert tallies(connection) == {A: (1, "bad")}
        assert parking.parked(connection, projection) == []


def test_failing_event_is_tried_with_growing_pauses(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.worker.PAUSE", 0.02)
    projection = Fragile()
    projection.broken = {"bad"}
    with tables(database_url, projection) as connection:
        retracted(connection, A, 1, "bad")
        began = time.monotonic()
        worker = ProjectionWorker(projection, EventLog())
        outcomes = work(connection, projection, worker)
        assert outcomes.count(Outcome.RESTING) > 3
        assert time.monotonic() - began > 0.02 * (4 + 16 + 64)


def test_later_events_of_a_parked_stream_wait_behind_it_in_order(database_url: str) -> None:
    projection = Fragile()
    projection.broken = {"bad"}
    with tables(database_url, projection) as connection:
        retracted(connection, A, 1, "one")
        poison = retracted(connection, A, 2, "bad")
        third = retracted(connection, A, 3, "three")
        retracted(connection, B, 1, "one")
        work(connection, projection)
        fourth = retracted(connection, A, 4, "four")
        retracted(connection, B, 2, "two")
        work(connection, projection)

        assert tallies(connection) == {A: (1, "one"), B: (2, "two")}
        assert [p.position for p in parking.parked(connection, projection)] == [
            poison,
            third,
            fourth,
        ]

        assert parking.retry(connection, projection, EventLog()) == 3
        assert parking.parked(connection, projection)[0].attempts == 2
        assert tallies(connection)[A] == (1, "one"), "nothing is half done"

        projection.broken = set()
        assert parking.retry(connection, projection, EventLog()) == 0
        assert tallies(connection) == {A: (4, "four"), B: (2, "two")}


def test_worker_sees_what_a_retry_wrote(database_url: str) -> None:
    """It keeps rows in memory from batch to batch."""
    projection = Fragile()
    projection.broken = {"bad"}
    with tables(database_url, projection) as connection:
        worker = ProjectionWorker(projection, EventLog())
        retracted(connection, A, 1, "one")
        retracted(connection, A, 2, "bad")
        work(connection, projection, worker)
        projection.broken = set()
        parking.retry(connection, projection, EventLog())
        retracted(connection, A, 3, "three")
        work(connection, projection, worker)
        assert tallies(connection) == {A: (3, "three")}


def test_skipped_event_is_left_out_and_what_waited_behind_it_is_folded(database_url: str) -> None:
    projection = Fragile()
    projection.broken = {"bad"}
    with tables(database_url, projection) as connection:
        retracted(connection, A, 1, "one")
        poison = retracted(connection, A, 2, "bad")
        retracted(connection, A, 3, "three")
        work(connection, projection)
        assert parking.skip(connection, projection, EventLog(), poison)
        assert tallies(connection) == {A: (2, "three")}

        rebuild(connection, projection, EventLog())
        assert tallies(connection) == {A: (2, "three")}, "left out for good"
        assert [p.skipped_at is not None for p in parking.parked(connection, projection)] == [True]


def test_event_that_is_in_the_rows_can_not_be_skipped(database_url: str) -> None:
    projection = Fragile()
    with tables(database_url, projection) as connection:
        position = retracted(connection, A)
        work(connection, projection)
        assert not parking.skip(connection, projection, EventLog(), position)
        assert not parking.skip(connection, projection, EventLog(), position + 1)


def test_halting_projection_stops_in_front_of_the_event_and_resumes(database_url: str) -> None:
    projection = Halting()
    projection.broken = {"bad"}
    with tables(database_url, projection) as connection:
        retracted(connection, A, 1, "one")
        retracted(connection, A, 2, "bad")
        retracted(connection, B, 1, "one")
        worker = ProjectionWorker(projection, EventLog())
        assert work(connection, projection, worker)[-1] is Outcome.HALTED
        (halted,) = status(connection, [projection])
        assert (halted.state, halted.lag) == ("halted", 2)
        assert halted.error == "ValueError: this can't be folded"
        assert tallies(connection) == {A: (1, "one")}

        projection.broken = set()
        work(connection, projection, worker)
        assert tallies(connection) == {A: (2, "bad"), B: (1, "one")}
        assert status(connection, [projection])[0].state == "current"


def test_halted_projection_goes_on_when_the_event_is_skipped(database_url: str) -> None:
    projection = Halting()
    projection.broken = {"bad"}
    with tables(database_url, projection) as connection:
        poison = retracted(connection, A, 1, "bad")
        retracted(connection, B, 1, "one")
        worker = ProjectionWorker(projection, EventLog())
        assert work(connection, projection, worker)[-1] is Outcome.HALTED
        assert parking.skip(connection, projection, EventLog(), poison)
        work(connection, projection, worker)
        assert tallies(connection) == {B: (1, "one")}


def test_event_of_a_newer_program_halts_even_where_others_are_parked(database_url: str) -> None:
    projection = Fragile()
    with tables(database_url, projection) as connection:
        retracted(connection, A, 1, schema_version=99)
        retracted(connection, B, 1)
        assert work(connection, projection)[-1] is Outcome.HALTED
        assert tallies(connection) == {}
        assert parking.parked(connection, projection) == []
        assert "schema version 99" in str(status(connection, [projection])[0].error)


@pytest.mark.parametrize(
    "state", ["not JSON", "{}", '{"reason": 7}', '{"reason": "x", "unheard": "of"}', '"x"']
)
def test_event_that_can_not_be_decoded_is_parked_and_not_misread(
    database_url: str, state: str
) -> None:
    projection = Fragile()
    with tables(database_url, projection) as connection:
        poison = retracted(connection, A, 1, state=state)
        retracted(connection, B, 1)
        work(connection, projection)
        assert tallies(connection) == {B: (1, "x")}
        assert [p.position for p in parking.parked(connection, projection)] == [poison]


@pytest.mark.parametrize(
    "refused",
    ["\\u0000", "".join(random.Random(1).choices(string.ascii_letters, k=20_000))],
    ids=["a text with NUL", "a text too long for its index"],
)
def test_value_that_the_database_refuses_is_isolated_by_halving(
    database_url: str, refused: str
) -> None:
    projection = Fragile()
    with tables(database_url, projection) as connection:
        many(connection, 0, 700)
        poison = retracted(connection, A, 1, refused)
        many(connection, 700, 700)
        work(connection, projection)
        assert [p.position for p in parking.parked(connection, projection)] == [poison]
        assert sum(count for count, _ in tallies(connection).values()) == 1400


def test_worker_does_not_park_what_another_worker_has_passed(database_url: str) -> None:
    """It gives up an event that failed, not the one that by then is next."""
    projection, healthy = Fragile(), Tally()
    projection.broken = {"bad"}
    with tables(database_url, projection) as connection:
        worker = ProjectionWorker(projection, EventLog(), batch=1)
        retracted(connection, A, 1, "bad")
        for _ in range(ATTEMPTS - 1):
            worker.step(connection)
            time.sleep(0.1)
        ProjectionWorker(healthy, EventLog()).catch_up(connection)
        retracted(connection, B, 1, "bad")
        worker.step(connection)
        assert parking.parked(connection, projection) == []
        assert tallies(connection) == {A: (1, "bad")}


def test_rebuild_parks_as_the_live_one_does(database_url: str) -> None:
    projection = Fragile()
    projection.broken = {"bad"}
    with tables(database_url, projection) as connection:
        many(connection, 0, 300)
        poison = retracted(connection, A, 1, "bad")
        many(connection, 300, 300)
        work(connection, projection)
        rebuild(connection, projection, EventLog())
        assert [p.position for p in parking.parked(connection, projection)] == [poison]
        assert sum(count for count, _ in tallies(connection).values()) == 600
        assert status(connection, [projection])[0].lag == 0


def test_rebuild_of_a_halting_projection_leaves_the_live_one_as_it_is(database_url: str) -> None:
    projection = Halting()
    with tables(database_url, projection) as connection:
        retracted(connection, A, 1, "bad")
        retracted(connection, B, 1, "one")
        work(connection, projection)
        projection.broken = {"bad"}
        with pytest.raises(RebuildFailed, match="this can't be folded"):
            rebuild(connection, projection, EventLog())
        assert tallies(connection) == {A: (1, "bad"), B: (1, "one")}
        projection.broken = set()
        rebuild(connection, projection, EventLog())
        assert tallies(connection) == {A: (1, "bad"), B: (1, "one")}


def test_tables_that_are_not_the_rows_halt_and_park_nothing(database_url: str) -> None:
    projection = Fragile()
    with tables(database_url, projection) as connection:
        connection.execute("ALTER TABLE read_tally.tallies RENAME COLUMN said TO heard")
        many(connection, 0, 50)
        assert work(connection, projection)[-1] is Outcome.HALTED
        connection.execute("DROP TABLE read_tally.tallies")
        assert work(connection, projection)[-1] is Outcome.HALTED
        assert parking.parked(connection, projection) == []


def test_dropped_tables_forget_what_was_parked(database_url: str) -> None:
    projection = Fragile()
    projection.broken = {"bad"}
    with tables(database_url, projection) as connection:
        retracted(connection, A, 1, "bad")
        retracted(connection, A, 2, "two")
        work(connection, projection)
        connection.execute("DROP SCHEMA read_tally CASCADE")
        projection.broken = set()
        ensure(connection, projection)
        work(connection, projection)
        assert tallies(connection) == {A: (2, "two")}
        assert parking.parked(connection, projection) == []


@contextmanager
def tables(database_url: str, projection: Tally) -> Iterator[Connection[Any]]:
    with connect(database_url) as connection:
        ensure(connection, projection)
        yield connection


def work(
    connection: Connection[Any], projection: Tally, worker: ProjectionWorker | None = None
) -> list[Outcome]:
    """Until there is nothing to do, or it doesn't go on."""
    worker = worker or ProjectionWorker(projection, EventLog())
    outcomes = [worker.step(connection)]
    while outcomes[-1] in (Outcome.MOVED, Outcome.RESTING):
        time.sleep(0.001)
        outcomes.append(worker.step(connection))
    return outcomes


def tallies(connection: Connection[Any]) -> dict[UUID, tuple[int, str]]:
    rows = connection.execute("SELECT id, count, said FROM read_tally.tallies").fetchall()
    return {row[0]: row[1:] for row in rows}
