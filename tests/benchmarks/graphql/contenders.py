"""Everyone who answers the three operations: how each is started, asked and read."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from tests.benchmarks.graphql import operations
from tests.benchmarks.graphql.operations import Key
from tests.benchmarks.harness import OURS
from tests.benchmarks.machine import SERVER_CORE, child, free_port, on_core, wait_for_http
from tests.benchmarks.peers import npm


@dataclass
class Site:
    """A running server."""

    base: str
    process: subprocess.Popen[bytes]
    path: Callable[[str], str] = lambda _: "/graphql"
    write: Callable[[str, Key], bytes] = operations.hand_written

    def url(self, name: str) -> str:
        return self.base + self.path(name)

    def ask(self, name: str, body: bytes) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.post(self.path(name), body))
        return found

    def post(self, path: str, body: bytes) -> bytes:
        """The bytes of the answer; raises HTTPError for any but a good one."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        with urlopen(Request(self.base + path, body, headers), timeout=30) as answer:
            content: bytes = answer.read()
        return content


@dataclass(frozen=True)
class Contender:
    name: str
    command: Callable[[int], list[str]]
    env: Callable[[str], dict[str, str]]
    settle: Callable[[Site], None] = lambda _: None

    @contextmanager
    def running(self, database: str, logs: Path) -> Iterator[Site]:
        """Raises NotInstalled where the peer can't be had here."""
        port = free_port()
        log = logs / f"{self.name}.log"
        base = f"http://127.0.0.1:{port}"
        env = self.env(database) | {
            "DATABASE_URL": database,
            "PORT": str(port),
            "NODE_ENV": "production",
        }
        with child(on_core(SERVER_CORE, self.command(port)), log, env=env) as process:
            wait_for_http(f"{base}/graphql", process, log)
            site = Site(base, process)
            self.settle(site)
            yield site


def uvicorn(*app: str) -> Callable[[int], list[str]]:
    """With uvloop and httptools, no access log: the same for every Python server."""
    command = [sys.executable, "-m", "uvicorn", "--loop", "uvloop", "--http", "httptools"]
    return lambda port: [
        *command,
        "--no-access-log",
        "--log-level",
        "warning",
        "--port",
        str(port),
        *app,
    ]


def script(peer: str) -> Callable[[int], list[str]]:
    def command(_: int) -> list[str]:
        folder = npm.installed(peer)
        return [npm.node(), str(folder / "server.js")]

    return command


def fixed(**values: str) -> Callable[[str], dict[str, str]]:
    return lambda _: dict(values)


def postgraphile(name: str, schema: str, news: str, party: tuple[str, str]) -> Contender:
    def settle(site: Site) -> None:
        documents = operations.postgraphile_documents(news, party)
        site.write = operations.postgraphile(documents, lambda body: site.ask("Q1", body))

    return Contender(name, script("postgraphile"), fixed(SCHEMAS=schema), settle)


def mercurius(name: str, variant: str) -> Contender:
    return Contender(name, script("mercurius"), fixed(VARIANT=variant))


def by_statement(site: Site) -> None:
    site.path = lambda name: f"/sql/{name}"


def with_our_cursors(site: Site) -> None:
    site.write = operations.ours


CONTENDERS = [
    Contender(
        OURS,
        lambda port: [sys.executable, "-m", "api", str(port)],
        fixed(WSPOLNA_OPERATOR_TOKEN="bench"),
        with_our_cursors,
    ),
    postgraphile("postgraphile", "peers", operations.NORMALISED_NEWS, operations.NORMALISED_PARTY),
    mercurius("mercurius", "statement"),
    Contender("strawberry", uvicorn("tests.benchmarks.peers.strawberry_app:app"), fixed()),
    Contender("bare-sql", uvicorn("tests.benchmarks.peers.handlers:app"), fixed(), by_statement),
    postgraphile(
        "postgraphile-denormalised", "peers_wide", operations.WIDE_NEWS, operations.WIDE_PARTY
    ),
    mercurius("mercurius-denormalised", "wide"),
    mercurius("mercurius-loaders", "loaders"),
]
