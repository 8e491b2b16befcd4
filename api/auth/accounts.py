"""What a process of the API knows of accounts. In threads of its own: a login waits for its hash."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from api.auth.viewer import Viewer
from api.portals.keyring import KeysUnavailable
from api.resources import Resources
from infra.accounts import sessions
from infra.accounts.address import AddressChange
from infra.accounts.desk import Desk
from infra.accounts.login import Login
from infra.accounts.oidc import OidcLogin
from infra.accounts.own import OwnAccount
from infra.accounts.standing import Standing
from infra.bootstrap import accounts_desk
from infra.settings import Settings

THREADS = 6

T = TypeVar("T")


class Accounts:
    desk: Desk
    login: Login
    own: OwnAccount
    address: AddressChange
    oidc: OidcLogin | None

    def __init__(self, settings: Settings, resources: Resources) -> None:
        self.settings = settings
        self._resources = resources
        self._threads: ThreadPoolExecutor | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Within `Resources.opened`."""
        settings = self.settings
        with (
            ThreadPoolExecutor(THREADS, "accounts") as threads,
            accounts_desk(settings, self._resources.door, connections=THREADS) as desk,
        ):
            self._threads = threads
            self.desk, self.login, self.own = desk, Login(desk), OwnAccount(desk)
            self.address = AddressChange(desk)
            self.oidc = (
                OidcLogin(desk, settings.oidc, settings.public_url) if settings.oidc else None
            )
            yield

    async def do(self, work: Callable[..., T], *arguments: Any, **named: Any) -> T:
        call = partial(work, *arguments, **named)
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def of_session(self, secret: str) -> Viewer | None:
        """Raises KeysUnavailable."""
        return await self._known(self._of_session, secret)

    async def of_token(self, secret: str) -> Viewer | None:
        """Raises KeysUnavailable."""
        return await self._known(self._of_token, secret)

    async def _known(self, ask: Callable[[str], Viewer | None], secret: str) -> Viewer | None:
        try:
            return await self.do(ask, secret)
        except (OperationalError, PoolTimeout):
            raise KeysUnavailable from None

    def _of_session(self, secret: str) -> Viewer | None:
        with self.desk.connection() as connection:
            found = sessions.of_session(connection, self.desk.standings, secret, self.desk.now())
        if found is None:
            return None
        session_id, standing = found
        return Viewer(standing.audience, standing.actor, session_id)

    def _of_token(self, secret: str) -> Viewer | None:
        with self.desk.connection() as connection:
            standing: Standing | None = sessions.of_token(
                connection, self.desk.standings, secret, self.desk.now()
            )
        return Viewer(standing.audience, standing.actor) if standing else None
