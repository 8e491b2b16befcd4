"""Clients that don't read what they are told: cut off, so that nothing is kept for them.

A listener holds no queue. What a client leaves unread fills its connection, and then sending to it waits;
one that lets it wait for longer than this is gone for us. It goes on, later, from the last position that
it read.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any

import structlog
from litestar.types import Send

from api.graphql.metrics import CUT_OFF

SECONDS = 10.0
"""So long may a client read nothing at all while it is told something."""
PARTING_SECONDS = 1.0
"""So much longer it may take to read that it was cut off."""

log = structlog.get_logger()


class ReadsNothing(Exception):
    pass


async def tell(send: Send, message: Any) -> None:
    """Raises ReadsNothing."""
    try:
        async with asyncio.timeout(SECONDS):
            await send(message)
    except TimeoutError:
        raise ReadsNothing from None


async def cut_off(send: Send, parting: Awaitable[None] | None = None) -> None:
    """ASGI has no word for ending a connection whose buffers are full: closing would wait until they are
    read. uvicorn's `send` is a method of what holds the transport, which can.

    `parting`: what is said, and closes, if the client begins to read at last.
    """
    CUT_OFF.inc()
    log.info("graphql.cut_off")
    if parting is not None:
        try:
            async with asyncio.timeout(PARTING_SECONDS):
                await parting
        except TimeoutError:
            pass
        else:
            return
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
