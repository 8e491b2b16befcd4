"""How long the past takes to keep and to ask for: 5,000 initiatives of a hundred thousand events."""

import statistics
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
from tests.benchmarks.harness import OURS, Row, console, publish, row_of, summary
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
SELECT sum(pg_total_relation_size(oid)) / 1e6 FROM pg_class
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
            for name in ("municipalities", "past_municipalities"):
                _seconds(connection, name)
            rates = {
                who: events / _seconds(connection, name)
                for who, name in (("living", "initiatives"), (OURS, "past_initiatives"))
            }
            given.net.project()
            sizes = {
                who: float(given.net.value(_SIZE, f"read_{name}"))
                for who, name in (("living", "initiatives"), (OURS, "past_initiatives"))
            }
        rows = [
            row_of("rebuild", "events/s", rates, {}),
            row_of("size", "MB", sizes, {}, less_is_better=True),
            *_asked(url, global_id("Initiative", found[0])),
        ]
    for row in rows:
        console.print(summary(row))
    publish("past", rows)


def _asked(url: str, initiative: str) -> list[Row]:
    then = datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(hours=INITIATIVES // 4)
    known, true = f', asOf: "{then.isoformat()}"', ', effectiveOn: "2026-03-02"'
    moments = {"asOf": known, "effectiveOn": true, "both": known + true}
    questions: dict[str, Callable[[str], str]] = {
        "list": lambda moment: _LISTED.format(moment, ""),
        "list-partners": lambda moment: _LISTED.format(moment, "partners { eligible }"),
        "one": lambda moment: _ONE.format(initiative, moment),
    }
    asides = {
        "provenance": "provenance { field event { type } }",
        "difference": 'difference(trueFrom: "2026-02-01") { field }',
    }
    rows = []
    with TestClient(create_app(settings(url))) as client:
        for name, asked in questions.items():
            now = _median(client, asked(""))
            for when, moment in moments.items():
                told = {OURS: _median(client, asked(moment)), "now": now}
                rows.append(row_of(f"{name}-{when}", "ms", told, {}, less_is_better=True))
        for name, field in asides.items():
            query = f'initiative(id: "{initiative}") {{ {field} }}'
            told = {OURS: _median(client, query), "now": now}
            rows.append(row_of(name, "ms", told, {}, less_is_better=True))
    return rows


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


def _seconds(connection: Any, name: str) -> float:
    """Of filling a read model."""
    began = time.perf_counter()
    rebuild(connection, PROJECTIONS[name], EventLog())
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
