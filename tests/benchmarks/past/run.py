"""How long the past takes to keep and to ask for: 5,000 initiatives of a hundred thousand events."""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from litestar.testing import TestClient

from api.app import create_app
from api.graphql.relay import global_id
from domain.initiatives.states import InitiativeState
from infra.bootstrap import connect
from infra.log import EventLog
from projections.rebuild import rebuild
from projections.registry import PROJECTIONS
from tests.api.conftest import TOKEN, settings
from tests.benchmarks.postgres import database
from tests.benchmarks.scale import QUICK, SCALE
from tests.funds import funds

INITIATIVES = 1_000 if SCALE is QUICK else 5_000
STATES = (InitiativeState.PROTEST_FILED, InitiativeState.AGREEMENT_SIGNED)

# Copies of streams that real commands wrote, an hour apart.
_COPY = """
INSERT INTO events (stream_id, version, type, schema_version, state, effective_on, recorded_at, actor,
    on_behalf_of, command_id, command_step, command_digest, causation_id, correlation_id)
SELECT md5(stream_id::text || copy)::uuid, version, type, schema_version, state,
    effective_on, recorded_at + copy * interval '1 hour', actor, on_behalf_of,
    gen_random_uuid(), 0, command_digest, causation_id, correlation_id
FROM events, generate_series(1, %s) AS copy
WHERE type LIKE 'Initiative.%%' ORDER BY copy, position
"""
_SIZE = """
SELECT pg_size_pretty(sum(pg_total_relation_size(oid))), sum(reltuples)::bigint FROM pg_class
WHERE relnamespace = %s::regnamespace AND relkind = 'r'
"""
_LISTED = (
    "initiatives(first: 20{}) {{ totalCount nodes {{ title state lead {{ name }} requested {} }} }}"
)
_ONE = 'initiative(id: "{}"{}) {{ title state budget {{ eligible }} partners {{ eligible }} milestones {{ dueOn }} }}'


def main() -> None:
    with database() as url:
        with funds(url) as given, connect(url) as connection:
            found = [given.reached(state) for state in STATES]
            connection.execute(_COPY, (INITIATIVES // len(STATES),))
            events = given.net.value("SELECT count(*) FROM events")
            for name in (
                "initiatives",
                "past_initiatives",
                "municipalities",
                "past_municipalities",
            ):
                took = _filled(connection, name)
                _say(f"rebuild of {name}", f"{took:.1f} s, {events / took:,.0f} events/s")
            given.net.project()
            for schema in ("read_initiatives", "read_past_initiatives"):
                _say(f"size of {schema}", *given.net.rows(_SIZE, schema)[0])
        _asked(url, global_id("Initiative", found[0]))


def _asked(url: str, initiative: str) -> None:
    then = datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(hours=INITIATIVES // 4)
    moments = {
        "now": "",
        "asOf": f', asOf: "{then.isoformat()}"',
        "effectiveOn": ', effectiveOn: "2026-03-02"',
        "both": f', asOf: "{then.isoformat()}", effectiveOn: "2026-03-02"',
    }
    with TestClient(create_app(settings(url))) as client:
        for name, moment in moments.items():
            for what, query in (
                ("list", _LISTED.format(moment, "")),
                ("list with partners", _LISTED.format(moment, "partners { eligible }")),
                ("one", _ONE.format(initiative, moment)),
            ):
                _say(f"{what}, {name}", f"{_median(client, query):.1f} ms")
        for field in (
            "provenance { field event { type } }",
            'difference(trueFrom: "2026-02-01") { field }',
        ):
            query = f'initiative(id: "{initiative}") {{ {field} }}'
            _say(field.split(" ")[0], f"{_median(client, query):.1f} ms")


def _median(client: Any, query: str) -> float:
    """Asked with another alias each time, so that no answer is a repeated one."""
    headers = {"Authorization": f"Bearer {TOKEN}"}

    def ask(number: int) -> float:
        began = time.perf_counter()
        sent = {"query": f"{{ a{number}: {query} }}"}
        answer = client.post("/graphql", json=sent, headers=headers).json()
        assert "errors" not in answer, answer
        return time.perf_counter() - began

    ask(0)
    return 1_000 * statistics.median(ask(number) for number in range(1, 16))


def _filled(connection: Any, name: str) -> float:
    return _timed(lambda: rebuild(connection, PROJECTIONS[name], EventLog()))


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _say(what: str, *told: object) -> None:
    sys.stdout.write(f"{what:<40} {'  '.join(map(str, told))}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
