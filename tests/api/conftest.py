"""The real application over a database of the test's own, with projections running as in a worker."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from infra.bootstrap import connect
from infra.log import EventLog
from infra.settings import Settings
from projections.registry import PROJECTIONS
from projections.runner import ProjectionRunner
from tests.network import VAULT, Network, network

TOKEN = "token-of-the-tests"
NEW = "application/graphql-response+json"


@dataclass
class Api:
    client: TestClient[Litestar]
    net: Network

    def post(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        *,
        operator: bool = False,
        token: str | None = None,
        language: str = "pl",
        accept: str = NEW,
        **body: Any,
    ) -> Any:
        headers = {"Accept": accept, "Accept-Language": language}
        if operator:
            headers["Authorization"] = f"Bearer {TOKEN}"
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        sent = {"query": query, "variables": variables, **body}
        return self.client.post("/graphql", json=sent, headers=headers)

    def ask(self, query: str, variables: dict[str, Any] | None = None, **options: Any) -> Any:
        """The `data` of an answer without errors."""
        answer = self.post(query, variables, **options).json()
        assert set(answer) == {"data", "extensions"}, answer
        return answer["data"]

    def refused(self, query: str, variables: dict[str, Any] | None = None, **options: Any) -> Any:
        """The first error's code and message."""
        error = self.post(query, variables, **options).json()["errors"][0]
        return error["extensions"]["code"], error["message"]


def settings(database_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        broker_url=None,
        port=8000,
        data=Path("/tmp"),
        operator_token=TOKEN,
        master_key=b64encode(bytes(32)).decode(),  # of the network's own vault
    )


@contextmanager
def projecting(database_url: str) -> Iterator[ProjectionRunner]:
    """What the worker process does, in threads of this one."""
    runner = ProjectionRunner(PROJECTIONS, EventLog(VAULT), lambda: connect(database_url))
    runner.start()
    try:
        yield runner
    finally:
        runner.stop()


@pytest.fixture
def net(database_url: str) -> Iterator[Network]:
    with network(database_url) as found:
        found.project()
        yield found


@pytest.fixture
def api(net: Network) -> Iterator[Api]:
    with TestClient(create_app(settings(net.database_url))) as client:
        yield Api(client, net)


@pytest.fixture
def live_api(api: Api) -> Iterator[Api]:
    """With the worker's part running, as mutations need it."""
    with projecting(api.net.database_url):
        yield api
