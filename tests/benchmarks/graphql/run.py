"""First-time and repeated answers of our server against its peers, on the same data in one run."""

import tempfile
from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import psycopg

from tests.benchmarks.graphql import dataset, operations, writers
from tests.benchmarks.graphql.answers import same_data
from tests.benchmarks.graphql.contenders import CONTENDERS, Site
from tests.benchmarks.graphql.load import Load, load
from tests.benchmarks.harness import OURS, Row, console, publish, row_of, summary
from tests.benchmarks.machine import memory_mb
from tests.benchmarks.peers.npm import NotInstalled
from tests.benchmarks.postgres import database
from tests.benchmarks.scale import SCALE

FIRST = {
    "Q1": {"postgraphile": 4, "mercurius": 1.5, "strawberry": 25, "bare-sql": 0.8},
    "Q2": {"postgraphile": 4, "mercurius": 1.5, "strawberry": 40, "bare-sql": 0.8},
    "Q3": {"postgraphile": 4, "mercurius": 1.5, "strawberry": 12, "bare-sql": 0.8},
    "Q4": {"postgraphile": 4, "mercurius": 1.5, "strawberry": 40, "bare-sql": 0.8},
}
REPEATED = {"constant": 1.0}
P99 = {"postgraphile": 1.0, "mercurius": 1.0}
ALLOWED_MB = 150


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, database() as url, ExitStack() as running:
        work = Path(folder)
        with console.status("filling the read tables"):
            dataset.fill(url, SCALE.news, SCALE.municipalities, SCALE.initiatives)
        sites = start(running, url, work)
        bench = Bench(url, sites, work)
        bench.check_answers()
        rows = [row for name in operations.NAMES for row in bench.first_time(name)]
        rows += [bench.repeated(name) for name in operations.NAMES]
        first = {
            row.work.removesuffix("-first"): row.ours for row in rows if row.work.endswith("-first")
        }
        rows += bench.with_writers(first)
        rows += [bench.memory(), bench.errors()]
    publish("graphql", rows)


def start(running: ExitStack, url: str, logs: Path) -> dict[str, Site]:
    """Everyone who can be had here, at once: those not measured just then are idle."""
    sites: dict[str, Site] = {}
    for contender in CONTENDERS:
        try:
            sites[contender.name] = running.enter_context(contender.running(url, logs))
        except NotInstalled as missing:
            console.print(f"[yellow]left out: {missing}[/yellow]")
    return sites


class Bench:
    def __init__(self, url: str, sites: Mapping[str, Site], work: Path) -> None:
        self.url = url
        self.sites = sites
        self.work = work
        self.keys = operations.keys(url, 90_000)
        self.sent: dict[tuple[str, str], int] = defaultdict(int)
        self.failed: dict[str, int] = defaultdict(int)

    def check_answers(self) -> None:
        """Raises AssertionError unless everyone gives the same data."""
        for name in operations.NAMES:
            for key in self.keys[:50]:
                answers = {
                    who: same_data(site.ask(name, site.write(name, key)))
                    for who, site in self.sites.items()
                }
                reference = answers["bare-sql"]
                different = [who for who, answer in answers.items() if answer != reference]
                assert not different, (
                    f"{name}: {different} differ: {answers[different[0]]} from {reference}"
                )

    def first_time(self, name: str) -> list[Row]:
        for who in self.sites:  # warm: connections, caches, the JIT
            self.load_distinct(who, name, 1)
        loads: dict[str, list[Load]] = defaultdict(list)
        for _ in range(SCALE.rounds):
            for who in self.sites:
                with console.status(f"{name}: {who}"):
                    loads[who].append(self.load_distinct(who, name, SCALE.seconds))
        rates = {who: median(one.rate for one in of_one) for who, of_one in loads.items()}
        rows = [row_of(f"{name}-first", "requests/s", rates, FIRST[name])]
        for point in ("p50", "p99"):
            spans = {
                who: median(getattr(one, point) for one in of_one) for who, of_one in loads.items()
            }
            limits = P99 if point == "p99" else {}
            rows.append(row_of(f"{name}-first-{point}", "ms", spans, limits, less_is_better=True))
        for row in rows:
            console.print(summary(row))
        return rows

    def load_distinct(self, who: str, name: str, seconds: int) -> Load:
        self.invalidate()
        found = load(
            self.sites[who].url(name), self.bodies(who, name), self.sent[who, name], seconds
        )
        self.sent[who, name] += found.requests
        self.failed[who] += found.failed
        return found

    def bodies(self, who: str, name: str) -> Path:
        path = self.work / f"{who}-{name}.txt"
        if not path.exists():
            site = self.sites[who]
            path.write_bytes(b"".join(site.write(name, key) + b"\n" for key in self.keys))
        return path

    def invalidate(self) -> None:
        """Moves the projections' revisions, so that no answer of an earlier run is valid still."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for projection in ("news", "municipalities", "initiatives"):
                dataset.touch(connection, projection)

    def repeated(self, name: str) -> Row:
        """One request over and over, against the same bytes from a handler that does nothing else."""
        ours, constant = self.sites[OURS], self.sites["bare-sql"]
        request = ours.write(name, self.keys[0])
        path = self.repeated_body(name)
        constant.post(f"/remember/{name}", ours.post(ours.path(name), request))
        urls = {OURS: ours.url(name), "constant": f"{constant.base}/constant/{name}"}
        loads: dict[str, list[Load]] = defaultdict(list)
        for url in urls.values():
            load(url, path, 0, 1)
        for _ in range(SCALE.rounds):
            for who, url in urls.items():
                with console.status(f"{name} repeated: {who}"):
                    loads[who].append(load(url, path, 0, SCALE.seconds))
        rates = {who: median(one.rate for one in of_one) for who, of_one in loads.items()}
        row = row_of(f"{name}-repeated", "requests/s", rates, REPEATED)
        console.print(summary(row))
        return row

    def with_writers(self, first: Mapping[str, float]) -> list[Row]:
        """Repeated answers while ten writers publish, against first-time answers without them."""
        ours = self.sites[OURS]
        rates: dict[str, list[float]] = defaultdict(list)
        with writers.publishing(self.url, self.work / "writers.log"):
            for _ in range(SCALE.rounds):
                for name in operations.NAMES:
                    with console.status(f"{name} repeated, with writers"):
                        found = load(ours.url(name), self.repeated_body(name), 0, SCALE.seconds)
                    self.failed[OURS] += found.failed
                    rates[name].append(found.rate)
        rows = [
            row_of(
                f"{name}-repeated-with-writers",
                "requests/s",
                {OURS: median(rates[name]), "first-time": first[name]},
                {"first-time": 1.0},
            )
            for name in operations.NAMES
        ]
        for row in rows:
            console.print(summary(row))
        return rows

    def repeated_body(self, name: str) -> Path:
        path = self.work / f"repeated-{name}.txt"
        path.write_bytes(self.sites[OURS].write(name, self.keys[0]) + b"\n")
        return path

    def memory(self) -> Row:
        """Of each server's processes after all the load."""
        sizes = {who: memory_mb(site.process.pid) for who, site in self.sites.items()}
        sizes["allowed"] = ALLOWED_MB
        return row_of("memory", "MB", sizes, {"allowed": 1.0}, less_is_better=True)

    def errors(self) -> Row:
        """Requests that were not answered with 200, of all that were sent."""
        theirs = {who: float(count) for who, count in self.failed.items() if count and who != OURS}
        return row_of(
            "errors", "requests", {OURS: self.failed[OURS], **theirs}, {}, less_is_better=True
        )
