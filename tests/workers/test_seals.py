"""The commands that seal, verify, move and forget, as an auditor and an operator use them."""

from __future__ import annotations

import gzip
import io
import json
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch
from uuid import UUID, uuid4

import psycopg
import pytest
import structlog
from psycopg import sql

from infra.bootstrap import connect
from infra.embedded.postgres import Postgres
from infra.keyfiles import CHECKPOINT, master_key
from infra.settings import Settings
from tests.infra.visits import ANNA, JAN, NAME, House, opened
from tests.network import network
from workers.cli import main


class Answer(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@dataclass
class Place:
    """One installation: a data directory and a database."""

    url: str
    data: Path

    def wspolna(self, *arguments: str, language: str = "pl_PL") -> Answer:
        environment = {
            "DATABASE_URL": self.url,
            "WSPOLNA_DATA": str(self.data),
            "LANG": f"{language}.UTF-8",
        }
        out, err = io.StringIO(), io.StringIO()
        with (
            patch.dict(os.environ, environment),
            patch.object(sys, "argv", ["wspolna", *arguments]),
            patch.object(sys, "stdin", io.StringIO()),
            redirect_stdout(out),
            redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):
            main()
        structlog.reset_defaults()
        return Answer(int(ended.value.code or 0), out.getvalue(), err.getvalue())

    def done(self, *arguments: str) -> str:
        answer = self.wspolna(*arguments)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def execute(self, statement: str) -> None:
        with connect(self.url) as connection:
            connection.execute(statement.encode())

    def house(self) -> Iterator[House]:
        settings = Settings.from_environment({"WSPOLNA_DATA": str(self.data)})
        with opened(self.url, master_key(settings)) as house:
            yield house


@pytest.fixture
def old(database_url: str, tmp_path: Path) -> Place:
    return Place(database_url, tmp_path / "old")


@pytest.fixture
def new(postgres: Postgres, _migrated_template: str, tmp_path: Path) -> Iterator[Place]:
    name = f"new_{uuid4().hex[:12]}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
    with psycopg.connect(postgres.url(), autocommit=True) as server:
        server.execute(create.format(sql.Identifier(name), sql.Identifier(_migrated_template)))
        yield Place(postgres.url(name), tmp_path / "new")
        server.execute(drop.format(sql.Identifier(name)))


def test_an_auditor_verifies_an_export_with_what_was_kept(old: Place, tmp_path: Path) -> None:
    with network(old.url) as net:
        net.register()
        net.published("Nowy most")
    (tmp_path / "key").write_text(old.done("log", "key"))
    file, kept = tmp_path / "log.gz", tmp_path / "checkpoint"
    assert json.loads(old.done("log", "export", str(file), "--json"))["events"] == 3
    options = ("--key", str(tmp_path / "key"))
    done = old.done("log", "verify", str(file), *options, "--save", str(kept))
    assert done.splitlines()[0] == "Sprawdzono zdarzeń: 3, pieczęci: 1; jeszcze bez pieczęci: 0."
    assert done.splitlines()[-1] == "Dziennik jest nienaruszony."

    text = gzip.decompress(file.read_bytes())
    file.write_bytes(gzip.compress(text.replace(b"Nowy most", b"Stary most", 1)))
    found = old.wspolna("log", "verify", str(file), *options, "--checkpoint", str(kept))
    assert found.returncode == 1
    assert found.stdout.splitlines()[0].startswith(
        "zdarzenie zmieniono po zapieczętowaniu: pozycja 2, NewsItem.Drafted, "
    )
    english = old.wspolna("log", "verify", str(file), *options, language="en_GB")
    assert english.stdout.startswith("the event was changed after sealing: position 2, ")


def test_a_database_cut_at_its_end_is_found_without_a_word(old: Place, tmp_path: Path) -> None:
    with network(old.url) as net:
        net.register()
        old.done("log", "export", str(tmp_path / "1"))
        net.published()
        old.done("log", "export", str(tmp_path / "2"))
    assert json.loads(old.done("log", "verify", "--json"))["seals"] == 2
    old.execute("DELETE FROM events WHERE position > 1")
    old.execute("DELETE FROM seals WHERE number = 2")
    found = old.wspolna("log", "verify", "--json")
    assert found.returncode == 1
    (finding,) = json.loads(found.stdout)["findings"]
    assert (finding["fault"], finding["position"], finding["seal"]) == ("truncated", 3, 2)


def test_one_event_is_proven(old: Place, tmp_path: Path) -> None:
    with network(old.url) as net:
        net.register()
    unsealed = old.wspolna("log", "prove", "1")
    assert (unsealed.returncode, unsealed.stderr.strip()) == (
        1,
        "Pozycja 1 nie jest jeszcze zapieczętowana.",
    )
    old.done("log", "export", str(tmp_path / "log.gz"))
    proof = json.loads(old.done("log", "prove", "1"))
    assert (proof["event"]["type"], proof["index"]) == ("Municipality.Registered", 0)
    assert proof["seal"]["event_count"] == 1


def test_a_network_moves_with_its_persons(old: Place, new: Place, tmp_path: Path) -> None:
    for house in old.house():
        visit = house.announce(JAN, NAME)
    (tmp_path / "passphrase").write_text("długie i tajne\n")
    passphrase = ("--passphrase-file", str(tmp_path / "passphrase"))
    file = tmp_path / "log.gz"
    old.done("log", "export", str(file), "--with-keys", *passphrase)
    assert NAME.encode() not in gzip.decompress(file.read_bytes())
    assert new.done("log", "import", str(file), *passphrase).endswith("nienaruszony.\n")
    for house in new.house():
        assert house.visit(visit).guest.clear == NAME
    assert (new.data / CHECKPOINT).read_text() == (old.data / CHECKPOINT).read_text()
    assert stat.S_IMODE((new.data / "master-key").stat().st_mode) == 0o600
    again = new.wspolna("log", "import", str(file), *passphrase)
    assert again.returncode == 1
    assert "tabela „events” nie jest pusta" in again.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"old", "new", "passphrase", "log.gz"}


def test_a_person_is_forgotten_once_and_for_all(old: Place) -> None:
    for house in old.house():
        visit = house.announce(JAN, NAME)
        answer = json.loads(old.done("person", "forget", str(JAN), "--yes", "--json"))
        assert answer == {"person": str(JAN), "position": 2}
        assert house.visit(visit).guest.shown() == "[dane usunięte]"
    assert UUID(answer["person"]) == JAN


def test_a_mistyped_person_and_a_missing_yes_remove_nothing(old: Place) -> None:
    for house in old.house():
        visit = house.announce(JAN, NAME)
        unknown = old.wspolna("person", "forget", str(ANNA), "--yes")
        assert (unknown.returncode, unknown.stderr) == (1, f"Nie ma danych osoby {ANNA}.\n")
        assert old.wspolna("person", "forget", str(JAN)).returncode == 1
        assert house.visit(visit).guest.clear == NAME


def test_what_is_no_export_or_key_is_refused_in_one_line(old: Place, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("nic")
    for arguments in (
        ("log", "verify", str(tmp_path / "file")),
        ("log", "import", str(tmp_path / "file")),
        ("log", "verify", "--key", str(tmp_path / "file")),
        ("log", "verify", "--checkpoint", str(tmp_path / "file")),
    ):
        refused = old.wspolna(*arguments)
        assert refused.returncode == 1
        assert len(refused.stderr.splitlines()) == 1
