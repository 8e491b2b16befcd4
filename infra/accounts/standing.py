"""What an account may do at this moment: read from the log itself, so that a suspension counts at once.

Folding is saved where the version is known already; the version is asked for every time.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg_pool import ConnectionPool

from domain.accounts import Account, AccountState
from domain.municipalities import is_active_member, municipality_id
from domain.roles import Actor, Role
from domain.visibility import Audience, audience_of
from infra.event_store import PostgresEventStore

KEPT = 1_000

VERSIONS = """
(SELECT version FROM events WHERE stream_id = {account} ORDER BY version DESC LIMIT 1),
(SELECT version FROM events WHERE stream_id = {municipality} ORDER BY version DESC LIMIT 1)
"""
"""SQL of the two versions that a Standing stands on."""

_BY_ID = f"SELECT {VERSIONS.format(account='%(account)s', municipality='%(municipality)s')}"


@dataclass(frozen=True)
class Standing:
    """`member`: whether the municipality is an active member of the network."""

    account_id: UUID
    state: AccountState
    actor: Actor
    member: bool = False

    @property
    def active(self) -> bool:
        return self.state is AccountState.ACTIVE

    @property
    def audience(self) -> Audience:
        return audience_of(self.actor, member=self.member)

    def limited_to(self, scopes: frozenset[Role]) -> "Standing":
        return replace(self, actor=replace(self.actor, roles=self.actor.roles & scopes))


class Standings:
    def __init__(self, pool: ConnectionPool[Connection[Any]]) -> None:
        # Without a vault: names stay sealed, and no key is asked for.
        self._store = PostgresEventStore(pool, announce=lambda _position: None)
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[UUID, int, int | None], Standing] = OrderedDict()

    def at(self, account_id: UUID, version: int, municipality_version: int | None) -> Standing:
        """`version`s as VERSIONS gave them."""
        key = (account_id, version, municipality_version)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = self._read(account_id)
        with self._lock:
            self._known[key] = found
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
        return found

    def now(self, connection: Connection[Any], account: Account) -> Standing:
        values = {"account": account.id, "municipality": stream_of_municipality(account)}
        row = connection.execute(_BY_ID, values).fetchone()
        if row is None:
            raise LookupError(account.id)
        return self.at(account.id, *row)

    def _read(self, account_id: UUID) -> Standing:
        account = self._store.load(Account, account_id)
        if account is None:
            raise LookupError(account_id)
        return Standing(account_id, account.state, account.actor(), self._is_member(account))

    def _is_member(self, account: Account) -> bool:
        terc = account.municipality
        return terc is not None and is_active_member(self._store.load, terc)


def stream_of_municipality(account: Account) -> UUID | None:
    return None if account.municipality is None else municipality_id(account.municipality)
