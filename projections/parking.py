"""Events that a projection couldn't fold: kept with their reason, to be folded again or left out."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection

from projections.log import Log, Recorded, Undecodable
from projections.projection import Projection
from projections.rows import Rows
from projections.schema import use


class Parked(NamedTuple):
    position: int
    stream_id: UUID
    error: str
    attempts: int
    parked_at: datetime
    skipped_at: datetime | None


def park(connection: Connection[Any], schema: str, recorded: Recorded, error: str) -> None:
    connection.execute(
        "INSERT INTO public.parked_events (projection, position, stream_id, error) VALUES (%s, %s, %s, %s)",
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
        try:
            with connection.transaction():
                _retry_stream(connection, projection, log, stream_id)
        except Exception as error:  # noqa: BLE001  whatever the projector raises is what is reported
            _failed_again(connection, projection, stream_id, error)
    return sum(p.skipped_at is None for p in parked(connection, projection))


def skip(connection: Connection[Any], projection: Projection, log: Log, position: int) -> bool:
    """Leaves the event out for good; also the one that a halted projection stands in front of."""
    with connection.transaction():
        events = log.at(connection, [position])
        if not events:
            return False
        connection.execute(
            "INSERT INTO public.parked_events "
            "(projection, position, stream_id, error, skipped_at) "
            "VALUES (%s, %s, %s, 'skipped', clock_timestamp()) "
            "ON CONFLICT (projection, position) DO UPDATE SET skipped_at = clock_timestamp()",
            (projection.schema, position, events[0].stream_id),
        )
    retry(connection, projection, log)
    return True


def _retry_stream(
    connection: Connection[Any], projection: Projection, log: Log, stream_id: UUID
) -> None:
    use(connection, projection.schema)
    # Whoever works the projection now finishes its step first, and the next one waits for us.
    connection.execute("SELECT 1 FROM position FOR UPDATE")
    positions = [
        row[0]
        for row in connection.execute(
            "DELETE FROM public.parked_events "
            "WHERE projection = %s AND stream_id = %s AND skipped_at IS NULL RETURNING position",
            (projection.schema, stream_id),
        )
    ]
    rows = Rows(projection.rows)
    rows.begin(connection)
    for recorded in log.at(connection, positions):
        if isinstance(recorded.event, Undecodable):
            raise recorded.event.error
        projection.fold(recorded, rows)
    rows.write()
    connection.execute(
        "UPDATE position SET revision = revision + 1, build = gen_random_uuid() "
        "RETURNING pg_notify('wspolna_projections', "
        "concat_ws(' ', %s::text, position::text, revision::text))",
        (projection.name,),
    )


def _failed_again(
    connection: Connection[Any], projection: Projection, stream_id: UUID, error: Exception
) -> None:
    connection.execute(
        "UPDATE public.parked_events SET attempts = attempts + 1, error = %s "
        "WHERE (projection, position) IN (SELECT projection, min(position) "
        "FROM public.parked_events WHERE projection = %s AND stream_id = %s "
        "AND skipped_at IS NULL GROUP BY projection)",
        (f"{type(error).__name__}: {error}"[:2000], projection.schema, stream_id),
    )
