"""The master key wraps every person's key. It never is in the database, nor in its backups."""

import hmac
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from projections.log import KeyMissing

_NONCE = 12


class WrongMasterKey(KeyMissing):
    """The key of this installation isn't the one that wrapped a person's key; the text is both's."""

    pl = (
        "Klucz główny (WSPOLNA_MASTER_KEY albo plik master-key w katalogu danych) nie pasuje do "
        "kluczy osób w bazie."
    )
    en = (
        "The master key (WSPOLNA_MASTER_KEY, or the file master-key in the data directory) doesn't "
        "fit the keys of persons in the database."
    )

    def __init__(self) -> None:
        super().__init__(self.en)


class WrappingKey:
    """32 bytes that wrap others, each bound to its person."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(secret)
        self._mac_key = hmac.digest(secret, b"wspolna.mac\x00\x01", "sha256")

    def wrap(self, person_id: UUID, key: bytes) -> bytes:
        return encrypt(self._cipher, key, _bound(person_id))

    def unwrap(self, person_id: UUID, wrapped: bytes) -> bytes:
        """Raises WrongMasterKey."""
        try:
            return decrypt(self._cipher, wrapped, _bound(person_id))
        except InvalidTag as error:
            raise WrongMasterKey from error

    def lock(self, purpose: str, owner: UUID, secret: bytes) -> bytes:
        """For a table: opens only for the same purpose and owner."""
        return encrypt(self._cipher, secret, _locked(purpose, owner))

    def unlock(self, purpose: str, owner: UUID, locked: bytes) -> bytes:
        """Raises WrongMasterKey."""
        try:
            return decrypt(self._cipher, locked, _locked(purpose, owner))
        except InvalidTag as error:
            raise WrongMasterKey from error

    def mac(self, purpose: str, text: str) -> bytes:
        """The same for the same text; without the key nobody can try texts on it."""
        said = f"{purpose}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._mac_key, said, "sha256")


def encrypt(cipher: AESGCM, clear: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, clear, bound_to)


def decrypt(cipher: AESGCM, sealed: bytes, bound_to: bytes) -> bytes:
    """Raises cryptography.exceptions.InvalidTag."""
    if len(sealed) <= _NONCE:
        raise InvalidTag
    return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to)


def _locked(purpose: str, owner: UUID) -> bytes:
    return b"wspolna.locked\x00\x01" + owner.bytes + purpose.encode()


def _bound(person_id: UUID) -> bytes:
    return b"wspolna.person-key\x00\x01" + person_id.bytes
