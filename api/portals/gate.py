"""How often a key may ask, and how often it did. Headers: draft-ietf-httpapi-ratelimit-headers-10."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from psycopg import Error
from psycopg_pool import PoolTimeout

from infra.portals import quotas, usage
from infra.portals.keys import Holder
from infra.portals.usage import Count, Day

if TYPE_CHECKING:
    from api.auth.accounts import Accounts

FLUSH_SECONDS = 5.0

log = structlog.get_logger()

Pairs = Sequence[tuple[bytes, bytes]]


@dataclass(slots=True)
class _Lease:
    """Until `until` (of the loop's clock) `own` requests are ours; `left` is what others may take.

    `quota`: of which it is a part; another one, and the rest is asked for anew.
    """

    quota: int
    own: int
    left: int
    until: float


class QuotaExceeded(Exception):
    """`seconds`: until the next window."""

    def __init__(self, seconds: int, headers: Pairs) -> None:
        super().__init__(seconds)
        self.seconds, self.headers = seconds, headers


class Gate:
    def __init__(self, accounts: "Accounts") -> None:
        self._accounts = accounts
        self._leases: dict[UUID, _Lease] = {}
        self._renewals: dict[UUID, asyncio.Task[_Lease]] = {}
        self._counted: dict[Day, Count] = {}
        self._time: Callable[[], float] = lambda: 0.0

    @asynccontextmanager
    async def counting(self) -> AsyncIterator[None]:
        self._time = asyncio.get_running_loop().time
        task = asyncio.create_task(self._flush_often(), name="portal-usage")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await self.flush()

    async def admit(self, holder: Holder) -> Pairs:
        """One request more; the headers that tell how many are left. Raises QuotaExceeded."""
        lease = self._leases.get(holder.key_id)
        while (
            lease is None
            or lease.until <= self._time()
            or lease.quota != holder.requests_per_minute
            or (lease.own == 0 and lease.left > 0)
        ):
            lease = await self._renewed(holder)
        if lease.own == 0:
            self._count(holder).refused += 1
            seconds = max(1, ceil(lease.until - self._time()))
            raise QuotaExceeded(seconds, self._headers(holder, lease))
        lease.own -= 1
        return self._headers(holder, lease)

    def note(self, holder: Holder, cost: int, *, failed: bool) -> None:
        """What was admitted has been answered, or refused for another reason; of a stream, each answer."""
        count = self._count(holder)
        count.requests += 1
        count.cost += cost
        count.errors += failed

    async def flush(self) -> None:
        """What can't be written now is written next time."""
        counted, self._counted = self._counted, {}
        if not counted:
            return
        try:
            await self._accounts.do(self._write, counted)
        except (Error, PoolTimeout) as error:
            log.warning("portals.usage_not_written", error=type(error).__name__)
            for day, count in counted.items():
                known = self._counted.setdefault(day, count)
                if known is not count:
                    known.add(count)

    def _write(self, counted: dict[Day, Count]) -> None:
        with self._accounts.desk.connection() as connection:
            usage.add(connection, counted)

    async def _flush_often(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()
            now = self._time()
            for key_id in [key_id for key_id, each in self._leases.items() if each.until < now]:
                del self._leases[key_id]

    async def _renewed(self, holder: Holder) -> _Lease:
        """Whoever asks meanwhile waits for the same slice."""
        task = self._renewals.get(holder.key_id)
        if task is None:
            task = asyncio.create_task(self._renew(holder))
            self._renewals[holder.key_id] = task
            task.add_done_callback(lambda _: self._renewals.pop(holder.key_id, None))
        return await asyncio.shield(task)

    async def _renew(self, holder: Holder) -> _Lease:
        given = await self._accounts.do(self._take, holder)
        until = self._time() + given.seconds
        lease = _Lease(holder.requests_per_minute, given.granted, given.left, until)
        self._leases[holder.key_id] = lease
        return lease

    def _take(self, holder: Holder) -> quotas.Slice:
        with self._accounts.desk.connection() as connection:
            return quotas.take(connection, holder.key_id, holder.requests_per_minute)

    def _headers(self, holder: Holder, lease: _Lease) -> Pairs:
        seconds = max(0, ceil(lease.until - self._time()))
        return [
            (b"ratelimit-policy", b'"key";q=%d;w=%d' % (holder.requests_per_minute, quotas.WINDOW)),
            (b"ratelimit", b'"key";r=%d;t=%d' % (lease.own + lease.left, seconds)),
        ]

    def _count(self, holder: Holder) -> Count:
        now = datetime.now(UTC)
        day = Day(holder.key_id, holder.portal_id, now.date())
        count = self._counted.get(day)
        if count is None:
            count = self._counted[day] = Count(now)
        count.last_used_at = now
        return count
