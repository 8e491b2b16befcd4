"""The past of a read model compared with what it is asked to be: the read model of each prefix of the log."""

from typing import Any
from uuid import UUID

from infra.log import EventLog
from projections.projection import Projection
from projections.registry import PROJECTIONS
from projections.rows import Row
from projections.schema import create, drop
from projections.worker import Outcome, ProjectionWorker
from tests.network import VAULT, Network

ORACLE = "read_oracle"


def assert_known_is_every_prefix(net: Network, name: str, every: int = 1) -> None:
    """At each `every`-th position, with all tables and all their columns."""
    net.project()
    projection = PROJECTIONS[name]
    with net.connection.transaction():
        drop(net.connection, ORACLE)
        create(net.connection, projection, ORACLE)
    oracle = ProjectionWorker(projection, EventLog(VAULT), schema=ORACLE, batch=1)
    steps = 0
    while oracle.step(net.connection) is Outcome.MOVED:
        steps += 1
        if steps % every == 0:
            _compare(net, projection, oracle.position)
    assert steps
    assert net.rows("SELECT projection, error FROM parked_events") == []
    drop(net.connection, ORACLE)


def history(net: Network, stream_id: UUID) -> list[str]:
    query = "SELECT type FROM events WHERE stream_id = %s ORDER BY position"
    return [kind for (kind,) in net.rows(query, stream_id)]


def _compare(net: Network, projection: Projection, position: int) -> None:
    for row in projection.rows:
        if row.has_past:
            assert _difference(net, projection, row, position) == [], (row.table, position)


def _difference(
    net: Network, projection: Projection, row: type[Row], position: int
) -> list[tuple[Any, ...]]:
    columns = ", ".join(f'"{name}"' for name in row.__struct_fields__)
    past = (
        f"SELECT {columns} FROM read_past_{projection.name}.{row.table} "
        f"WHERE axis = 'KNOWN' AND known_from <= {position} AND known_until > {position}"
    )
    built = f"SELECT {columns} FROM {ORACLE}.{row.table}"
    return net.rows(
        f"(SELECT 'past', s.* FROM ({past} EXCEPT ALL {built}) s) "
        f"UNION ALL (SELECT 'built', s.* FROM ({built} EXCEPT ALL {past}) s)"
    )
