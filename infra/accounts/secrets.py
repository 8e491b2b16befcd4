"""Secrets that we hand out: random, shown once, kept as a hash."""

import hashlib
import secrets

ACCESS_TOKEN = "wspolna_"  # noqa: S105  a prefix
"""Begins every access token, so that one that leaked into a repository is recognised."""


def new_secret() -> str:
    """256 random bits, fit for an address."""
    return secrets.token_urlsafe(32)


def new_access_token() -> str:
    return ACCESS_TOKEN + new_secret()


def hashed(secret: str) -> bytes:
    """Unsalted and fast, because what is hashed can't be guessed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
