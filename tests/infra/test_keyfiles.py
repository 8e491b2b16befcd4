import stat
from base64 import b64encode
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.bootstrap import connect, seal_log
from infra.keyfiles import CHECKPOINT, seal_key, vault
from infra.seal.keys import SealKey
from infra.seal.sealer import read_checkpoint
from infra.seal.store import last_checkpoint, verify_stored
from infra.settings import Settings, SettingsError
from tests.infra.visits import MASTER, opened


def settings(data: Path, environment: Mapping[str, str] | None = None) -> Settings:
    return Settings.from_environment({"WSPOLNA_DATA": str(data), **(environment or {})})


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = seal_key(settings(tmp_path))
    assert seal_key(settings(tmp_path)).id == first.id
    vault(settings(tmp_path))
    for name in ("seal-key", "master-key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert (tmp_path / "seal-key").read_text() != (tmp_path / "master-key").read_text()


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    shared = settings(tmp_path)
    with ThreadPoolExecutor(8) as threads:
        ids = list(threads.map(lambda _: seal_key(shared).id, range(16)))
    assert len(set(ids)) == 1
    assert {file.name for file in tmp_path.iterdir()} == {"seal-key"}


def test_a_key_of_the_environment_leaves_no_file(tmp_path: Path) -> None:
    given = b64encode(bytes(range(32))).decode()
    assert (
        seal_key(settings(tmp_path, {"WSPOLNA_SEAL_KEY": given})).id == SealKey(bytes(range(32))).id
    )
    assert not (tmp_path / "seal-key").exists()


@pytest.mark.parametrize("text", ["?", b64encode(b"short").decode(), b64encode(bytes(33)).decode()])
def test_what_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="WSPOLNA_MASTER_KEY"):
        vault(settings(tmp_path, {"WSPOLNA_MASTER_KEY": text}))


def test_settings_do_not_print_their_keys(tmp_path: Path) -> None:
    given = b64encode(bytes(32)).decode()
    assert given not in repr(settings(tmp_path, {"WSPOLNA_SEAL_KEY": given}))


def test_the_worker_seals_and_keeps_the_end_outside(database_url: str, tmp_path: Path) -> None:
    with opened(database_url, MASTER) as house:
        house.announce()
    environment = {"DATABASE_URL": database_url}
    assert seal_log(settings(tmp_path, environment)) == 1
    assert seal_log(settings(tmp_path, environment)) == 0
    with connect(database_url) as connection:
        kept = read_checkpoint(tmp_path / CHECKPOINT)
        assert last_checkpoint(connection) == kept
        assert verify_stored(connection, kept=[kept]).passed
