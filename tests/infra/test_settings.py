from __future__ import annotations

from pathlib import Path

import pytest

from infra.settings import Settings, SettingsError


def test_the_defaults_are_embedded_on_port_8000(tmp_path: Path) -> None:
    settings = Settings.from_environment({"WSPOLNA_DATA": str(tmp_path)})
    assert (settings.database_url, settings.broker_url, settings.port) == (None, None, 8000)
    assert settings.embedded
    assert settings.postgres_url.startswith("postgresql://postgres@/wspolna?host=")


def test_there_is_no_operator_token_unless_one_is_given(tmp_path: Path) -> None:
    environment = {"WSPOLNA_DATA": str(tmp_path / "data")}
    assert Settings.from_environment(environment).operator_token is None
    given = {**environment, "WSPOLNA_OPERATOR_TOKEN": "given"}
    assert Settings.from_environment(given).operator_token == "given"
    assert list((tmp_path / "data").iterdir()) == []


def test_secrets_of_the_settings_are_not_printed(tmp_path: Path) -> None:
    secrets = {
        "WSPOLNA_OPERATOR_TOKEN": "sekret-1",
        "SMTP_URL": "smtps://u:sekret-2@mail.example",
        "OIDC_ISSUER": "https://login.example",
        "OIDC_CLIENT_ID": "wspolna",
        "OIDC_CLIENT_SECRET": "sekret-3",
    }
    settings = Settings.from_environment({"WSPOLNA_DATA": str(tmp_path), **secrets})
    assert "sekret" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WSPOLNA_URL", "wspolna.example"),
        ("WSPOLNA_URL", "https://wspolna.example?x"),
        ("OIDC_ISSUER", "http://login.example"),
        ("OIDC_CLIENT_ID", "without an issuer"),
    ],
)
def test_address_that_can_not_be_used_is_refused(name: str, value: str, tmp_path: Path) -> None:
    environment = {"WSPOLNA_DATA": str(tmp_path), "OIDC_CLIENT_ID": "wspolna", name: value}
    with pytest.raises(SettingsError):
        Settings.from_environment(environment)


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "80 ", "٨٠"])
def test_a_port_that_is_none_is_refused(port: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="WSPOLNA_PORT is a number from 1 to 65535"):
        Settings.from_environment({"WSPOLNA_PORT": port, "WSPOLNA_DATA": str(tmp_path)})


def test_a_data_directory_that_is_a_file_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(SettingsError, match="can't be used"):
        Settings.from_environment({"WSPOLNA_DATA": str(tmp_path / "data")})
