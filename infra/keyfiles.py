"""Secret keys of the installation: from the environment, or a file in the data directory."""

import os
import secrets
from base64 import b64decode, b64encode
from pathlib import Path
from tempfile import mkstemp

from infra.personal.master import WrappingKey
from infra.personal.vault import PersonalVault
from infra.seal.keys import SealKey
from infra.settings import Settings, SettingsError

CHECKPOINT = "seal-checkpoint.json"
"""In the data directory: the newest seal, kept outside of the database."""


def seal_key(settings: Settings) -> SealKey:
    """Raises SettingsError."""
    secret = _secret("WSPOLNA_SEAL_KEY", settings.seal_key, settings.data / "seal-key")
    return SealKey(secret)


def master_key(settings: Settings) -> WrappingKey:
    """Raises SettingsError."""
    secret = _secret("WSPOLNA_MASTER_KEY", settings.master_key, settings.data / "master-key")
    return WrappingKey(secret)


def vault(settings: Settings) -> PersonalVault:
    """Raises SettingsError."""
    return PersonalVault(master_key(settings))


def _secret(variable: str, given: str | None, path: Path) -> bytes:
    text = given if given is not None else _file(path)
    try:
        secret = b64decode(text.strip(), validate=True)
    except ValueError:
        secret = b""
    if len(secret) != 32:
        raise SettingsError(
            f"{variable} (albo plik {path.name}) to 32 bajty zapisane w base64.",
            f"{variable} (or the file {path.name}) is 32 bytes written in base64.",
        )
    return secret


def _file(path: Path) -> str:
    """Made at first use. Several may start at once: the first file wins, whole."""
    try:
        if not path.exists():
            _write_once(path, b64encode(secrets.token_bytes(32)).decode())
        return path.read_text()
    except OSError as error:
        raise SettingsError(
            f"Plik z kluczem {path} nie daje się użyć: {error.strerror}.",
            f"The key file {path} can't be used: {error.strerror}.",
        ) from error


def _write_once(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = mkstemp(prefix=f"{path.name}.", dir=path.parent)  # mode 0600
    draft = Path(name)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
