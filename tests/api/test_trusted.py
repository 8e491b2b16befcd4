"""Documents known beforehand, introspection off: how production may be closed."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from api.app import create_app
from api.graphql.trusted import Options, TrustedDocuments
from tests.api.conftest import NEW, settings
from tests.api.test_subscribing import PROTOCOL, initialised
from tests.network import OPOCZNO, Network

KNOWN = "{ news { totalCount } }"
DIGEST = sha256(KNOWN.encode()).hexdigest()
FOLLOWED = "subscription ($after: Position) { changes(after: $after) { id } }"
FOLLOWED_DIGEST = sha256(FOLLOWED.encode()).hexdigest()


def test_known_document_is_asked_by_its_digest(net: Network) -> None:
    options = Options(trusted=TrustedDocuments({DIGEST: KNOWN}))
    with TestClient(create_app(settings(net.database_url), options)) as client:
        persisted = {"persistedQuery": {"version": 1, "sha256Hash": DIGEST}}
        for body in ({"extensions": persisted}, {"documentId": f"sha256:{DIGEST}"}):
            assert client.post("/graphql", json=body).json()["data"] == {"news": {"totalCount": 0}}
        unknown = client.post("/graphql", json={"documentId": "sha256:" + "0" * 64})
        assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
        assert unknown.status_code == 200
        asked = {"documentId": "sha256:" + "0" * 64}
        assert client.post("/graphql", json=asked, headers={"Accept": NEW}).status_code == 400
        assert client.post("/graphql", json={"query": "{ __typename }"}).status_code == 200


def test_nothing_but_known_documents_is_answered_where_that_is_switched_on(net: Network) -> None:
    options = Options(trusted=TrustedDocuments({DIGEST: KNOWN}, only=True))
    with TestClient(create_app(settings(net.database_url), options)) as client:
        assert client.post("/graphql", json={"query": KNOWN}).json()["data"]
        refused = client.post("/graphql", json={"query": "{ news { nodes { id } } }"}).json()
        assert refused["errors"][0]["extensions"] == {"code": "not_trusted"}


def first_told(net: Network, payload: dict[str, Any], *, only: bool) -> dict[str, Any]:
    """Over a websocket."""
    texts = {DIGEST: KNOWN, FOLLOWED_DIGEST: FOLLOWED}
    options = Options(trusted=TrustedDocuments(texts, only=only))
    with (
        TestClient(create_app(settings(net.database_url), options)) as client,
        client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket,
    ):
        initialised(socket).send_json({"id": "1", "type": "subscribe", "payload": payload})
        found: dict[str, Any] = socket.receive_json()
    return found


@pytest.mark.parametrize("only", [False, True])
def test_known_document_is_asked_by_its_digest_over_a_websocket(net: Network, only: bool) -> None:
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": DIGEST}}
    for payload in ({"extensions": persisted}, {"documentId": f"sha256:{DIGEST}"}):
        told = first_told(net, payload, only=only)
        assert told["payload"]["data"] == {"news": {"totalCount": 0}}
    unknown = first_told(net, {"documentId": "sha256:" + "0" * 64}, only=only)
    assert (unknown["type"], unknown["payload"][0]["message"]) == (
        "error",
        "PersistedQueryNotFound",
    )
    net.member(OPOCZNO)
    net.project()
    followed = {"documentId": FOLLOWED_DIGEST, "variables": {"after": 0}}
    assert first_told(net, followed, only=only)["payload"]["data"]["changes"]["id"]


def test_nothing_but_known_documents_is_answered_over_a_websocket_either(net: Network) -> None:
    for unknown in ("{ news { nodes { id } } }", "subscription { changes { id kind } }"):
        refused = first_told(net, {"query": unknown}, only=True)
        assert refused["type"] == "error"
        assert refused["payload"][0]["extensions"] == {"code": "not_trusted"}


def test_introspection_can_be_switched_off_and_typename_stays(net: Network) -> None:
    with TestClient(create_app(settings(net.database_url), Options(introspection=False))) as client:
        asked = {"query": "{ __schema { types { name } } }"}
        refused = client.post("/graphql", json=asked, headers={"Accept": NEW})
        assert refused.status_code == 400
        assert client.post("/graphql", json={"query": "{ __typename }"}).json()["data"]


def test_options_are_read_from_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "documents.json"
    path.write_text(json.dumps({"list": KNOWN}), "utf-8")
    options = Options.from_environment(
        {
            "WSPOLNA_INTROSPECTION": "off",
            "WSPOLNA_TRUSTED_DOCUMENTS": str(path),
            "WSPOLNA_TRUSTED_ONLY": "on",
        }
    )
    assert options == Options(False, TrustedDocuments({DIGEST: KNOWN}, only=True))
