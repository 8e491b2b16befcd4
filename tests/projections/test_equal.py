"""A rebuilt read model is the same, byte for byte, as one that grew with the log, however it was batched."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection, sql

from domain.errors import DomainError
from domain.municipalities import Population, RecordPopulation, RenameMunicipality
from infra.log import EventLog
from projections.projection import Projection
from projections.rebuild import rebuild
from projections.registry import PROJECTIONS
from projections.schema import drop, ensure
from projections.worker import Outcome, ProjectionWorker
from tests.network import BELCHATOW, OPOCZNO, Network, network

READ_MODELS = (PROJECTIONS["municipalities"], PROJECTIONS["news"])
TOWNS = st.sampled_from([OPOCZNO, BELCHATOW, "101601"])
TITLES = st.sampled_from(
    ["Nowy most", "Wizyta w Bełchatowie", "Zażółć gęślą jaźń", "O'; DROP\\ \u2028"]
)
ITEMS = st.integers(0, 7)

Step = Callable[[Network, list[UUID]], Any]


def step(act: Callable[..., Any], *drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    """Which of them are refused doesn't matter here."""

    def acted(*values: Any) -> Step:
        return lambda net, items: act(net, items, *values)

    return st.builds(acted, *drawn)


def register(net: Network, _items: list[UUID], terc: str) -> None:
    net.register(terc)


def rename(net: Network, _items: list[UUID], terc: str, name: str) -> None:
    on = date(2024, 1, 1)
    net.give(RenameMunicipality(command_id=uuid4(), terc=terc, name=name, effective_on=on))


def count(net: Network, _items: list[UUID], terc: str, inhabitants: int) -> None:
    population = Population(inhabitants, 2024, "GUS")
    net.give(RecordPopulation(command_id=uuid4(), terc=terc, population=population))


def draft(net: Network, items: list[UUID], title: str, terc: str, body: str) -> None:
    title = f"{title} {len(items)}"
    items.append(net.draft(title, terc, body=body, tags=("drogi", "mosty")).stream_id)


def publish(net: Network, items: list[UUID], item: int) -> None:
    net.publish(items[item % len(items)])


def correct(net: Network, items: list[UUID], item: int, title: str) -> None:
    net.correct(items[item % len(items)], title, body="Do Bełchatowa.")


def retract(net: Network, items: list[UUID], item: int) -> None:
    net.retract(items[item % len(items)])


BODIES = st.sampled_from(["Treść.", "Most do Bełchatowa.", "<b>x</b>\n\n* \t„a”\n"])
HISTORIES = st.lists(
    st.one_of(
        step(register, TOWNS),
        step(rename, TOWNS, st.sampled_from(["Nowe Opoczno", "Łódź"])),
        step(count, TOWNS, st.integers(1, 9)),
        step(draft, TITLES, TOWNS, BODIES),
        step(draft, TITLES, TOWNS, BODIES),
        step(publish, ITEMS),
        step(correct, ITEMS, TITLES),
        step(retract, ITEMS),
    ),
    min_size=5,
    max_size=30,
)


@pytest.mark.parametrize("batch", [1, 7, 500])
def test_rebuilt_tables_equal_those_that_grew(database_url: str, batch: int) -> None:
    with network(database_url) as net:

        @given(history=HISTORIES, pauses=st.lists(st.integers(0, 29), max_size=4))
        @settings(
            max_examples=12,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def equal(history: list[Step], pauses: list[int]) -> None:
            with emptied(net):
                workers = [ProjectionWorker(p, EventLog(), batch=batch) for p in READ_MODELS]
                items: list[UUID] = []
                for number, act in enumerate(history):
                    _try(act, net, items)
                    if number in pauses:
                        _catch_up(net, workers)
                _catch_up(net, workers)
                grown = contents(net.connection)
                for projection in READ_MODELS:
                    rebuild(net.connection, projection, EventLog())
                assert contents(net.connection) == grown
                assert grown["read_municipalities.municipalities"]
                assert net.value("SELECT count(*) FROM parked_events") == 0

        equal()


@contextmanager
def emptied(net: Network) -> Iterator[None]:
    """The log is emptied for the next history, which no program ever does."""
    net.connection.execute("TRUNCATE events, claims, parked_events RESTART IDENTITY")
    for projection in READ_MODELS:
        drop(net.connection, projection.schema)
        ensure(net.connection, projection)
    net.register(OPOCZNO)
    yield


def contents(connection: Connection[Any]) -> dict[str, list[bytes]]:
    """Every table of every read model as text, but for its position."""
    return {
        f"{projection.schema}.{table}": _copied(connection, projection, table)
        for projection in READ_MODELS
        for table in (row.table for row in projection.rows)
    }


def _copied(connection: Connection[Any], projection: Projection, table: str) -> list[bytes]:
    name = sql.Identifier(projection.schema, table)
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(name)) as copy:
        return sorted(b"".join(map(bytes, copy)).splitlines())


def _try(act: Step, net: Network, items: list[UUID]) -> None:
    try:
        act(net, items)
    except (DomainError, ZeroDivisionError):
        return  # refused, or about no item


def _catch_up(net: Network, workers: list[ProjectionWorker]) -> None:
    for worker in workers:
        assert worker.catch_up(net.connection) is Outcome.IDLE
