"""Long-lived streams: what ends them, and what doesn't."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any

import pytest
from psycopg import OperationalError

from api.auth import PUBLIC, Authentication, UnknownToken, Viewer, authentication
from api.auth.viewer import COORDINATOR
from api.portals.keyring import KeysUnavailable
from domain.roles import Role
from infra.accounts import sessions
from tests.api.conftest import NEW, Api
from tests.infra.desks import Office

QUICK = 0.01


class Known(Authentication):
    """Says, one after the other, what becomes of who opened the stream; the last one for good."""

    def __init__(self, *found: Viewer | type[Exception]) -> None:
        self._found = list(found)

    async def viewer(self, headers: Mapping[bytes, bytes]) -> Viewer:  # noqa: ARG002  never looked at
        found = self._found.pop(0) if len(self._found) > 1 else self._found[0]
        if isinstance(found, type):
            raise found
        return found


async def numbers(seconds: float = QUICK) -> AsyncIterator[int]:
    for number in range(200):
        await asyncio.sleep(seconds)
        yield number


def heard(known: Known, results: AsyncIterator[int]) -> list[int]:
    async def main() -> list[int]:
        return [each async for each in known.heeding({}, COORDINATOR, results)]

    return asyncio.run(asyncio.wait_for(main(), 20))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authentication, "RECHECK_SECONDS", QUICK)


def test_database_that_is_away_ends_no_stream() -> None:
    known = Known(KeysUnavailable, COORDINATOR, KeysUnavailable)
    assert heard(known, numbers(QUICK / 10)) == list(range(200))


@pytest.mark.parametrize("found", [UnknownToken, PUBLIC])
def test_stream_ends_once_its_viewer_is_somebody_else(found: Any) -> None:
    told = heard(Known(COORDINATOR, KeysUnavailable, found), numbers())
    assert len(told) < 100


def test_nothing_is_told_any_more_once_that_is_known() -> None:
    async def main() -> list[int]:
        stream: AsyncGenerator[int, None] = Known(UnknownToken).heeding({}, COORDINATOR, ready())
        first = await anext(stream)
        await asyncio.sleep(QUICK * 20)
        return [first, *[each async for each in stream]]

    async def ready() -> AsyncIterator[int]:
        """Always has something."""
        for number in range(200):
            yield number

    assert asyncio.run(main()) == [0]


def test_database_that_is_away_makes_nobody_unknown(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(api.net)
    issued = office.own.issue_token(
        office.active(Role.COORDINATOR, terc=None), "test", frozenset({Role.COORDINATOR}), None
    )

    def away(*_: Any) -> Any:
        raise OperationalError("the database is away")

    assert api.post("{ __typename }", token=issued.secret).status_code == 200
    monkeypatch.setattr(sessions, "of_token", away)
    refused = api.post("{ __typename }", token=issued.secret, accept=NEW)
    assert refused.status_code == 503
    assert refused.json()["errors"][0]["extensions"]["code"] == "database_unavailable"
    token = {"Authorization": f"Bearer {issued.secret}"}
    for path in ("/auth/me", "/spotkania.ics"):
        told = api.client.get(path, headers=token)
        assert (told.status_code, told.json()["code"]) == (503, "storage_unavailable")


def test_database_that_is_away_ends_an_operation_not_the_connection(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(api.net)
    secret = office.own.issue_token(
        office.active(Role.COORDINATOR, terc=None), "test", frozenset({Role.COORDINATOR}), None
    ).secret
    ask = {"id": "1", "type": "subscribe", "payload": {"query": "{ __typename }"}}
    known = sessions.of_token

    def away(*_: Any) -> Any:
        raise OperationalError("the database is away")

    with api.client.websocket_connect("/graphql", subprotocols=["graphql-transport-ws"]) as socket:
        socket.send_json(
            {"type": "connection_init", "payload": {"authorization": f"Bearer {secret}"}}
        )
        assert socket.receive_json() == {"type": "connection_ack"}
        monkeypatch.setattr(sessions, "of_token", away)
        socket.send_json(ask)
        refused = socket.receive_json()
        assert (refused["id"], refused["type"]) == ("1", "error")
        assert refused["payload"][0]["extensions"]["code"] == "database_unavailable"
        monkeypatch.setattr(sessions, "of_token", known)
        socket.send_json(ask)
        assert socket.receive_json()["payload"]["data"] == {"__typename": "Query"}
