"""Who asks with a key. The portal's version is read for every request, after it arrived: what was revoked
counts with the next request in every process, and nothing has to be told to anybody."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from api.graphql.wire import StatementFailed, Unavailable, Wire
from infra.accounts.secrets import hashed
from infra.portals.keys import Holder, Place, Portals, holder, place_of, version_of, well_formed

if TYPE_CHECKING:
    from api.auth.accounts import Accounts

KEPT = 5_000

_VERSIONS = """
SELECT string_agg(coalesce(known.version, 0)::text, ',' ORDER BY asked.at)
FROM unnest($1::uuid[]) WITH ORDINALITY AS asked (id, at)
LEFT JOIN LATERAL (
    SELECT version FROM events WHERE stream_id = asked.id ORDER BY version DESC LIMIT 1
) AS known ON true
"""


class KeysUnavailable(Exception):
    """The database is away, so nobody knows whether a key, a token or a session is good."""


class Keyring:
    def __init__(self, accounts: "Accounts", wire: Wire) -> None:
        self._accounts = accounts
        self._versions = Versions(wire)
        self._portals: Portals | None = None
        self._places: OrderedDict[bytes, Place] = OrderedDict()
        self._now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def holder(self, secret: str) -> Holder | None:
        """None: it opens nothing. Raises KeysUnavailable."""
        if not well_formed(secret):
            return None
        try:
            place = await self._place(hashed(secret))
            if place is None:
                return None
            version = await self._version(place.portal_id)
            known = self.portals.known(place.portal_id, version)
            if known is None:
                known = await self._accounts.do(self.portals.read, place.portal_id, version)
        except (OperationalError, PoolTimeout):
            raise KeysUnavailable from None
        return holder(known, place, self._now())

    @property
    def portals(self) -> Portals:
        if self._portals is None:
            self._portals = Portals(self._accounts.desk.pool)
        return self._portals

    async def _place(self, key_hash: bytes) -> Place | None:
        """Looked up by the hash, so that how long it takes says nothing of the secret."""
        known = self._places.get(key_hash)
        if known is not None:
            return known
        found: Place | None = await self._accounts.do(self._ask_place, key_hash)
        if found is not None:
            self._places[key_hash] = found
            if len(self._places) > KEPT:
                self._places.popitem(last=False)
        return found

    async def _version(self, portal_id: UUID) -> int:
        try:
            return await self._versions.of(portal_id)
        except (Unavailable, StatementFailed):  # while the process starts, or the line broke
            return await self._accounts.do(self._ask_version, portal_id)

    def _ask_place(self, key_hash: bytes) -> Place | None:
        with self._accounts.desk.connection() as connection:
            return place_of(connection, key_hash)

    def _ask_version(self, portal_id: UUID) -> int:
        with self._accounts.desk.connection() as connection:
            return version_of(connection, portal_id)


class Versions:
    """One tiny statement at a time; whoever asks while it runs shares the next one."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._waiting: list[tuple[UUID, asyncio.Future[int]]] = []
        self._reading = False

    async def of(self, portal_id: UUID) -> int:
        """As of a read that begins after this was asked; raises Unavailable or StatementFailed."""
        waiter: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((portal_id, waiter))
        if not self._reading:
            self._read()
        return await waiter

    def _read(self) -> None:
        waiting, self._waiting = self._waiting, []
        ids = list(dict.fromkeys(portal_id for portal_id, _ in waiting))
        try:
            sent = self._wire.send(_VERSIONS, [f"{{{','.join(map(str, ids))}}}".encode()])
        except Unavailable as error:
            _fail(waiting, error)
            return
        self._reading = True
        sent.row.add_done_callback(lambda row: self._told(row, ids, waiting))

    def _told(
        self,
        row: "asyncio.Future[tuple[bytes, ...]]",
        ids: list[UUID],
        waiting: list[tuple[UUID, "asyncio.Future[int]"]],
    ) -> None:
        self._reading = False
        error = row.exception()
        if error is not None:
            _fail(waiting, error)
        else:
            found = dict(zip(ids, map(int, row.result()[0].split(b",")), strict=True))
            for portal_id, waiter in waiting:
                if not waiter.done():
                    waiter.set_result(found[portal_id])
        if self._waiting:
            self._read()


def _fail(waiting: list[tuple[UUID, "asyncio.Future[int]"]], error: BaseException) -> None:
    for _, waiter in waiting:
        if not waiter.done():
            waiter.set_exception(error)
