"""Documents known beforehand, introspection off: how production may be closed."""

import json
from hashlib import sha256
from pathlib import Path

from litestar.testing import TestClient

from api.app import create_app
from api.graphql.trusted import Options, TrustedDocuments
from tests.api.conftest import NEW, settings
from tests.network import Network

KNOWN = "{ news { totalCount } }"
DIGEST = sha256(KNOWN.encode()).hexdigest()


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
