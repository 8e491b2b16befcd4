"""A read model compared with a fold over the whole log."""

from typing import Any

from psycopg import sql

from infra.log import EventLog
from projections.projection import Projection
from projections.rebuild import rebuild
from projections.registry import PROJECTIONS
from tests.network import VAULT, Network

Contents = dict[str, list[tuple[Any, ...]]]


def contents(net: Network, projection: Projection) -> Contents:
    """Every table with its rows, in one order."""
    return {row.table: _rows(net, projection.schema, row.table) for row in projection.rows}


def assert_equals_rebuilt(net: Network, name: str) -> None:
    """What was folded batch by batch is what folding the log at once gives, and nothing was set aside."""
    projection = PROJECTIONS[name]
    net.project()
    kept = contents(net, projection)
    rebuild(net.connection, projection, EventLog(VAULT))
    assert contents(net, projection) == kept
    assert net.rows("SELECT position, error FROM parked_events") == []


def _rows(net: Network, schema: str, table: str) -> list[tuple[Any, ...]]:
    columns = net.rows(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = %s AND table_name = %s ORDER BY column_name",
        schema,
        table,
    )
    query = sql.SQL("SELECT {} FROM {}").format(
        sql.SQL(", ").join(sql.Identifier(name) for (name,) in columns),
        sql.Identifier(schema, table),
    )
    return sorted(net.connection.execute(query).fetchall(), key=repr)
