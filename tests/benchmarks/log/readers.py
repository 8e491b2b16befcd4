"""Who reads the log, a thousand events at a time, decoded: our gap-safe read, the stock library, and a
binary SELECT of the same columns whose state is decoded into typed structures."""

import time
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from infra.bootstrap import connect
from infra.log import EventLog
from infra.mapper import shape_of
from tests.benchmarks.stock import Newsroom, environment

PAGE = 1_000
SELECT = (
    "SELECT position, stream_id, version, type, schema_version, state, effective_on, recorded_at, actor, "
    "on_behalf_of FROM events WHERE position > %s ORDER BY position LIMIT %s"
)


def timed(read: Callable[[], int]) -> float:
    """Events per second of reading them all once."""
    began = time.perf_counter()
    return read() / (time.perf_counter() - began)


def ours(url: str) -> float:
    log = EventLog()
    with connect(url) as connection:

        def read() -> int:
            position, count = 0, 0
            while True:
                batch = log.read(connection, position, PAGE)
                if batch.through == position:
                    return count
                position, count = batch.through, count + len(batch.events)

        return timed(read)


def raw(url: str) -> float:
    decoders: dict[str, Any] = {}

    def decode(kind: str, state: bytes) -> Any:
        if kind not in decoders:
            decoders[kind] = shape_of(kind).decode
        return decoders[kind](state)

    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.cursor(row_factory=tuple_row, binary=True)

        def read() -> int:
            position, count = 0, 0
            while rows := cursor.execute(SELECT, (position, PAGE), prepare=True).fetchall():
                kept = [(row, decode(row[3], row[5])) for row in rows]
                position, count = kept[-1][0][0], count + len(kept)
            return count

        return timed(read)


def stock(url: str) -> float:
    app = Newsroom(env=environment(url))
    try:

        def read() -> int:
            start, count = 1, 0
            while page := app.recorder.select_notifications(start=start, limit=PAGE):
                kept = [app.mapper.to_domain_event(one) for one in page]
                start, count = page[-1].id + 1, count + len(kept)
            return count

        return timed(read)
    finally:
        app.close()
