"""The keys of persons on their way to another installation: wrapped under a passphrase."""

import os

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from infra.personal.master import WrappingKey
from infra.transfer.lines import Secret

# RFC 7914 and OWASP's password storage cheat sheet: 128 MiB and about half a second.
_N, _R, _P = 2**17, 8, 1


def new_secret() -> Secret:
    return Secret(os.urandom(16), _N, _R, _P)


def wrapping_key(passphrase: str, secret: Secret) -> WrappingKey:
    """Raises ValueError where the file asks for another work factor than ours."""
    if (secret.n, secret.r, secret.p) != (_N, _R, _P):
        raise ValueError("unknown work factor")
    derived = Scrypt(salt=secret.salt, length=32, n=secret.n, r=secret.r, p=secret.p)
    return WrappingKey(derived.derive(passphrase.encode()))
