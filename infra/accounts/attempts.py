"""Growing pauses between guesses, counted per account *and* source: nobody can lock out somebody else.

Counted before the guess is looked at, so that many processes at once don't let through more.
"""

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from psycopg import Connection

from domain.errors import DomainError
from infra.personal.master import WrappingKey

FORGOTTEN_AFTER = timedelta(hours=1)


class TooManyAttempts(DomainError):
    code = "too_many_attempts"
    pl = "Za dużo prób. Następna będzie możliwa za {seconds} s."
    en = "Too many attempts. The next one is possible in {seconds} s."


class Limit(NamedTuple):
    """`free` attempts without a pause; then one, two, four … seconds, up to `longest`."""

    free: int
    longest: timedelta = timedelta(minutes=15)


GUESSES = Limit(free=5)
"""At one account from one source."""
FROM_ONE_SOURCE = Limit(free=50, longest=timedelta(seconds=5))
"""At whatever accounts. An office behind one address has many people, whom one of them mustn't lock out."""
CODES = Limit(free=10)
"""At one account from anywhere: only who knows its password comes so far."""

_COUNT = """
INSERT INTO attempts AS known (key, failed, last_at, next_at)
VALUES (%(key)s, 1, %(at)s, %(at)s)
ON CONFLICT (key) DO UPDATE SET
    failed = CASE WHEN known.last_at < %(old)s THEN 1 ELSE known.failed + 1 END,
    last_at = %(at)s,
    next_at = CASE WHEN known.last_at < %(old)s OR known.failed + 1 < %(free)s THEN %(at)s ELSE
        %(at)s::timestamptz + least(%(longest)s, interval '1 second' * 2 ^ least(known.failed + 1 - %(free)s, 30)) END
WHERE known.next_at <= %(at)s
RETURNING failed
"""


class Attempts:
    def __init__(self, master: WrappingKey) -> None:
        self._master = master

    def key(self, *parts: str) -> bytes:
        """Keyed: who was tried from where can't be read out of the table."""
        return self._master.mac("attempts", "\0".join(parts))

    def count(self, connection: Connection[Any], key: bytes, limit: Limit, at: datetime) -> None:
        """Counts one more; raises TooManyAttempts, and then it isn't counted."""
        values = {
            "key": key,
            "at": at,
            "old": at - FORGOTTEN_AFTER,
            "free": limit.free,
            "longest": limit.longest,
        }
        if connection.execute(_COUNT, values).fetchone() is None:
            raise TooManyAttempts(seconds=self._wait(connection, key, at))

    def forget(self, connection: Connection[Any], keys: Sequence[bytes]) -> None:
        connection.execute("DELETE FROM attempts WHERE key = ANY(%s)", (list(keys),))

    def uncount(self, connection: Connection[Any], key: bytes) -> None:
        """It was no guess: of the earlier ones none is forgotten."""
        connection.execute("UPDATE attempts SET failed = failed - 1 WHERE key = %s", (key,))

    def _wait(self, connection: Connection[Any], key: bytes, at: datetime) -> int:
        row = connection.execute("SELECT next_at FROM attempts WHERE key = %s", (key,)).fetchone()
        return max(1, round((row[0] - at).total_seconds())) if row else 1


def source_of(address: str | None) -> str:
    """Whoever has one IPv6 address has its whole /64."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
