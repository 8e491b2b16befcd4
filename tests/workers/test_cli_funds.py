"""Calls and initiatives from the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from domain.calls.programme import Programme
from domain.initiatives.states import InitiativeState
from tests.funds import Funds, budget, funds


def wspolna(given: Funds, tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": given.net.database_url,
        "WSPOLNA_DATA": str(tmp_path / "data"),
        "LANG": "pl_PL.UTF-8",
    }
    return subprocess.run(
        [sys.executable, "-m", "workers.cli", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_list_of_calls_is_tried_and_then_imported(database_url: str, tmp_path: Path) -> None:
    with funds(database_url) as given:
        programme = given.store.load(Programme, given.programme)
        assert programme is not None
        source = tmp_path / "nabory.csv"
        source.write_text(
            "program;numer;tytuł;od;do;alokacja;poziom dofinansowania\n"
            f"{programme.code};FS.5/26;Ścieżki;2026-01-01;2026-12-31;1 000 000 zł;85%\n",
            "utf-8",
        )
        before = given.net.value("SELECT count(*) FROM events")
        tried = wspolna(given, tmp_path, "import", "calls", str(source), "--dry-run")
        assert tried.returncode == 0, tried.stderr
        assert "ogłoszone: 1" in tried.stdout
        assert given.net.value("SELECT count(*) FROM events") == before

        done = wspolna(given, tmp_path, "import", "calls", str(source), "--json")
        assert [each["outcome"] for each in json.loads(done.stdout)] == ["announced"]
        given.net.project()
        listed = wspolna(given, tmp_path, "call", "list")
        assert "FS.5/26" in listed.stdout

        nothing = wspolna(given, tmp_path, "import", "calls", str(tmp_path / "nie-ma.csv"))
        assert (nothing.returncode, "nie-ma.csv" in nothing.stderr) == (1, True)


def test_budget_goes_out_and_comes_back(database_url: str, tmp_path: Path) -> None:
    with funds(database_url) as given:
        found = given.reached(InitiativeState.IN_PREPARATION)
        given.net.project()
        target = str(tmp_path / "budzet.xlsx")
        out = wspolna(given, tmp_path, "initiative", "export-budget", str(found), target)
        assert out.returncode == 0, out.stderr
        back = wspolna(given, tmp_path, "initiative", "import-budget", str(found), target, "--json")
        assert json.loads(back.stdout) == {
            "version": given.initiative(found).version,
            "budget": 1,
            "changed": False,
        }
        assert given.initiative(found).budget == budget()

        told = wspolna(given, tmp_path, "initiative", "next", str(found))
        assert "submitApplication" in told.stdout
        assert str(found) in wspolna(given, tmp_path, "initiative", "list").stdout
