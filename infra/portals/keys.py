"""Secrets of keys: recognisable, shown once, kept as hashes; and who holds one, strictly as of now."""

import threading
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg_pool import ConnectionPool

from domain.portals import Portal, Scope
from infra.accounts.secrets import hashed, new_secret
from infra.event_store import PostgresEventStore

PREFIX = "wspolna_portal_"
"""Begins every key, so that one that leaked into a repository is recognised."""
KEPT = 1_000

_CHECKSUM = 8

_VERSION = "SELECT version FROM events WHERE stream_id = %s ORDER BY version DESC LIMIT 1"


class Place(NamedTuple):
    """Which key a secret is of. That never changes, so whoever knows it needn't ask again."""

    key_id: UUID
    portal_id: UUID


@dataclass(frozen=True)
class Holder:
    """Who asks with a key: what it may do, and how often."""

    key_id: UUID
    portal_id: UUID
    scopes: frozenset[Scope]
    requests_per_minute: int


def new_key() -> str:
    """256 random bits between the prefix and a checksum of both."""
    secret = PREFIX + new_secret()
    return secret + _checksum(secret)


def well_formed(secret: str) -> bool:
    """Whether it could be one of ours: what was mistyped or made up isn't looked for."""
    body = secret[:-_CHECKSUM]
    return secret.startswith(PREFIX) and secret[-_CHECKSUM:] == _checksum(body)


def issue(connection: Connection[Any], place: Place) -> str | None:
    """The key, which nobody can show again; None where it was shown already."""
    secret = new_key()
    made = connection.execute(
        "INSERT INTO portal_keys (id, portal_id, hash) VALUES (%s, %s, %s) "
        "ON CONFLICT (id) DO NOTHING",
        (place.key_id, place.portal_id, hashed(secret)),
    )
    return secret if made.rowcount == 1 else None


def place_of(connection: Connection[Any], key_hash: bytes) -> Place | None:
    row = connection.execute(
        "SELECT id, portal_id FROM portal_keys WHERE hash = %s", (key_hash,)
    ).fetchone()
    return Place(*row) if row else None


def version_of(connection: Connection[Any], portal_id: UUID) -> int:
    """As of now; 0: the portal isn't there."""
    row = connection.execute(_VERSION, (portal_id,)).fetchone()
    return row[0] if row else 0


class Portals:
    """Portals as their streams have them, each kept until its version is another."""

    def __init__(self, pool: ConnectionPool[Connection[Any]]) -> None:
        # Without a vault: who its contact is stays sealed, and no key is asked for.
        self._store = PostgresEventStore(pool, announce=lambda _position: None)
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[UUID, int], Portal] = OrderedDict()

    def known(self, portal_id: UUID, version: int) -> Portal | None:
        """None: not in memory."""
        with self._lock:
            return self._known.get((portal_id, version))

    def read(self, portal_id: UUID, version: int) -> Portal | None:
        """None: there is none."""
        found = self._store.load(Portal, portal_id)
        if found is not None:
            with self._lock:
                self._known[portal_id, version] = found
                if len(self._known) > KEPT:
                    self._known.popitem(last=False)
        return found


def holder(portal: Portal | None, place: Place, at: datetime) -> Holder | None:
    """None: the key opens nothing."""
    key = portal.good_key(place.key_id, at) if portal is not None else None
    if portal is None or key is None:
        return None
    return Holder(*place, key.scopes, portal.terms.requests_per_minute)


def _checksum(secret: str) -> str:
    return f"{zlib.crc32(secret.encode('utf-8', 'surrogatepass')):08x}"
