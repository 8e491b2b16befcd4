"""Relay and Apollo work unchanged: one compiles its documents, the other normalises its cache."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from litestar.testing import TestClient

from api.app import create_app
from api.graphql.schema import SDL
from api.graphql.trusted import Options
from tests.api.conftest import settings
from tests.clients.packages import HERE, needs, run
from tests.network import OPOCZNO, Network


def compiled(folder: Path) -> Path:
    """The documents that relay-compiler makes, by their SHA-256."""
    needs(HERE)
    shutil.copytree(HERE / "relay", folder, dirs_exist_ok=True)
    shutil.copy(SDL, folder / "schema.graphql")
    (folder / "generated").mkdir()
    (folder / "persisted.json").write_text("{}")
    done = subprocess.run(
        ["node", HERE / "node_modules" / "relay-compiler" / "cli.js", "relay.config.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "persisted.json"


def test_relays_documents_page_and_refetch_as_trusted_ones(tmp_path: Path, net: Network) -> None:
    net.register()
    for number in range(5):
        net.published(f"Wiadomość {number}")
    net.project()
    file = compiled(tmp_path)
    options = Options.from_environment(
        {"WSPOLNA_TRUSTED_DOCUMENTS": str(file), "WSPOLNA_TRUSTED_ONLY": "on"}
    )
    digest = {
        name: next(d for d, text in options.trusted.texts.items() if f"query {name}" in text)
        for name in ("TownQuery", "TownNewsQuery", "TownItemQuery")
    }
    with TestClient(create_app(settings(net.database_url), options)) as client:

        def asked(name: str, **variables: object) -> Any:
            body = {"documentId": f"sha256:{digest[name]}", "variables": variables}
            answer = client.post("/graphql", json=body).json()
            assert "errors" not in answer, answer
            return answer["data"]

        town = asked("TownQuery", terc=OPOCZNO)["municipality"]
        titles, page = [], town
        while True:
            titles += [edge["node"]["title"] for edge in page["news"]["edges"]]
            more = page["news"]["pageInfo"]
            if not more["hasNextPage"]:
                break
            page = asked("TownNewsQuery", id=town["id"], cursor=more["endCursor"])["node"]
        assert sorted(titles) == [f"Wiadomość {number}" for number in range(5)]
        item = page["news"]["edges"][0]["node"]
        assert asked("TownItemQuery", id=item["id"])["node"]["title"] == item["title"]


def test_apollo_puts_pages_together_and_keeps_every_object_once(address: str, net: Network) -> None:
    net.register()
    for number in range(5):
        net.published(f"Wiadomość {number}")
    net.project()
    told = run("apollo.js", f"{address}/graphql")
    assert sorted(told["titles"]) == [f"Wiadomość {number}" for number in range(5)]
    objects = [name for name in told["objects"] if name != "__META"]  # Apollo's own, at times
    assert objects == ["Municipality", *["NewsItem"] * 5, "ROOT_QUERY"]
    assert {"id", "lead", "municipality", "title"} <= set(told["first"])
