"""GUS's register from the command line."""

import json
from pathlib import Path

from tests.infra.test_terc import CSV
from tests.network import network
from tests.workers.terminal import Wspolna


def test_register_is_tried_taken_over_and_found_the_same(
    wspolna: Wspolna, database_url: str, tmp_path: Path
) -> None:
    source = tmp_path / "TERC.csv"
    source.write_text(CSV, "utf-8-sig")
    tried = wspolna("municipality", "terc", str(source), "--dry-run")
    assert (tried.returncode, "nowa: 2" in tried.stdout) == (0, True), tried.stderr
    with network(database_url) as net:
        assert net.events() == []
    done = json.loads(wspolna("municipality", "terc", str(source), "--json").stdout)
    assert done["changes"][0] == {
        "difference": "NEW", "terc": "100704", "was": None, "becomes": "Opoczno", "asOf": "2024-01-01",
    }  # fmt: skip
    again = wspolna("municipality", "terc", str(source))
    assert again.stdout == "Bez różnic.\n"


def test_file_that_is_no_register_is_refused(wspolna: Wspolna, tmp_path: Path) -> None:
    source = tmp_path / "TERC.csv"
    source.write_text(CSV.replace("RODZ", "R"))
    refused = wspolna("municipality", "terc", str(source))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "brakuje kolumn RODZ" in refused.stderr
