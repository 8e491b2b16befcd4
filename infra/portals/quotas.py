"""A key's quota, shared by all processes: each takes slices of it, so that a request costs no write."""

from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection

WINDOW = 60
"""Seconds."""

# The clock is the database's, whatever the processes think the time is.
_BEGIN = """
INSERT INTO portal_quotas AS known (key_id, minute, taken)
VALUES (%s, floor(extract(epoch FROM now()) / 60), 0)
ON CONFLICT (key_id) DO UPDATE SET
    taken = CASE WHEN known.minute >= EXCLUDED.minute THEN known.taken ELSE 0 END,
    minute = greatest(known.minute, EXCLUDED.minute)
RETURNING taken, (minute + 1) * 60 - extract(epoch FROM clock_timestamp())
"""
_TAKE = "UPDATE portal_quotas SET taken = taken + %s WHERE key_id = %s"


class Slice(NamedTuple):
    """`granted` requests for the next `seconds`; `left` is what others may still take."""

    granted: int
    left: int
    seconds: float


def take(connection: Connection[Any], key_id: UUID, quota: int) -> Slice:
    """A twentieth, and less the less is left: what lies unused in one process is missing in another."""
    with connection.transaction():
        row = connection.execute(_BEGIN, (key_id,)).fetchone()
        if row is None:
            raise LookupError(key_id)
        taken, seconds = row
        left = max(0, quota - taken)
        granted = min(-(-quota // 20), -(-left // 4))
        if granted:
            connection.execute(_TAKE, (granted, key_id))
    return Slice(granted, left - granted, max(0.0, float(seconds)))
