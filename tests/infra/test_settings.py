from __future__ import annotations

import stat
from pathlib import Path

import pytest

from infra.settings import Settings, SettingsError


def test_the_defaults_are_embedded_on_port_8000(tmp_path: Path) -> None:
    settings = Settings.from_environment({"WSPOLNA_DATA": str(tmp_path)})
    assert (settings.database_url, settings.broker_url, settings.port) == (None, None, 8000)
    assert settings.embedded
    assert settings.postgres_url.startswith("postgresql://postgres@/wspolna?host=")


def test_the_operator_token_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    environment = {"WSPOLNA_DATA": str(tmp_path / "data")}
    first = Settings.from_environment(environment)
    second = Settings.from_environment(environment)
    assert first.operator_token == second.operator_token
    assert len(first.operator_token) == 32
    assert stat.S_IMODE((tmp_path / "data" / "operator-token").stat().st_mode) == 0o600


def test_a_given_operator_token_is_taken_as_it_is(tmp_path: Path) -> None:
    environment = {"WSPOLNA_DATA": str(tmp_path / "data"), "WSPOLNA_OPERATOR_TOKEN": "given"}
    assert Settings.from_environment(environment).operator_token == "given"
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "80 ", "٨٠"])
def test_a_port_that_is_none_is_refused(port: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="WSPOLNA_PORT is a number from 1 to 65535"):
        Settings.from_environment({"WSPOLNA_PORT": port, "WSPOLNA_DATA": str(tmp_path)})


def test_a_data_directory_that_is_a_file_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(SettingsError, match="can't be used"):
        Settings.from_environment({"WSPOLNA_DATA": str(tmp_path / "data")})
