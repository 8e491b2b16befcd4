"""A projection's PostgreSQL schema: its tables, and the position that lives and dies with them."""

from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection, sql

from projections.projection import Projection

DEFERRED = "-- deferred:"
"""In `<name>.sql`: what stands below this line is run after a rebuild has filled the tables."""

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
    connection.execute("SELECT set_config('search_path', %s, true)", (f"{schema}, public",))


def ensure(connection: Connection[Any], projection: Projection) -> None:
    """Creates what isn't there yet: a first start, or tables that somebody dropped."""
    with connection.transaction():
        lock(connection, projection)
        if not exists(connection, projection.schema):
            create(connection, projection, projection.schema)
            finish(connection, projection, projection.schema)


def lock(connection: Connection[Any], projection: Projection) -> None:
    """One at a time creates, swaps or drops a projection's schemas; held to the transaction's end."""
    connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (projection.schema,)
    )
