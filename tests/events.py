"""Events written straight into the log, many at once: for tests of what reads it."""

from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection

STREAMS = 40

_COLUMNS = (
    "stream_id, version, type, schema_version, state, effective_on, recorded_at, actor, "
    "command_id, command_step, command_digest, causation_id, correlation_id"
)
_ONE = f"""
INSERT INTO events ({_COLUMNS})
VALUES (%(stream)s, %(version)s, %(type)s, %(schema)s, %(state)s, '2025-08-13', clock_timestamp(),
    'tester', %(command)s, 0, '', %(command)s, %(command)s)
RETURNING position
"""
_MANY = f"""
INSERT INTO events ({_COLUMNS})
SELECT md5('stream ' || number %% {STREAMS})::uuid, number / {STREAMS} + 1, 'NewsItem.Retracted', 1,
    '{{"reason":"x"}}', '2025-08-13', clock_timestamp(), 'tester', command, 0, '', command, command
FROM (SELECT number, gen_random_uuid() AS command
      FROM generate_series(%s::int, %s::int - 1) AS number) AS one
"""


def retracted(
    connection: Connection[Any],
    stream_id: UUID,
    version: int = 1,
    reason: str = "x",
    *,
    schema_version: int = 1,
    state: str | None = None,
) -> int:
    """One event; returns its position."""
    values = {
        "stream": stream_id,
        "version": version,
        "type": "NewsItem.Retracted",
        "schema": schema_version,
        "state": (state or f'{{"reason":"{reason}"}}').encode(),
        "command": uuid4(),
    }
    row = connection.execute(_ONE, values).fetchone()
    assert row is not None
    return int(row[0])


def many(connection: Connection[Any], first: int, count: int) -> None:
    """Events number `first` and on, over forty streams in turn."""
    connection.execute(_MANY, (first, first + count))
