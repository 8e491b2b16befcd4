"""Portals at the terminal."""

import json
from base64 import b64encode
from pathlib import Path
from uuid import uuid4

import pytest

from tests.network import network
from tests.portals import AdmittedPortal, application
from tests.workers.terminal import Wspolna


@pytest.fixture(autouse=True)
def _master_key(tmp_path: Path) -> None:
    """Of the network's own vault: who a portal's contact is stands sealed in its stream."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "master-key").write_text(b64encode(bytes(32)).decode())


def test_coordinator_sees_what_waits_and_decides(database_url: str, wspolna: Wspolna) -> None:
    with network(database_url) as net:
        portal = str(net.give(application()).stream_id)
        other = net.give(application("Inny")).stream_id
        net.project()
        waiting = json.loads(wspolna("portal", "list", "--waiting", "--json").stdout)
        assert {each["name"] for each in waiting} == {"Gminy w sieci", "Inny"}
        approved = wspolna("portal", "approve", portal, "--scope", "changes")
        assert (approved.returncode, "Gotowe." in approved.stdout) == (0, True), approved.stderr
        assert wspolna("portal", "reject", str(other), "--reason", "Bez adresu.").returncode == 0
        net.project()
        assert "Nie ma żadnego." in wspolna("portal", "list", "--waiting").stdout
        shown = json.loads(wspolna("portal", "show", portal, "--json").stdout)
        assert (shown["state"], shown["scopes"]) == ("ACTIVE", ["CHANGES"])


def test_key_is_revoked_and_its_secret_never_shown(database_url: str, wspolna: Wspolna) -> None:
    with network(database_url) as net:
        admitted = AdmittedPortal(net)
        key_id, secret = admitted.key()
        net.project()
        shown = wspolna("portal", "show", str(admitted.id), "--json").stdout
        assert json.loads(shown)["keys"][0]["name"] == "strona"
        assert secret not in shown
        assert wspolna("portal", "revoke", str(admitted.id), str(key_id)).returncode == 0
        assert net.events()[-1] == "Portal.KeyRevoked"


def test_portal_that_is_not_there_is_a_refusal(database_url: str, wspolna: Wspolna) -> None:
    with network(database_url) as net:
        net.project()
    for command in (("show",), ("close", "--reason", "x")):
        done = wspolna("portal", command[0], str(uuid4()), *command[1:])
        assert done.returncode == 1
        assert "portalu" in done.stderr
