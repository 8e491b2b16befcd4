"""Ed25519 keys of the seals. The private one signs; anyone who kept the public one can verify."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PublicKeys = Mapping[str, bytes]
"""Raw public keys (32 bytes) by their id."""


class SealKey:
    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = key_id(self.public)

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


def key_id(public: bytes) -> str:
    return sha256(b"wspolna.key\x00" + public).hexdigest()[:16]


def signed_by(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_text(public: bytes) -> str:
    """One line to keep outside the installation, such as `wspolna-ed25519 dGV4dA==`."""
    return f"wspolna-ed25519 {b64encode(public).decode()}"


def public_from_text(text: str) -> bytes:
    """Raises ValueError."""
    kind, _, encoded = text.strip().partition(" ")
    public = b64decode(encoded, validate=True)
    if kind != "wspolna-ed25519" or len(public) != 32:
        raise ValueError("not a public key of the seals")
    return public


def keyring(publics: Iterable[bytes]) -> PublicKeys:
    return {key_id(public): public for public in publics}
