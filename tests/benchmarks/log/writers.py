"""Who appends: our store, the whole command path, the stock library, and plain INSERTs.

An item is drafted and then published: two commands, each one event in a transaction of its own.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import Connection

from domain.cooperation import Cooperation
from domain.news import DraftNews, NewsItem, PublishNews, Rendering
from domain.roles import OPERATOR
from domain.work import Envelope, Save
from infra.bootstrap import cooperation, open_pool
from infra.event_store import PostgresEventStore
from tests.benchmarks.stock import Newsroom, environment
from tests.benchmarks.stream import COLUMNS, columns_of, rendering_of, terc_of, text_of

WRITERS = 8
TEXTS = [text_of(number, random.Random(number), 500) for number in range(64)]
RENDERINGS: list[Rendering] = [rendering_of(text) for text in TEXTS]

Step = Callable[[], int]
"""Does one transaction and returns how many events it stored."""


def rate(steps: list[Step], seconds: float) -> float:
    """Events per second of all the steps, each repeated by a thread of its own for so long."""
    start = threading.Barrier(len(steps) + 1)
    counts = [0] * len(steps)
    failures: list[BaseException] = []

    def work(index: int) -> None:
        try:
            start.wait()
            until = time.perf_counter() + seconds
            while time.perf_counter() < until:
                counts[index] += steps[index]()
        except BaseException as failure:  # noqa: BLE001  the run is void, whatever it was
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(steps))]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return sum(counts) / (time.perf_counter() - began)


def drafted(number: int) -> NewsItem:
    """A new item with its first event pending."""
    at = datetime.now(UTC)
    return NewsItem.begin(
        NewsItem.Drafted,
        uuid4(),
        at,
        at.date(),
        municipality=terc_of(number % 500),
        slug=f"aktualnosc-{number}",
        text=TEXTS[number % len(TEXTS)],
        rendering=RENDERINGS[number % len(TEXTS)],
    )


def publish(item: NewsItem) -> NewsItem:
    at = datetime.now(UTC)
    item.record(NewsItem.Published, at, at.date(), initial_views=0)
    return item


def in_turn(save: Callable[[NewsItem], object]) -> Step:
    """Saves the first event of an item, then the second, then of the next one."""

    def changes() -> Iterator[int]:
        number = 0
        while True:
            item = drafted(number)
            save(item)
            yield 1
            save(publish(item))
            yield 1
            number += 1

    return changes().__next__


@contextmanager
def ours(url: str) -> Iterator[list[Step]]:
    with open_pool(url, size=WRITERS) as pool:
        store = PostgresEventStore(pool, announce=_nobody_listens)

        def save(item: NewsItem) -> None:
            store.append(Save([item], envelope()))
            item.collect_events()

        yield [in_turn(save) for _ in range(WRITERS)]


def _nobody_listens(position: int) -> None:
    pass


def envelope() -> Envelope:
    command = uuid4()
    return Envelope(command, bytes(8), "operator", None, command, command)


@contextmanager
def commands(url: str) -> Iterator[list[Step]]:
    """The whole of it: permission, loading, guards, rendering, claims, events, announcement."""
    with cooperation(url, connections=WRITERS) as door:
        yield [_commands(door, writer) for writer in range(WRITERS)]


def _commands(door: Cooperation, writer: int) -> Step:
    def changes() -> Iterator[int]:
        number = 0
        while True:
            text = TEXTS[number % len(TEXTS)]
            draft = DraftNews(
                command_id=uuid4(),
                municipality=terc_of(writer),
                text=text,
                slug=f"pismo-{uuid4().hex}",
            )
            door.execute(draft, OPERATOR)
            yield 1
            door.execute(PublishNews(command_id=uuid4(), news_id=draft.news_id), OPERATOR)
            yield 1
            number += 1

    return changes().__next__


@contextmanager
def stock(url: str) -> Iterator[list[Step]]:
    app = Newsroom(env=environment(url))
    try:
        yield [in_turn(app.save) for _ in range(WRITERS)]
    finally:
        app.close()


# Plain INSERTs into an identical table, their values at hand.

INSERT = f"INSERT INTO raw_events ({COLUMNS}) VALUES ({', '.join(['%s'] * 14)})".encode()


def make_raw_table(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE raw_events (LIKE events INCLUDING ALL)")


@contextmanager
def raw(url: str) -> Iterator[list[Step]]:
    connections = [psycopg.connect(url, autocommit=True) for _ in range(WRITERS)]
    try:
        yield [_inserts(connection, _rows(writer)) for writer, connection in enumerate(connections)]
    finally:
        for connection in connections:
            connection.close()


def _inserts(connection: Connection[Any], rows: Iterator[tuple[Any, ...]]) -> Step:
    cursor = connection.cursor()

    def step() -> int:
        cursor.execute(INSERT, next(rows), prepare=True)
        return 1

    return step


def _rows(seed: int) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(f"{seed} {time.time_ns()}")
    patterns = [columns_of(event, uuid4()) for event in _pairs()]
    number = 0
    while True:
        stream = UUID(int=chance.getrandbits(128), version=4)
        for pattern in patterns[number % len(patterns) :][:2]:
            command = UUID(int=chance.getrandbits(128), version=4)
            yield (stream, *pattern[1:9], command, *pattern[10:12], command, command)
        number += 2


def _pairs() -> Iterator[Any]:
    for number in range(len(TEXTS)):
        yield from publish(drafted(number)).collect_events()


# A hundred events in a transaction.

BULK = 100


def bulk_items(number: int) -> list[NewsItem]:
    return [publish(drafted(number + index)) for index in range(BULK // 2)]


@contextmanager
def bulk_ours(url: str) -> Iterator[list[Step]]:
    with open_pool(url, size=1) as pool:
        store = PostgresEventStore(pool, announce=_nobody_listens)
        yield [_bulk(lambda items: store.append(*(Save([item], envelope()) for item in items)))]


@contextmanager
def bulk_stock(url: str) -> Iterator[list[Step]]:
    app = Newsroom(env=environment(url))
    try:
        yield [_bulk(lambda items: app.save(*items))]
    finally:
        app.close()


def _bulk(save: Callable[[list[NewsItem]], object]) -> Step:
    def step() -> int:
        save(bulk_items(0))
        return BULK

    return step


@contextmanager
def executemany(url: str) -> Iterator[list[Step]]:
    with psycopg.connect(url, prepare_threshold=0) as connection:
        rows = _rows(0)
        cursor = connection.cursor()

        def step() -> int:
            cursor.executemany(INSERT, [next(rows) for _ in range(BULK)])
            connection.commit()
            return BULK

        yield [step]
