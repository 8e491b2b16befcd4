"""A projection that counts: what is folded twice, or not at all, shows for good."""

import threading
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

import psycopg
from psycopg import Connection

from domain.news import NewsItem
from infra.bootstrap import connect
from infra.log import EventLog
from projections.log import Recorded
from projections.projection import Projection, on
from projections.rebuild import rebuild
from projections.rows import Row, Rows
from projections.runner import ProjectionRunner
from projections.worker import Outcome, ProjectionWorker


class TallyRow(Row):
    table: ClassVar[str] = "tallies"

    id: UUID
    count: int
    said: str


class Tally(Projection):
    name = "tally"
    version = 1
    rows = (TallyRow,)
    keyed_by_stream = TallyRow

    @on(NewsItem.Retracted)
    def _retracted(self, recorded: Recorded, event: NewsItem.Retracted, rows: Rows) -> None:
        if rows.find(TallyRow, recorded.stream_id) is None:
            rows.add(TallyRow(recorded.stream_id, 0, ""))
        row = rows.change(TallyRow, recorded.stream_id)
        row.count += 1
        row.said = event.reason

    def ddl(self) -> str:
        return """
        CREATE TABLE tallies (id uuid PRIMARY KEY, count bigint NOT NULL, said text NOT NULL);
        -- deferred:
        CREATE INDEX tallies_said_idx ON tallies (said);
        """


class TallyByFour(Tally):
    partitions = 4


def counted(connection: Connection[Any]) -> dict[UUID, int]:
    rows = connection.execute("SELECT id, count FROM read_tally.tallies").fetchall()
    return {row[0]: row[1] for row in rows}


def in_the_log(connection: Connection[Any]) -> dict[UUID, int]:
    rows = connection.execute("SELECT stream_id, count(*) FROM events GROUP BY 1").fetchall()
    return {row[0]: row[1] for row in rows}


def work(database_url: str, partitions: int) -> None:
    """In small steps, so that a kill nearly always strikes the middle of one; until killed."""
    projection = Tally() if partitions == 1 else TallyByFour()
    workers = [ProjectionWorker(projection, EventLog(), n, batch=20) for n in range(partitions)]
    while True:
        try:
            with connect(database_url) as connection:
                while True:
                    if all(worker.step(connection) is not Outcome.MOVED for worker in workers):
                        threading.Event().wait(0.002)
        except psycopg.OperationalError:
            threading.Event().wait(0.02)


def run(database_url: str, partitions: int) -> None:
    """As the worker process does; until killed."""
    projection = Tally() if partitions == 1 else TallyByFour()
    ProjectionRunner([projection], EventLog(), partial(connect, database_url)).start()
    threading.Event().wait()


def keep_rebuilding(database_url: str) -> None:
    """Until killed."""
    with connect(database_url) as connection:
        while True:
            rebuild(connection, Tally(), EventLog())
