"""A projection's PostgreSQL schema: its tables, and the position that lives and dies with them."""

from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection, sql

from projections.projection import Projection

DEFERRED = "-- deferred:"
"""In `<name>.sql`: what stands below this line is run after a rebuild has filled the tables."""

CHANNEL = "wspolna_projections"
"""Notified with `<projection> <position> <revision>`, in the transaction that moves them."""

_POSITION = """
CREATE TABLE position (
    partition  smallint    NOT NULL PRIMARY KEY,
    position   bigint      NOT NULL,  -- of the log: every event up to here is in the rows
    revision   bigint      NOT NULL,  -- moves when something outside the log changes an answer
    version    integer     NOT NULL,  -- of the projection that wrote the rows
    build      uuid        NOT NULL,  -- tells one filling of the tables from the next
    updated_at timestamptz NOT NULL,
    error      text                   -- what it halted at
)
"""


class Place(NamedTuple):
    """Where one partition of a projection stands."""

    position: int
    revision: int
    version: int
    build: UUID


def exists(connection: Connection[Any], schema: str) -> bool:
    query = "SELECT 1 FROM pg_namespace WHERE nspname = %s"
    return connection.execute(query, (schema,)).fetchone() is not None


def create(connection: Connection[Any], projection: Projection, schema: str) -> None:
    """Empty tables without what is deferred, at position 0. Within the caller's transaction."""
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    use(connection, schema)
    tables, _, _ = projection.ddl().partition(DEFERRED)
    connection.execute(_POSITION)
    connection.execute(tables.encode())
    connection.execute(
        "INSERT INTO position SELECT partition, 0, 0, %s, gen_random_uuid(), clock_timestamp() "
        "FROM generate_series(0, %s) AS partition",
        (projection.version, projection.partitions - 1),
    )


def finish(connection: Connection[Any], projection: Projection, schema: str) -> None:
    """Runs what is deferred. Within the caller's transaction."""
    use(connection, schema)
    _, _, deferred = projection.ddl().partition(DEFERRED)
    if deferred.strip():
        connection.execute(deferred.encode())


def drop(connection: Connection[Any], schema: str) -> None:
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


def use(connection: Connection[Any], schema: str) -> None:
    """For the rest of the transaction, unqualified names are this schema's."""
    connection.execute("SELECT set_config('search_path', %s, true)", (search_path(schema),))


def search_path(schema: str) -> str:
    return f"{schema}, public"


def ensure(connection: Connection[Any], projection: Projection) -> bool:
    """Creates what isn't there yet: a first start, or tables that somebody dropped. False: all was there."""
    with connection.transaction():
        lock(connection, projection)
        missing = not exists(connection, projection.schema)
        if missing:
            connection.execute(
                "DELETE FROM public.parked_events WHERE projection = %s AND skipped_at IS NULL",
                (projection.schema,),
            )
            create(connection, projection, projection.schema)
            finish(connection, projection, projection.schema)
    return missing


def halt(
    connection: Connection[Any], schema: str, error: str, partition: int | None = None
) -> None:
    """Says why the projection, or one partition of it, doesn't go on; the next step that does takes it back."""
    statement = sql.SQL(
        "UPDATE {}.position SET error = %s WHERE partition = coalesce(%s, partition)"
    )
    connection.execute(statement.format(sql.Identifier(schema)), (error, partition))


def announce(connection: Connection[Any], projection: Projection) -> None:
    """To whoever waits for the projection. Within the caller's transaction, the schema in use."""
    connection.execute(
        "SELECT pg_notify(%s, concat_ws(' ', %s::text, min(position)::text, max(revision)::text)) "
        "FROM position",
        (CHANNEL, projection.name),
    )


def lock(connection: Connection[Any], projection: Projection) -> None:
    """One at a time creates, swaps or drops a projection's schemas; held to the transaction's end."""
    connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (projection.schema,)
    )
