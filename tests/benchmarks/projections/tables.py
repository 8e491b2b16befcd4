"""Read models of news beside each other, each in a schema of its own: empty but for the towns."""

from collections.abc import Iterable
from typing import Any

from psycopg import Connection, sql

from domain.aggregate import Event
from domain.municipalities import Municipality
from domain.news import NewsItem
from domain.values import slugify
from projections import schema
from projections.news import NewsProjection

NEWS = NewsProjection()
DECODED = """
CREATE TABLE decoded (
    position bigint PRIMARY KEY, stream_id uuid, version int, type text, effective_on date,
    recorded_at timestamptz, actor text, on_behalf_of text, municipality text COLLATE "C",
    slug text COLLATE "C", title text, lead text, body text, body_html text, language text, tags text[],
    author_unit text, mentions text[], initial_views bigint, reason text,
    UNIQUE (stream_id, version)
)
"""
TYPES = (
    "int8", "uuid", "int4", "text", "date", "timestamptz", "text", "text", "text", "text", "text", "text",
    "text", "text", "text", "text[]", "text", "text[]", "int8", "text",
)  # fmt: skip


def fresh(connection: Connection[Any], name: str, towns: Iterable[Event]) -> None:
    """The tables and all their indexes, as a live projection has them, at the towns' position."""
    towns = list(towns)
    with connection.transaction():
        schema.drop(connection, name)
        schema.create(connection, NEWS, name)
        schema.finish(connection, NEWS, name)
        for town in towns:
            assert isinstance(town, Municipality.Registered)
            label = town.facts.name
            connection.execute(
                "INSERT INTO municipalities VALUES (%s, %s, %s, %s)",
                (town.originator_id, town.terc, label, slugify(label)),
            )
        connection.execute("UPDATE position SET position = %s", (len(towns),))


def reached(connection: Connection[Any], name: str) -> int:
    query = sql.SQL("SELECT position FROM {}.position").format(sql.Identifier(name))
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def same(connection: Connection[Any], one: str, other: str) -> None:
    """Raises AssertionError unless both hold the same rows."""
    for table in ("news", "versions", "slugs"):
        query = sql.SQL(
            "SELECT count(*) FROM (TABLE {one} EXCEPT ALL TABLE {other}) a "
            "UNION ALL SELECT count(*) FROM (TABLE {other} EXCEPT ALL TABLE {one}) b"
        ).format(one=sql.Identifier(one, table), other=sql.Identifier(other, table))
        different = [count for (count,) in connection.execute(query)]
        assert different == [0, 0], f"{table}: {different} rows of {one} and {other} differ"


def fill_decoded(connection: Connection[Any], events: Iterable[Event]) -> None:
    """The events of the log with their facts in columns, as a limit for what SQL can do with them."""
    connection.execute(DECODED)
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY decoded FROM STDIN (FORMAT binary)") as copy,
    ):
        copy.set_types(TYPES)
        for position, event in enumerate(events, 1):
            copy.write_row(_facts(position, event))
    connection.execute("ANALYZE decoded")


def _facts(position: int, event: Event) -> tuple[Any, ...]:
    head = (
        position,
        event.originator_id,
        event.originator_version,
        event.TYPE,
        event.effective_on,
        event.timestamp,
        "operator",
        None,
    )
    text: tuple[Any, ...] = (None,) * 9
    if isinstance(event, NewsItem.Drafted | NewsItem.Corrected):
        said = event.text
        tail = (said.language, list(said.tags), said.author_unit, list(said.mentions))
        text = (event.slug, said.title, said.lead, said.body, event.rendering.body_html, *tail)
    municipality = getattr(event, "municipality", None)
    return (
        *head,
        municipality,
        *text,
        getattr(event, "initial_views", None),
        getattr(event, "reason", None),
    )
