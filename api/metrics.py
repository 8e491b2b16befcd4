"""Prometheus metrics: what this process counts, and how far the read models are behind the log."""

import asyncio

from litestar import MediaType, Response, get
from litestar.handlers import HTTPRouteHandler
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from psycopg import Error

from api.health import projections_of
from api.resources import Resources

POSITION = Gauge(
    "wspolna_projection_position", "Position of the log that a read model reflects", ["projection"]
)
LAG = Gauge(
    "wspolna_projection_lag_positions", "Events that a read model doesn't have yet", ["projection"]
)
LAG_SECONDS = Gauge(
    "wspolna_projection_lag_seconds",
    "How long the oldest event that a read model doesn't have yet has been in the log",
    ["projection"],
)
PARKED = Gauge(
    "wspolna_projection_parked_events", "Events that a read model has set aside", ["projection"]
)


def metrics(resources: Resources) -> HTTPRouteHandler:
    @get("/metrics", include_in_schema=False, media_type=MediaType.TEXT)
    async def told() -> Response[bytes]:
        await asyncio.to_thread(_look, resources.database_url)
        return Response(generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})

    return told


def _look(database_url: str) -> None:
    """While the database is away nothing is said of the read models, rather than something old."""
    gauges = (POSITION, LAG, LAG_SECONDS, PARKED)
    try:
        found = projections_of(database_url)
    except Error:
        found = []
        for gauge in gauges:
            gauge.clear()
    for each in found:
        values = (each.position, each.lag, each.lag_seconds, each.parked)
        for gauge, value in zip(gauges, values, strict=True):
            gauge.labels(projection=each.name).set(value)
