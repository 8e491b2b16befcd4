"""Who projects the news: our engine, the stock library's runner with the same projector, SQL alone."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg import Connection
from psycopg.rows import dict_row, tuple_row

from infra.bootstrap import connect
from infra.log import EventLog
from projections.log import Recorded
from projections.rows import Rows
from projections.schema import use
from projections.worker import BATCH, ProjectionWorker
from tests.benchmarks.projections.tables import NEWS, fresh, reached
from tests.benchmarks.stock import Newsroom, environment
from tests.benchmarks.stream import town_events

TOWNS = 500
STATEMENTS = Path(__file__).with_name("alone.sql").read_text().split(";\n")


def ours(url: str) -> float:
    """Events per second of the engine, at the batch size that it works with."""
    with connect(url) as connection:
        fresh(connection, "read_ours", town_events(TOWNS))
        worker = ProjectionWorker(NEWS, EventLog(), schema="read_ours")
        return _rate(connection, "read_ours", lambda: worker.catch_up(connection))


def alone(url: str) -> float:
    """Events per second of SQL alone, in batches of the same size, over events that it needn't decode."""
    with connect(url) as connection:
        fresh(connection, "read_alone", town_events(TOWNS))
        row = connection.execute("SELECT max(position) FROM decoded").fetchone()
        assert row is not None

        def work() -> None:
            for after in range(TOWNS, row[0], BATCH):
                _batch(connection, after, min(after + BATCH, row[0]))

        return _rate(connection, "read_alone", work)


def _batch(connection: Connection[Any], after: int, through: int) -> None:
    with connection.transaction():
        use(connection, "read_alone")
        connection.execute("SET LOCAL synchronous_commit = off")
        for statement in STATEMENTS:
            connection.execute(
                statement.encode(), {"after": after, "through": through}, prepare=True
            )


def _rate(connection: Connection[Any], schema: str, work: Callable[[], object]) -> float:
    before = reached(connection, schema)
    began = time.perf_counter()
    work()
    return (reached(connection, schema) - before) / (time.perf_counter() - began)


class NewsView(PostgresTrackingRecorder):
    """Writes the rows of one event and its tracking record in one transaction, as the library has it."""

    last = threading.Event()
    stop_at = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rows = Rows(NEWS.rows)

    def project(self, recorded: Recorded, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            connection: Connection[Any] = cursor.connection
            connection.row_factory = tuple_row
            try:
                use(connection, "read_stock")
                self._rows.begin(connection, EventLog())
                NEWS.fold(recorded, self._rows)
                self._rows.write()
            finally:
                connection.row_factory = dict_row
        self._rows.trim()
        if tracking.notification_id == self.stop_at:
            self.last.set()


class StockNews(Projection[NewsView]):
    name = "stocknews"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        recorded = Recorded(
            tracking.notification_id,
            domain_event.originator_id,
            domain_event.originator_version,
            domain_event.TYPE,
            domain_event.timestamp,
            domain_event.effective_on,
            "operator",
            None,
            domain_event,
        )
        self.view.project(recorded, tracking)


def stock(url: str) -> float:
    """Events per second of the library's runner over its own table, filled before."""
    with connect(url) as connection:
        fresh(connection, "read_stock", town_events(TOWNS))
        connection.execute("DROP TABLE IF EXISTS stocknews_tracking")
        row = connection.execute(
            "SELECT count(*), max(notification_id) FROM newsroom_events"
        ).fetchone()
        assert row is not None
    count, NewsView.stop_at = row
    NewsView.last.clear()
    began = time.perf_counter()
    with ProjectionRunner(
        application_class=Newsroom,
        projection_class=StockNews,
        view_class=NewsView,
        env=environment(url),
    ) as runner:
        while not NewsView.last.wait(1):
            runner.run_forever(timeout=0)  # raises what the projection raised
        return float(count / (time.perf_counter() - began))
