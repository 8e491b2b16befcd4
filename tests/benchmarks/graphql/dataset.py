"""The data of the run: events in the log, our read tables made of them, the peers' tables made of those."""

from itertools import chain
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, sql

from infra.bootstrap import connect
from infra.log import EventLog
from projections import schema
from projections.registry import PROJECTIONS
from projections.schema import CHANNEL
from projections.worker import ProjectionWorker
from tests.benchmarks.initiatives import initiative_events
from tests.benchmarks.stream import Stream, fill_log, town_events

PEERS = Path(__file__).with_name("peers.sql")
ASKED = ("municipalities", "news", "initiatives")
PUBLISHED_SHARE = 0.86
"""Of the stream's items: the rest are drafts still, or were retracted."""


def fill(url: str, news: int, towns: int, initiatives: int) -> None:
    """Read models by our own engine, with at least `news` published items, all initiatives public."""
    items = Stream(round(news / PUBLISHED_SHARE * 1.005), towns)
    fill_log(url, chain(town_events(towns), items, initiative_events(initiatives, towns)))
    with connect(url) as connection:
        for projection in PROJECTIONS:
            schema.ensure(connection, projection)
            if projection.name in ASKED:
                ProjectionWorker(projection, EventLog(), batch=5_000).catch_up(connection)
            else:
                skip(connection, projection.name)
        connection.execute(PEERS.read_bytes())
        connection.execute("VACUUM (ANALYZE)")
    check(url, news, initiatives)


def skip(connection: Connection[Any], projection: str) -> None:
    """Nobody asks it here: it stands at the log's end, and is empty."""
    table = sql.Identifier(f"read_{projection}")
    last = sql.SQL("(SELECT max(position) FROM events)")
    connection.execute(sql.SQL("UPDATE {}.position SET position = {}").format(table, last))


def check(url: str, news: int, initiatives: int) -> None:
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM read_news.news WHERE state = 'PUBLISHED'"
        ).fetchone()
        joint = connection.execute(
            "SELECT count(*), min(partner_count) FROM read_initiatives.initiatives "
            "WHERE visibility = 'PUBLIC' AND eligible > 0"
        ).fetchone()
        parked = connection.execute("SELECT count(*) FROM parked_events").fetchone()
    assert found is not None
    assert found[0] >= news, f"{found} published news, wanted {news}"
    assert joint == (initiatives, 10), f"{joint} initiatives, wanted {initiatives}"
    assert parked == (0,), f"{parked} events were parked"


def touch(connection: Connection[Any], projection: str) -> None:
    """Moves a projection's revision and says so, as whoever changes an answer outside the log does."""
    moved = sql.SQL(
        "UPDATE {}.position SET revision = revision + 1 "
        "RETURNING pg_notify({}, concat_ws(' ', {}, position::text, revision::text))"
    )
    table = sql.Identifier(f"read_{projection}")
    connection.execute(moved.format(table, sql.Literal(CHANNEL), sql.Literal(projection)))
