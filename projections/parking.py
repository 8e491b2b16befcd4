"""Events that a projection couldn't fold: kept with their reason, to be folded again or left out."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection

from projections.log import Log, Recorded, Undecodable
from projections.projection import Projection
from projections.rows import Rows
from projections.schema import announce, use

_SKIP = """
INSERT INTO public.parked_events (projection, position, stream_id, error, skipped_at)
VALUES (%s, %s, %s, 'skipped', clock_timestamp())
ON CONFLICT (projection, position) DO UPDATE SET skipped_at = clock_timestamp()
"""


class VersionDiffers(Exception):
    """The tables are of another version of the projection than this program's."""


class Parked(NamedTuple):
    position: int
    stream_id: UUID
    error: str
    attempts: int
    parked_at: datetime
    skipped_at: datetime | None


def park(connection: Connection[Any], schema: str, recorded: Recorded, error: str) -> None:
    connection.execute(
        "INSERT INTO public.parked_events (projection, position, stream_id, error) "
        "VALUES (%s, %s, %s, %s) ON CONFLICT (projection, position) DO UPDATE "
        "SET error = excluded.error, attempts = parked_events.attempts + 1",
        (schema, recorded.position, recorded.stream_id, error),
    )


def parked(connection: Connection[Any], projection: Projection) -> list[Parked]:
    rows = connection.execute(
        "SELECT position, stream_id, error, attempts, parked_at, skipped_at "
        "FROM public.parked_events WHERE projection = %s ORDER BY position",
        (projection.schema,),
    ).fetchall()
    return [Parked(*row) for row in rows]


def retry(connection: Connection[Any], projection: Projection, log: Log) -> int:
    """Folds what is parked, stream by stream in order; returns how many events still are parked."""
    streams = {p.stream_id: None for p in parked(connection, projection) if p.skipped_at is None}
    for stream_id in streams:
        _retry(connection, projection, log, stream_id)
    return sum(p.skipped_at is None for p in parked(connection, projection))


def skip(connection: Connection[Any], projection: Projection, log: Log, position: int) -> bool:
    """Leaves out for good an event that is parked, or that a halted projection stands in front of.

    False where there is no such event, or it is in the rows already.
    """
    with connection.transaction():
        events = log.at(connection, [position])
        if not events or not _awaited(connection, projection, position):
            return False
        connection.execute(_SKIP, (projection.schema, position, events[0].stream_id))
    _retry(connection, projection, log, events[0].stream_id)
    return True


def reason(error: Exception) -> str:
    """Without the details that a database adds: they may be anybody's data."""
    lines = str(error).strip().splitlines() or [""]
    said = f"{type(error).__name__}: {lines[0]}"[:500]
    return said.replace("\0", "").encode("utf-8", "replace").decode()


def _awaited(connection: Connection[Any], projection: Projection, position: int) -> bool:
    """Whether the event isn't in the rows; holds the workers up to the transaction's end."""
    place = _hold(connection, projection)
    if any(p.position == position for p in parked(connection, projection)):
        return True
    return position > place


def _hold(connection: Connection[Any], projection: Projection) -> int:
    """Whoever works the projection now finishes its step first, and the next one waits for us.

    Returns the position of the partition that is furthest behind.
    """
    use(connection, projection.schema)
    held = connection.execute("SELECT position, version FROM position FOR UPDATE").fetchall()
    if any(version != projection.version for _, version in held):
        raise VersionDiffers(f"{projection.schema} is to be rebuilt first")
    return min(int(position) for position, _ in held)


def _retry(connection: Connection[Any], projection: Projection, log: Log, stream_id: UUID) -> None:
    try:
        with connection.transaction():
            _retry_stream(connection, projection, log, stream_id)
    except VersionDiffers:
        raise
    except Exception as error:  # noqa: BLE001  whatever the projector raises is what is reported
        _failed_again(connection, projection, stream_id, error)


def _retry_stream(
    connection: Connection[Any], projection: Projection, log: Log, stream_id: UUID
) -> None:
    _hold(connection, projection)
    deleted = connection.execute(
        "DELETE FROM public.parked_events "
        "WHERE projection = %s AND stream_id = %s AND skipped_at IS NULL RETURNING position",
        (projection.schema, stream_id),
    ).fetchall()
    rows = projection.make_rows()
    rows.begin(connection, log)
    for recorded in log.at(connection, [position for (position,) in deleted]):
        fold(projection, recorded, rows)
    rows.write()
    # A new build, so that the workers drop the rows they keep in memory.
    connection.execute("UPDATE position SET revision = revision + 1, build = gen_random_uuid()")
    announce(connection, projection)


def fold(projection: Projection, recorded: Recorded, rows: Rows) -> None:
    if isinstance(recorded.event, Undecodable):
        raise recorded.event.error
    projection.fold(recorded, rows)


def _failed_again(
    connection: Connection[Any], projection: Projection, stream_id: UUID, error: Exception
) -> None:
    connection.execute(
        "UPDATE public.parked_events SET attempts = attempts + 1, error = %s "
        "WHERE (projection, position) IN (SELECT projection, min(position) "
        "FROM public.parked_events WHERE projection = %s AND stream_id = %s "
        "AND skipped_at IS NULL GROUP BY projection)",
        (reason(error), projection.schema, stream_id),
    )
