"""A new version of a read model, filled beside the live one and swapped in while everyone goes on.

The swap renames the schemas in one transaction that holds the position of the live one, so that
readers see the old rows or the new ones, never fewer. Renaming a schema needs no lock on its tables.
"""

from collections.abc import Callable
from typing import Any

import structlog
from psycopg import Connection, sql
from psycopg.errors import LockNotAvailable

from projections.log import Log
from projections.projection import Projection
from projections.schema import create, drop, exists, finish, lock, use
from projections.worker import CHANNEL, Outcome, ProjectionWorker

BATCH = 5_000

log = structlog.get_logger()

Progress = Callable[[int, int], None]
"""Called with the position reached and the last one of the log."""


class RebuildFailed(Exception):
    """An event can't be folded by the new version; the live one stays as it is."""


def rebuild(
    connection: Connection[Any],
    projection: Projection,
    log_reader: Log,
    progress: Progress = lambda _position, _last: None,
) -> None:
    """`connection`: in autocommit. Raises RebuildFailed.

    A rebuild that was killed is begun anew. Two at once: the second waits for the first.
    """
    key = f"rebuild {projection.schema}"
    connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (key,))
    try:
        _fill(connection, projection, log_reader, progress)
        _swap(connection, projection, log_reader)
        drop_retired(connection, projection)
    finally:
        connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (key,))


def next_schema(projection: Projection) -> str:
    return f"{projection.schema}_next"


def retired_schema(projection: Projection) -> str:
    return f"{projection.schema}_retired"


def drop_retired(connection: Connection[Any], projection: Projection) -> None:
    """Waits for no reader: what is still being read is dropped at a later time."""
    try:
        with connection.transaction():
            connection.execute("SET LOCAL lock_timeout = '2s'")
            drop(connection, retired_schema(projection))
    except LockNotAvailable:
        log.info("projection.retired_kept", projection=projection.name)


def _fill(
    connection: Connection[Any], projection: Projection, log_reader: Log, progress: Progress
) -> None:
    schema = next_schema(projection)
    with connection.transaction():
        lock(connection, projection)
        drop(connection, schema)
        _forget_parked(connection, schema)
        create(connection, projection, schema)
    _catch_up(connection, projection, log_reader, progress)
    with connection.transaction():
        finish(connection, projection, schema)
    _analyze(connection, schema)
    _catch_up(connection, projection, log_reader, progress)


def _catch_up(
    connection: Connection[Any], projection: Projection, log_reader: Log, progress: Progress
) -> None:
    (last,) = _one(connection, "SELECT coalesce(max(position), 0) FROM public.events")
    for worker in _workers(projection, log_reader):
        outcome = Outcome.MOVED
        while outcome is Outcome.MOVED:
            outcome = worker.step(connection)
            progress(worker.position, last)
        if outcome is Outcome.HALTED:
            raise RebuildFailed(_halted_by(connection, next_schema(projection)))


def _workers(projection: Projection, log_reader: Log) -> list[ProjectionWorker]:
    schema = next_schema(projection)
    return [
        ProjectionWorker(projection, log_reader, number, schema=schema, batch=BATCH)
        for number in range(projection.partitions)
    ]


def _swap(connection: Connection[Any], projection: Projection, log_reader: Log) -> None:
    """The last events are folded while the live position is held, so that no reader goes back in time."""
    live, following, retired = (
        projection.schema,
        next_schema(projection),
        retired_schema(projection),
    )
    with connection.transaction():
        lock(connection, projection)
        drop(connection, retired)
        if exists(connection, live):
            use(connection, live)
            connection.execute("SELECT 1 FROM position FOR UPDATE")
            for worker in _workers(projection, log_reader):
                worker.catch_up(connection)
            _rename(connection, live, retired)
        _rename(connection, following, live)
        _forget_parked(connection, live)
        connection.execute(
            "UPDATE public.parked_events SET projection = %s WHERE projection = %s",
            (live, following),
        )
        _announce(connection, projection)


def _announce(connection: Connection[Any], projection: Projection) -> None:
    use(connection, projection.schema)
    connection.execute(
        "SELECT pg_notify(%s, concat_ws(' ', %s::text, min(position)::text, "
        "min(revision)::text)) FROM position",
        (CHANNEL, projection.name),
    )


def _rename(connection: Connection[Any], old: str, new: str) -> None:
    connection.execute(
        sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))
    )


def _forget_parked(connection: Connection[Any], schema: str) -> None:
    connection.execute("DELETE FROM public.parked_events WHERE projection = %s", (schema,))


def _analyze(connection: Connection[Any], schema: str) -> None:
    tables = connection.execute(
        "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE nspname = %s AND relkind = 'r'",
        (schema,),
    ).fetchall()
    for (table,) in tables:
        connection.execute(
            sql.SQL("ANALYZE {}.{}").format(sql.Identifier(schema), sql.Identifier(table))
        )


def _halted_by(connection: Connection[Any], schema: str) -> str:
    query = sql.SQL("SELECT string_agg(error, '; ') FROM {}.position").format(
        sql.Identifier(schema)
    )
    row = connection.execute(query).fetchone()
    return str(row[0]) if row else ""


def _one(connection: Connection[Any], query: str) -> tuple[Any, ...]:
    row = connection.execute(query.encode()).fetchone()
    if row is None:
        raise RuntimeError(query)
    return tuple(row)
