"""Many listeners of one process: what each costs, how soon all of them are told, and queries beside them."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import quantiles
from urllib.request import Request, urlopen
from uuid import uuid4

from domain.municipalities import MunicipalityFacts, MunicipalityKind, RegisterMunicipality
from domain.news import DraftNews, NewsText, PublishNews
from domain.roles import OPERATOR
from infra.bootstrap import cooperation
from tests.benchmarks.graphql.contenders import uvicorn
from tests.benchmarks.harness import OURS, Row, console, publish, row_of, summary
from tests.benchmarks.machine import child, free_port, memory_mb, wait_for_http
from tests.benchmarks.postgres import database
from tests.benchmarks.projections.visible import worker

QUICK = os.environ.get("WSPOLNA_BENCH") == "quick"
LISTENERS = int(os.environ.get("WSPOLNA_BENCH_LISTENERS", "500" if QUICK else "5000"))
MESSAGES = 10 if QUICK else 60
BESIDE = 8
"""Messages while queries are asked; their way isn't measured, but none may be missing."""
PAUSE = 0.5
TOWN = "100704"
WHERE = "tests.benchmarks.subscriptions"
QUESTION = json.dumps({"query": "{ news(first: 1) { nodes { title } } }"}).encode()

Tell = Callable[[int], float]
"""Tells all the message of this number, and when that began."""


def main() -> None:
    figures: dict[str, dict[str, float]] = {}
    with database() as url, tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        logs = Path(folder)
        door = stack.enter_context(cooperation(url))
        facts = MunicipalityFacts(
            name="Opoczno", kind=MunicipalityKind.URBAN, voivodeship="łódzkie", county="opoczyński"
        )
        door.execute(RegisterMunicipality(command_id=uuid4(), terc=TOWN, facts=facts), OPERATOR)
        stack.enter_context(worker(url, "project", logs / "worker.log"))

        def published(number: int) -> float:
            text = NewsText(title=f"n-{number}", lead="Zajawka. " * 20, body="Treść.")
            draft = DraftNews(command_id=uuid4(), municipality=TOWN, text=text)
            news_id = door.execute(draft, OPERATOR).stream_id
            door.execute(PublishNews(command_id=uuid4(), news_id=news_id), OPERATOR)
            return time.time()  # committed

        def api(port: int) -> list[str]:
            return [sys.executable, "-m", "api", str(port)]

        servers: dict[str, tuple[Callable[[int], list[str]], Tell | None]] = {
            OURS: (api, published),
            "bare": (uvicorn("--ws-per-message-deflate", "false", f"{WHERE}.peers:bare"), None),
            "strawberry": (uvicorn(f"{WHERE}.peers:documented"), None),
        }
        for name, (command, tell) in servers.items():
            port = free_port()
            env = {"DATABASE_URL": url, "WSPOLNA_OPERATOR_TOKEN": "bench"}
            log = logs / f"{name}.log"
            with child(command(port), log, env=env) as process:
                wait_for_http(f"http://127.0.0.1:{port}/graphql", process, log)
                with console.status(f"{name}: {LISTENERS} listeners"):
                    figures[name] = measured(name, port, process.pid, tell or posted(port))
    rows = table(figures)
    for row in rows:
        console.print(summary(row))
    publish("subscriptions", rows)


def measured(name: str, port: int, pid: int, tell: Tell) -> dict[str, float]:
    found: dict[str, float] = {}
    if name == OURS:
        found["queries-alone"] = queries(port)
    before = memory_mb(pid)
    with listening(port) as arrived:
        time.sleep(1.0)
        found["memory"] = (memory_mb(pid) - before) * 1024 / LISTENERS
        began = {number: said(number, tell) for number in range(MESSAGES)}
        if name == OURS:
            found["queries-beside"] = queries_beside(port, tell)
        time.sleep(2.0)
        times = arrived()
    sent = MESSAGES + (BESIDE if name == OURS else 0)
    missing = LISTENERS * sent - sum(len(each) for each in times.values())
    assert missing == 0, f"{name}: {missing} of {LISTENERS * sent} messages never came"
    spans = [(at - began[number]) * 1000 for number in began for at in times[number]]
    cuts = quantiles(spans, n=100)
    return {**found, "p50": cuts[49], "p99": cuts[98]}


def said(number: int, tell: Tell) -> float:
    began = tell(number)
    time.sleep(PAUSE)
    return began


def queries_beside(port: int, tell: Tell) -> float:
    """Answers a second while messages go out to all the listeners."""
    numbers = range(MESSAGES, MESSAGES + BESIDE)
    teller = threading.Thread(target=lambda: [said(number, tell) for number in numbers])
    teller.start()
    found = queries(port, seconds=BESIDE * PAUSE)
    teller.join()
    return found


@contextmanager
def listening(port: int) -> Iterator[Callable[[], dict[int, list[float]]]]:
    """Yields what asks when each message arrived, of all the processes together."""
    parts = [LISTENERS // 2, LISTENERS - LISTENERS // 2]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", f"{WHERE}.listeners", str(port), str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for count in parts
    ]

    def arrived() -> dict[int, list[float]]:
        found: dict[int, list[float]] = {}
        for process in processes:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(b"\n")
            process.stdin.flush()
            for number, times in json.loads(process.stdout.readline()).items():
                found.setdefault(int(number), []).extend(times)
        return found

    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
        yield arrived
    finally:
        for process in processes:
            process.kill()
            process.wait()


def posted(port: int) -> Tell:
    def tell(number: int) -> float:
        body = json.dumps({"title": f"n-{number}", "lead": "Zajawka. " * 20}, separators=(",", ":"))
        began = time.time()
        urlopen(Request(f"http://127.0.0.1:{port}/tell", body.encode()), timeout=60).close()
        return began

    return tell


def queries(port: int, seconds: float = 2.0, clients: int = 4) -> float:
    """Answers a second."""
    until = time.monotonic() + seconds
    counts = [0] * clients

    def ask(client: int) -> None:
        headers = {"Content-Type": "application/json"}
        while time.monotonic() < until:
            url = f"http://127.0.0.1:{port}/graphql"
            urlopen(Request(url, QUESTION, headers), timeout=60).close()
            counts[client] += 1

    threads = [threading.Thread(target=ask, args=(client,)) for client in range(clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sum(counts) / seconds


def table(figures: dict[str, dict[str, float]]) -> list[Row]:
    def of(work: str, key: str, unit: str, limits: dict[str, float]) -> Row:
        told = {name: each[key] for name, each in figures.items()}
        return row_of(f"{work}-{LISTENERS}", unit, told, limits, less_is_better=True)

    ours = figures[OURS]
    beside = {OURS: ours["queries-beside"], "no-listeners": ours["queries-alone"]}
    return [
        of("listener-memory", "memory", "kB", {"strawberry": 0.6, "bare": 2.0}),
        of("fan-out-p50", "p50", "ms", {"strawberry": 0.5, "bare": 2.0}),
        of("fan-out-p99", "p99", "ms", {"strawberry": 0.5, "bare": 2.0}),
        row_of(f"queries-beside-{LISTENERS}", "requests/s", beside, {"no-listeners": 0.9}),
    ]
