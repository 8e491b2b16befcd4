"""From a request's headers to its viewer."""

import asyncio
import contextlib
import hmac
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import TypeVar

from api.auth.accounts import Accounts
from api.auth.cookies import Cookies
from api.auth.origin import same_origin
from api.auth.viewer import COORDINATOR, PUBLIC, Viewer, viewer_of
from api.portals.keyring import Keyring, KeysUnavailable
from infra.portals.keys import PREFIX

RECHECK_SECONDS = 5.0
"""So long may a stream go on after what it was opened with was revoked."""

T = TypeVar("T")


class UnknownToken(Exception):
    """Not known, expired, revoked, or of an account that isn't active."""


class ForeignOrigin(Exception):
    """A page of another site made the browser send the cookie."""


class Authentication:
    """A bearer token (or a portal's key) comes first; a cookie that is good for nothing is nobody's."""

    def __init__(self, accounts: Accounts, cookies: Cookies, keyring: Keyring) -> None:
        self._accounts, self._cookies, self._keyring = accounts, cookies, keyring
        self._operator = (accounts.settings.operator_token or "").encode()

    async def viewer(self, headers: Mapping[bytes, bytes]) -> Viewer:
        """Raises UnknownToken, ForeignOrigin, KeysUnavailable."""
        authorization = headers.get(b"authorization")
        if authorization is not None:
            return await self._of_header(authorization)
        secret = self._cookies.session(headers)
        if secret is None:
            return PUBLIC
        if not same_origin(headers):
            raise ForeignOrigin
        return await self._accounts.of_session(secret) or PUBLIC

    def heeding(
        self, headers: Mapping[bytes, bytes], viewer: Viewer, results: AsyncIterator[T]
    ) -> AsyncGenerator[T, None]:
        """The results, until the viewer is no longer who it was, or may no longer what it might."""
        if viewer == PUBLIC and isinstance(results, AsyncGenerator):
            return results
        return self._heeding(dict(headers), viewer, results)

    async def _heeding(
        self, headers: Mapping[bytes, bytes], viewer: Viewer, results: AsyncIterator[T]
    ) -> AsyncGenerator[T, None]:
        changed = asyncio.create_task(self._changed(headers, viewer))
        following: asyncio.Future[T] | None = None
        try:
            while True:
                following = asyncio.ensure_future(anext(results))
                await asyncio.wait({following, changed}, return_when=asyncio.FIRST_COMPLETED)
                if changed.done():
                    return
                try:
                    yield following.result()
                except StopAsyncIteration:
                    return
        finally:
            for task in (changed, following):
                if task is not None and not task.done():
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await task
            await _closed(results)

    async def _changed(self, headers: Mapping[bytes, bytes], viewer: Viewer) -> None:
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            try:
                if await self.viewer(headers) != viewer:
                    return
            except UnknownToken:
                return
            except KeysUnavailable:
                continue

    async def _of_header(self, authorization: bytes) -> Viewer:
        scheme, _, token = authorization.partition(b" ")
        token = token.strip()
        if scheme.lower() != b"bearer" or not token:
            raise UnknownToken
        if self._operator and hmac.compare_digest(token, self._operator):
            return COORDINATOR
        viewer = await self._of_secret(token.decode("latin-1"))
        if viewer is None:
            raise UnknownToken
        return viewer

    async def _of_secret(self, secret: str) -> Viewer | None:
        if not secret.startswith(PREFIX):
            return await self._accounts.of_token(secret)
        holder = await self._keyring.holder(secret)
        return viewer_of(holder) if holder is not None else None


async def _closed(results: AsyncIterator[T]) -> None:
    if isinstance(results, AsyncGenerator):
        await results.aclose()
