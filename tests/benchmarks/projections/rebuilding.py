"""A rebuild in a process of its own, whose memory is watched, and the COPY that it is measured against."""

import multiprocessing
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import Connection, sql

from infra.bootstrap import connect
from infra.log import EventLog
from projections import schema
from projections.rebuild import rebuild
from tests.benchmarks.machine import peak_mb
from tests.benchmarks.projections.tables import NEWS

TABLES = ("municipalities", "awaited_municipalities", "news", "versions", "slugs")


@dataclass(frozen=True)
class Rebuilt:
    seconds: float
    peak_mb: float
    """Largest resident set of the process that rebuilt."""


def rebuilt(url: str) -> Rebuilt:
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_rebuild, args=(url, sending))
    process.start()
    sending.close()
    try:
        return Rebuilt(*receiving.recv())
    finally:
        process.join()


def _rebuild(url: str, answer: Any) -> None:
    with connect(url) as connection:
        began = time.perf_counter()
        rebuild(connection, NEWS, EventLog())
        seconds = time.perf_counter() - began
    answer.send((seconds, peak_mb(os.getpid())))


class Copy:
    """The rows of the live read model, in files, to be copied into empty tables that then get their indexes."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._folder = folder
        with connect(url) as connection:
            for table in TABLES:
                self._dump(connection, table)

    def run(self) -> float:
        """Seconds; the tables are dropped after it."""
        with connect(self._url) as connection:
            began = time.perf_counter()
            with connection.transaction():
                schema.drop(connection, "read_copied")
                schema.create(connection, NEWS, "read_copied")
                for table in TABLES:
                    self._load(connection, table)
            with connection.transaction():
                schema.finish(connection, NEWS, "read_copied")
            for table in TABLES:
                connection.execute(
                    sql.SQL("ANALYZE {}").format(sql.Identifier("read_copied", table))
                )
            seconds = time.perf_counter() - began
            schema.drop(connection, "read_copied")
        return seconds

    def _dump(self, connection: Connection[Any], table: str) -> None:
        query = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(
            sql.Identifier("read_news", table)
        )
        with (self._folder / table).open("wb") as file, connection.cursor().copy(query) as copy:
            for piece in copy:
                file.write(piece)

    def _load(self, connection: Connection[Any], table: str) -> None:
        query = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(table))
        with (self._folder / table).open("rb") as file, connection.cursor().copy(query) as copy:
            while piece := file.read(1 << 20):
                copy.write(piece)
