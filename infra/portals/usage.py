"""What was asked with each key on each day: counted in memory, added up in a table every few seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection


class Day(NamedTuple):
    """In UTC."""

    key_id: UUID
    portal_id: UUID
    day: date


@dataclass(slots=True)
class Count:
    last_used_at: datetime
    requests: int = 0
    cost: int = 0
    refused: int = 0
    errors: int = 0

    def add(self, other: "Count") -> None:
        self.requests += other.requests
        self.cost += other.cost
        self.refused += other.refused
        self.errors += other.errors
        self.last_used_at = max(self.last_used_at, other.last_used_at)


_ADD = """
INSERT INTO portal_usage AS known
    (id, key_id, portal_id, day, requests, cost, refused, errors, last_used_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET
    requests = known.requests + EXCLUDED.requests,
    cost = known.cost + EXCLUDED.cost,
    refused = known.refused + EXCLUDED.refused,
    errors = known.errors + EXCLUDED.errors,
    last_used_at = greatest(known.last_used_at, EXCLUDED.last_used_at)
"""


def add(connection: Connection[Any], counted: Mapping[Day, Count]) -> None:
    """All of it or nothing. In one order everywhere, so that two processes don't wait for each other."""
    rows = [
        (
            f"{day.key_id}/{day.day}",
            *day,
            count.requests,
            count.cost,
            count.refused,
            count.errors,
            count.last_used_at,
        )
        for day, count in sorted(counted.items())
    ]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(_ADD, rows)
