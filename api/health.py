"""Whether the process lives, and whether it should be asked anything."""

import asyncio
from typing import Any

from litestar import Response, Router, get
from psycopg import Error, IsolationLevel

from api.resources import Resources
from infra.bootstrap import connect
from projections.registry import PROJECTIONS
from projections.status import Status, status

TOLERATED_LAG = 60.0
"""Seconds that a read model may be behind the log before we call ourselves not ready."""


class Health:
    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def router(self) -> Router:
        resources = self._resources

        @get("/live", include_in_schema=False)
        async def live() -> dict[str, str]:
            return {"status": "ok"}

        @get("/ready", include_in_schema=False)
        async def ready() -> Response[dict[str, Any]]:
            body = await asyncio.to_thread(_examine, resources.database_url)
            return Response(body, status_code=200 if body["status"] == "ok" else 503)

        return Router("/health", route_handlers=[live, ready])


def _examine(database_url: str) -> dict[str, Any]:
    try:
        found = projections_of(database_url)
    except Error as error:
        return {"status": "unavailable", "database": type(error).__name__, "projections": []}
    late = any(each.version is None or each.lag_seconds > TOLERATED_LAG for each in found)
    return {
        "status": "behind" if late else "ok",
        "database": "ok",
        "projections": [_told(each) for each in found],
    }


def projections_of(database_url: str) -> list[Status]:
    """All of one moment; raises psycopg.Error."""
    with connect(database_url) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        with connection.transaction():
            return status(connection, PROJECTIONS)


def _told(each: Status) -> dict[str, Any]:
    return {
        "name": each.name,
        "state": each.state,
        "position": each.position,
        "lag": each.lag,
        "lagSeconds": round(each.lag_seconds, 3),
    }
