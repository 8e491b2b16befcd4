"""A new version of a read model, filled beside the live one and swapped in while everyone goes on.

The swap renames the schemas in one transaction that holds the position of the live one, so that
readers see the old rows or the new ones, never fewer. Renaming a schema needs no lock on its tables.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from psycopg import Connection, OperationalError, sql
from psycopg.errors import LockNotAvailable

from projections.log import Log
from projections.projection import Projection
from projections.schema import announce, create, drop, exists, finish, lock, use
from projections.worker import Outcome, ProjectionWorker

BATCH = 5_000

log = structlog.get_logger()

Progress = Callable[[int, int], None]
"""Called with the position reached and the last one of the log."""


class RebuildFailed(Exception):
    """An event can't be folded by the new version; the live one stays as it is."""


class _NotYet(Exception):
    """The new version hasn't got as far as the live one: swapped in now, it would go back in time."""


def rebuild(
    connection: Connection[Any],
    projection: Projection,
    log_reader: Log,
    progress: Progress = lambda _position, _last: None,
) -> None:
    """`connection`: in autocommit. Raises RebuildFailed, and what `progress` raises.

    A rebuild that was killed is begun anew. Two at once: the second waits for the first.
    """
    connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (_key(projection),))
    with _unlocking(connection, projection):
        _rebuild(connection, projection, log_reader, progress)


def rebuild_outdated(
    connection: Connection[Any],
    projection: Projection,
    log_reader: Log,
    progress: Progress = lambda _position, _last: None,
) -> bool:
    """The same, where the live tables are of an older version and nobody is rebuilding them."""
    query = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
    if not _one(connection, query, _key(projection))[0]:
        return False
    with _unlocking(connection, projection):
        outdated = _is_outdated(connection, projection)
        if outdated:
            _rebuild(connection, projection, log_reader, progress)
        return outdated


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


def _rebuild(
    connection: Connection[Any], projection: Projection, log_reader: Log, progress: Progress
) -> None:
    _fill(connection, projection, log_reader, progress)
    with connection.transaction():  # of a rebuild before; as long as somebody still reads it
        drop(connection, retired_schema(projection))
    while not _swap(connection, projection, log_reader):
        time.sleep(0.02)
        _catch_up(connection, projection, log_reader, progress)
    drop_retired(connection, projection)


def _fill(
    connection: Connection[Any], projection: Projection, log_reader: Log, progress: Progress
) -> None:
    schema = next_schema(projection)
    with connection.transaction():
        lock(connection, projection)
        drop(connection, schema)
        _forget_parked(connection, schema)
        _keep_skipped(connection, projection)
        create(connection, projection, schema)
    _catch_up(connection, projection, log_reader, progress)
    with connection.transaction():
        finish(connection, projection, schema)
    _analyze(connection, schema)
    _catch_up(connection, projection, log_reader, progress)


def _catch_up(
    connection: Connection[Any], projection: Projection, log_reader: Log, progress: Progress
) -> None:
    """Until every event is folded, or set aside."""
    (last,) = _one(connection, "SELECT coalesce(max(position), 0) FROM public.events")
    reached = _reached(connection, next_schema(projection))
    for number, worker in enumerate(_workers(projection, log_reader)):
        outcome = Outcome.MOVED
        while outcome in (Outcome.MOVED, Outcome.RESTING):
            outcome = worker.step(connection)
            reached[number] = max(reached[number], worker.position)
            progress(sum(reached) // len(reached), last)
            if outcome is Outcome.RESTING:
                time.sleep(0.05)
        if outcome is not Outcome.IDLE:
            raise RebuildFailed(f"{outcome.name}: {_halted_by(connection, worker.schema)}")


def _workers(projection: Projection, log_reader: Log) -> list[ProjectionWorker]:
    schema = next_schema(projection)
    return [
        ProjectionWorker(projection, log_reader, number, schema=schema, batch=BATCH)
        for number in range(projection.partitions)
    ]


def _swap(connection: Connection[Any], projection: Projection, log_reader: Log) -> bool:
    """The last events are folded while the live position is held, so that no reader goes back in time.

    False, and nothing has happened, where the new version can't be brought up to the live one now.
    """
    try:
        with connection.transaction():
            lock(connection, projection)
            if exists(connection, projection.schema):
                _overtake(connection, projection, log_reader)
                _rename(connection, projection.schema, retired_schema(projection))
            _rename(connection, next_schema(projection), projection.schema)
            _hand_over_parked(connection, projection)
            use(connection, projection.schema)
            announce(connection, projection)
    except _NotYet:
        return False
    return True


def _overtake(connection: Connection[Any], projection: Projection, log_reader: Log) -> None:
    """Raises _NotYet."""
    use(connection, projection.schema)
    held = connection.execute("SELECT position, revision FROM position FOR UPDATE").fetchall()
    for worker in _workers(projection, log_reader):
        if worker.catch_up(connection) is not Outcome.IDLE:
            raise _NotYet
    use(connection, next_schema(projection))
    (reached,) = _one(connection, "SELECT min(position) FROM position")
    if reached < min(position for position, _ in held):
        raise _NotYet
    # The same position may now have another answer.
    revision = max(revision for _, revision in held) + 1
    connection.execute("UPDATE position SET revision = %s", (revision,))


def _hand_over_parked(connection: Connection[Any], projection: Projection) -> None:
    _keep_skipped(connection, projection)
    _forget_parked(connection, projection.schema)
    connection.execute(
        "UPDATE public.parked_events SET projection = %s WHERE projection = %s",
        (projection.schema, next_schema(projection)),
    )


def _keep_skipped(connection: Connection[Any], projection: Projection) -> None:
    """What an operator chose to leave out stays left out."""
    connection.execute(
        "INSERT INTO public.parked_events "
        "SELECT %s, position, stream_id, error, attempts, parked_at, skipped_at "
        "FROM public.parked_events WHERE projection = %s AND skipped_at IS NOT NULL "
        "ON CONFLICT (projection, position) DO UPDATE SET skipped_at = excluded.skipped_at",
        (next_schema(projection), projection.schema),
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


def _reached(connection: Connection[Any], schema: str) -> list[int]:
    """Of each partition."""
    query = sql.SQL("SELECT position FROM {}.position ORDER BY partition")
    return [row[0] for row in connection.execute(query.format(sql.Identifier(schema)))]


def _halted_by(connection: Connection[Any], schema: str) -> str:
    query = sql.SQL("SELECT string_agg(error, '; ') FROM {}.position").format(
        sql.Identifier(schema)
    )
    row = connection.execute(query).fetchone()
    return str(row[0]) if row else ""


def _is_outdated(connection: Connection[Any], projection: Projection) -> bool:
    with connection.transaction():
        if not exists(connection, projection.schema):
            return False
        use(connection, projection.schema)
        version, partitions = _one(connection, "SELECT max(version), count(*) FROM position")
    changed = (version, partitions) != (projection.version, projection.partitions)
    return bool(changed and version <= projection.version)


@contextlib.contextmanager
def _unlocking(connection: Connection[Any], projection: Projection) -> Iterator[None]:
    try:
        yield
    finally:
        with contextlib.suppress(OperationalError):  # with the connection, the lock is gone too
            query = "SELECT pg_advisory_unlock(hashtextextended(%s, 0))"
            connection.execute(query, (_key(projection),))


def _key(projection: Projection) -> str:
    return f"rebuild {projection.schema}"


def _one(connection: Connection[Any], query: str, *parameters: Any) -> tuple[Any, ...]:
    row = connection.execute(query.encode(), parameters).fetchone()
    if row is None:
        raise RuntimeError(query)
    return tuple(row)
