"""One event's whole life, in the program as it is run: started, told, asked, stopped, killed, started again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
import pytest
from websockets.asyncio.client import connect

from infra.demo.accounts import FILE, coordinators_token

SAMPLE = Path(__file__).parents[1] / "samples" / "sources" / "dump-labels-below.txt"

NEWEST = "{ news(first: 1) { totalCount edges { node { id title state viewCount } } } }"
DRAFT = """
mutation ($commandId: UUID!, $title: String!) {
  draftNews(input: {commandId: $commandId, municipality: "100704", text: {title: $title, body: "Treść."}}) {
    ... on NewsWritten { position newsItem { id state } }
    ... on UserError { code message }
  }
}
"""
PUBLISH = """
mutation ($commandId: UUID!, $newsItem: ID!) {
  publishNews(input: {commandId: $commandId, newsItem: $newsItem}) {
    ... on NewsWritten { position newsItem { title state publishedOn } }
    ... on UserError { code message }
  }
}
"""


class Program:
    """`wspolna run` in a process group of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.environment = {
            "PATH": os.environ["PATH"],
            "WSPOLNA_DATA": str(data),
            "WSPOLNA_PORT": str(self.port),
            "LANG": "en_GB.UTF-8",
        }
        self.process: subprocess.Popen[bytes]

    def start(self) -> None:
        said = self.data.with_suffix(".said")
        with said.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "workers.cli", "run"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + 90
        while b"is running" not in said.read_bytes():
            assert self.process.poll() is None, said.read_text()
            assert time.monotonic() < deadline, said.read_text()
            time.sleep(0.1)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(60)

    def kill_all(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def wspolna(self, *arguments: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "workers.cli", *arguments, "--json"],
            env=self.environment,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    def ask(self, query: str, variables: dict[str, Any] | None = None, token: str = "") -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = httpx.post(
            f"http://127.0.0.1:{self.port}/graphql",
            json={"query": query, "variables": variables},
            headers=headers,
            timeout=30,
        )
        body = answer.json()
        assert "errors" not in body, body
        assert answer.headers["wspolna-position"] == str(body["extensions"]["position"])
        return body["data"]

    def child(self, name: str) -> psutil.Process:
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if name in child.cmdline())


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    started = Program(tmp_path / "data")
    started.start()
    yield started
    started.stop()


def _token(program: Program) -> str:
    """The demo coordinator's."""
    token = coordinators_token(program.data / FILE)
    assert token is not None
    return token


def _publish(program: Program, title: str) -> Any:
    """Answers when the read model shows it."""
    given: dict[str, Any] = {"commandId": str(uuid4()), "title": title}
    drafted = program.ask(DRAFT, given, _token(program))["draftNews"]
    assert drafted["newsItem"]["state"] == "DRAFT"
    given = {"commandId": str(uuid4()), "newsItem": drafted["newsItem"]["id"]}
    return program.ask(PUBLISH, given, _token(program))["publishNews"]


async def _first_published(program: Program, title: str) -> Any:
    """A listener over a websocket, and a publisher beside it."""
    address = f"ws://127.0.0.1:{program.port}/graphql"
    async with connect(address, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        await socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        query = 'subscription { newsPublished(municipality: "100704") { title } }'
        subscribe = {"id": "1", "type": "subscribe", "payload": {"query": query}}
        await socket.send(json.dumps(subscribe))
        await asyncio.sleep(1)
        await asyncio.to_thread(_publish, program, title)
        message = json.loads(await asyncio.wait_for(socket.recv(), 20))
        assert message["type"] == "next"
        return message["payload"]["data"]["newsPublished"]


def test_the_first_town_speaks_and_is_still_heard_after_kill_9(program: Program) -> None:
    demo = program.ask("{ municipalities { totalCount } news { totalCount } }")
    assert demo["municipalities"]["totalCount"] == 22

    imported = program.wspolna("import", "news", str(SAMPLE), "--municipality", "100704")
    assert [item["outcome"] for item in imported["items"]] == ["published"]
    assert _publish(program, "Dzień dobry")["newsItem"]["title"] == "Dzień dobry"
    assert program.ask(NEWEST)["news"]["totalCount"] == demo["news"]["totalCount"] + 2
    heard = asyncio.run(_first_published(program, "Słychać nas"))
    assert heard == {"title": "Słychać nas"}

    program.kill_all()
    program.start()
    found = program.ask(NEWEST)["news"]
    assert found["totalCount"] == demo["news"]["totalCount"] + 3
    assert found["edges"][0]["node"]["title"] in {"Dzień dobry", "Słychać nas"}
    again = program.wspolna("import", "news", str(SAMPLE), "--municipality", "100704")
    assert [item["outcome"] for item in again["items"]] == ["unchanged"]


def test_stopped_it_leaves_no_process_and_started_again_it_finds_its_data(program: Program) -> None:
    before = program.ask(NEWEST)
    family = psutil.Process(program.process.pid).children(recursive=True)
    assert len(family) >= 4
    program.stop()
    assert program.process.returncode == 0
    psutil.wait_procs(family, timeout=10)
    left = []
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            left.append(member.cmdline())
    assert left == []
    program.start()
    assert program.ask(NEWEST) == before
