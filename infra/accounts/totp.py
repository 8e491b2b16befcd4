"""Time-based one-time passwords, RFC 6238: SHA-1, six digits, thirty seconds, as every app has them."""

import base64
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DRIFT = 1
"""Steps that a clock may be off, either way."""


def new_key() -> bytes:
    return secrets.token_bytes(20)


def code_at(key: bytes, step: int) -> str:
    """RFC 4226, 5.3."""
    mac = hmac.digest(key, struct.pack(">Q", step), "sha1")
    offset = mac[-1] & 0x0F
    (number,) = struct.unpack(">I", mac[offset : offset + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"


def step_of(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


def matching_step(key: bytes, code: str, at: datetime, after: int | None) -> int | None:
    """The step that the code is of, if it is newer than the one last used; None: a wrong code."""
    now = step_of(at)
    given = "".join(code.split())
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        right = hmac.compare_digest(code_at(key, step).encode(), given.encode("utf-8", "replace"))
        if right and (after is None or step > after):
            found = step
    return found


def shown(key: bytes) -> str:
    """As an app takes it from the keyboard."""
    return base64.b32encode(key).decode().rstrip("=")


def address(key: bytes, email: str, issuer: str = "Wspólna Przestrzeń") -> str:
    """`otpauth://`, which an app reads from a QR code."""
    label = quote(f"{issuer}:{email}", safe="@")
    return f"otpauth://totp/{label}?{urlencode({'secret': shown(key), 'issuer': issuer}, quote_via=quote)}"
