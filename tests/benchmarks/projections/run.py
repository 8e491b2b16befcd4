"""Projecting, rebuilding, and how soon it shows."""

import tempfile
from itertools import chain, islice
from pathlib import Path
from statistics import median

from infra.bootstrap import connect
from tests.benchmarks.harness import OURS, Row, compare, console, publish, row_of, summary
from tests.benchmarks.peers import emmett
from tests.benchmarks.peers.npm import NotInstalled
from tests.benchmarks.postgres import database
from tests.benchmarks.projections import projecting, rebuilding, tables, visible
from tests.benchmarks.projections.projecting import TOWNS
from tests.benchmarks.scale import SCALE
from tests.benchmarks.stock import Newsroom, environment
from tests.benchmarks.stream import Stream, fill_log, town_events

PROJECT = {"eventsourcing": 40, "sql": 0.45}
REBUILD = {"copy": 0.45}
VISIBLE = {"notify": 3}
STOCK_EVENTS = 2_000
"""What the stock runner gets through in a few seconds; its rate doesn't depend on how many there are."""
EVENTS_AN_ITEM = 2.18
"""Of the stream."""
SAMPLES = 300


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        with database() as url:
            rows = [project(url)]
        rows += rebuilds(Path(folder))
        with database() as url:
            rows += visibility(url, Path(folder))
    publish("projections", rows)


def project(url: str) -> Row:
    """The news read model, from a stream in the order of life."""
    events = list(chain(town_events(TOWNS), Stream(SCALE.news // 4, TOWNS)))
    fill_log(url, events)
    with connect(url) as connection:
        tables.fill_decoded(connection, events)
    _fill_stock(url)
    candidates = {
        OURS: lambda: projecting.ours(url),
        "eventsourcing": lambda: projecting.stock(url),
        "sql": lambda: projecting.alone(url),
    }
    try:
        candidates["emmett"] = emmett.projection(url)
    except NotInstalled as missing:
        console.print(f"[yellow]left out: {missing}[/yellow]")
    row = compare("project", "events/s", candidates, rounds=min(SCALE.rounds, 3), limits=PROJECT)
    with connect(url) as connection:
        tables.same(connection, "read_ours", "read_alone")
    return row


def _fill_stock(url: str) -> None:
    """The beginning of the same stream in the library's own table."""
    app = Newsroom(env=environment(url))
    try:
        stored = [
            app.mapper.to_stored_event(event)
            for event in islice(Stream(STOCK_EVENTS, TOWNS), STOCK_EVENTS)
        ]
        for start in range(0, STOCK_EVENTS, 100):
            app.recorder.insert_events(stored[start : start + 100])
    finally:
        app.close()


def rebuilds(folder: Path) -> list[Row]:
    small, large = SCALE.rebuild_events // 10, SCALE.rebuild_events
    first, little = rebuild(small, f"rebuild-{small // 1000}k", folder, 3)
    second, much = rebuild(large, "rebuild", folder, 1)
    growth = row_of(
        "rebuild-growth",
        "s per million events",
        {OURS: much.seconds / large * 1e6, "tenth": little.seconds / small * 1e6},
        {"tenth": 1.2},
        less_is_better=True,
    )
    memory = row_of(
        "rebuild-memory",
        "MB",
        {OURS: much.peak_mb, "tenth": little.peak_mb},
        {"tenth": 1.2},
        less_is_better=True,
    )
    return [second, first, growth, memory]


def rebuild(events: int, work: str, folder: Path, rounds: int) -> tuple[Row, rebuilding.Rebuilt]:
    """Ours fills, indexes and swaps in a new version; COPY loads the same rows and makes the same indexes."""
    with database() as url, console.status(f"{work}: {events:,} events"):
        stream = chain(town_events(TOWNS), Stream(round(events / EVENTS_AN_ITEM), TOWNS))
        count = fill_log(url, islice(stream, events))
        ours, copies = [rebuilding.rebuilt(url)], []
        copy = rebuilding.Copy(url, folder)
        for number in range(rounds):
            copies.append(copy.run())
            if number + 1 < rounds:
                ours.append(rebuilding.rebuilt(url))
        seconds = median(one.seconds for one in ours)
        row = row_of(
            work, "events/s", {OURS: count / seconds, "copy": count / median(copies)}, REBUILD
        )
    console.print(summary(row))
    return row, rebuilding.Rebuilt(seconds, max(one.peak_mb for one in ours))


def visibility(url: str, folder: Path) -> list[Row]:
    """Idle but for one command every few milliseconds; the worker is a process of its own."""
    fill_log(url, town_events(TOWNS))
    with console.status("visible"):
        ours = visible.ours(url, SAMPLES, folder / "worker.log")
        notify = visible.notify(url, SAMPLES, folder / "echo.log")
    rows = []
    for work, percent, limits in (("visible", 50, VISIBLE), ("visible-p99", 99, {})):
        spans = {
            OURS: visible.percentile(ours, percent),
            "notify": visible.percentile(notify, percent),
        }
        rows.append(row_of(work, "ms", spans, limits, less_is_better=True))
        console.print(summary(rows[-1]))
    return rows
