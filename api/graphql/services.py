"""What the GraphQL side needs of the process that it runs in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from psycopg import AsyncConnection, Connection
from psycopg_pool import AsyncConnectionPool

from api.resources import Resources
from domain.commands import Command
from domain.cooperation import Find
from domain.roles import Actor
from domain.work import Receipt
from infra.log import EventLog

if TYPE_CHECKING:
    from api.portals.secrets import PortalSecrets

T = TypeVar("T")

CATCH_UP_SECONDS = 5.0
MOVED_SECONDS = 30.0


class Services:
    def __init__(self, resources: Resources, secrets: PortalSecrets | None = None) -> None:
        """Without `secrets`, portals' keys and webhooks are made without any."""
        self._resources = resources
        self.secrets = secrets

    @property
    def pool(self) -> AsyncConnectionPool[AsyncConnection[Any]]:
        return self._resources.pool

    async def look(self, question: Callable[[Find], T]) -> T:
        """At streams as they are now: for what only their guards know."""
        return await self._resources.look(question)

    async def told(self, question: Callable[[Connection[Any], EventLog], T]) -> T:
        """Of the log, event by event; personal data stays sealed."""
        return await self._resources.told(question)

    async def execute(self, command: Command, by: Actor) -> Receipt:
        """Through the one door for writes; raises DomainError."""
        return await self._resources.execute(command, by)

    async def caught_up(self, position: int, projections: tuple[str, ...]) -> bool:
        """Waits, bounded, until the projections reflect a position; says whether they do."""
        return await self._resources.watch.wait(projections, position, CATCH_UP_SECONDS)

    def positions(self, projections: Sequence[str]) -> tuple[int, ...]:
        """Where they stand, as far as this process has heard."""
        return self._resources.watch.known(projections)

    async def moved(self, projections: Sequence[str], since: tuple[int, ...]) -> None:
        """Waits, bounded, until one of them has moved."""
        await self._resources.watch.moved(projections, since, MOVED_SECONDS)
