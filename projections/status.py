"""How far each projection is: lag in positions and seconds, what is parked, what it halted at."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import Connection, sql

from projections.projection import Projection
from projections.schema import exists


class Status(NamedTuple):
    """`lag_seconds`: how long the oldest event that isn't in the rows yet has been in the log."""

    name: str
    version: int | None
    wanted_version: int
    position: int
    lag: int
    lag_seconds: float
    parked: int
    error: str | None
    updated_at: datetime | None

    @property
    def state(self) -> str:
        if self.version is None:
            return "absent"
        if self.error is not None:
            return "halted"
        if self.version != self.wanted_version:
            return "outdated"
        return "parked" if self.parked else "behind" if self.lag else "current"


def status(connection: Connection[Any], projections: Iterable[Projection]) -> list[Status]:
    """Of one moment, if the connection is in a REPEATABLE READ transaction."""
    return [_status(connection, projection) for projection in projections]


def _status(connection: Connection[Any], projection: Projection) -> Status:
    place: Any = None
    if exists(connection, projection.schema):
        place = connection.execute(
            sql.SQL(
                "SELECT min(version), min(position), max(updated_at), "
                "string_agg(error, '; ') FROM {}.position"
            ).format(sql.Identifier(projection.schema))
        ).fetchone()
    version, position, updated_at, error = place or (None, 0, None, None)
    lag, seconds = connection.execute(
        "SELECT count(*), coalesce(greatest(0, extract(epoch FROM clock_timestamp() - min(recorded_at))), 0)"
        "::float8 FROM public.events WHERE position > %s",
        (position,),
    ).fetchone() or (0, 0.0)
    (parked,) = connection.execute(
        "SELECT count(*) FROM public.parked_events WHERE projection = %s AND skipped_at IS NULL",
        (projection.schema,),
    ).fetchone() or (0,)
    return Status(
        projection.name,
        version,
        projection.version,
        position,
        lag,
        seconds,
        parked,
        error,
        updated_at,
    )
