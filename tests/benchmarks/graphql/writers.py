"""Ten writers, each publishing an item a second, and the worker that projects them.

Run as `python -m tests.benchmarks.graphql.writers DATABASE_URL`, until it is ended.
"""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

import psycopg

from domain.cooperation import Cooperation
from domain.news import DraftNews, PublishNews
from domain.roles import OPERATOR
from infra.bootstrap import connect, cooperation
from infra.log import EventLog
from projections.registry import PROJECTIONS
from projections.runner import ProjectionRunner
from tests.benchmarks.log.writers import TEXTS
from tests.benchmarks.machine import LOAD_CORE, child, on_core
from tests.benchmarks.stream import terc_of

WRITERS = 10
PAUSE = 1.0
"""Seconds from one item of a writer to its next."""


@contextmanager
def publishing(url: str, log: Path) -> Iterator[None]:
    """On the core of the load; returns once their first items show, raises when none do."""
    command = [sys.executable, "-m", "tests.benchmarks.graphql.writers", url]
    before = _published(url)
    with child(on_core(LOAD_CORE, command), log) as process:
        until = time.monotonic() + 30
        while _published(url) == before:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"nothing was published:\n{log.read_text()[-2000:]}")
            time.sleep(0.1)
        yield


def _published(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM read_news.news WHERE state = 'PUBLISHED'"
        ).fetchone()
    return int(row[0]) if row else 0


def main(url: str) -> None:
    ProjectionRunner(PROJECTIONS, EventLog(), partial(connect, url)).start()
    with cooperation(url, connections=WRITERS) as door:
        threads = [
            threading.Thread(target=_write, args=(door, writer)) for writer in range(WRITERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def _write(door: Cooperation, writer: int) -> None:
    number = writer
    while True:
        began = time.monotonic()
        draft = DraftNews(
            command_id=uuid4(),
            municipality=terc_of(writer),
            text=TEXTS[number % len(TEXTS)],
            slug=f"w-{uuid4().hex}",
        )
        door.execute(draft, OPERATOR)
        door.execute(PublishNews(command_id=uuid4(), news_id=draft.news_id), OPERATOR)
        number += 1
        time.sleep(max(0.0, PAUSE - (time.monotonic() - began)))


if __name__ == "__main__":
    main(sys.argv[1])
