"""Requests of portals are counted, and taken as long as their quota lasts. Nobody else's are."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from psycopg import Error
from psycopg_pool import PoolTimeout

from api.auth import Viewer
from api.graphql.refused import Refused
from api.graphql.results import Answer
from api.portals.gate import Gate, Pairs, QuotaExceeded

NO_LIMITS: Pairs = ()
"""Of who has no quota, or wasn't admitted."""


async def admitted(gate: Gate, viewer: Viewer) -> Pairs:
    """Headers that tell what is left. Raises Refused."""
    if viewer.key is None:
        return NO_LIMITS
    try:
        return await gate.admit(viewer.key)
    except QuotaExceeded as exceeded:
        headers = [*exceeded.headers, (b"retry-after", b"%d" % exceeded.seconds)]
        told = {"retryAfter": exceeded.seconds}
        raise Refused(
            "rate_limited", str(exceeded.seconds), headers=headers, extensions=told
        ) from None
    except (Error, PoolTimeout):
        raise Refused("database_unavailable") from None


def noted(gate: Gate, viewer: Viewer, answer: Answer) -> None:
    if viewer.key is not None:
        gate.note(viewer.key, answer.cost, failed=answer.failed)


def refusal_noted(gate: Gate, viewer: Viewer, limits: Pairs) -> None:
    """It was admitted, and what it asked couldn't even be read."""
    if viewer.key is not None and limits:
        gate.note(viewer.key, 0, failed=True)


def each_noted(
    gate: Gate, viewer: Viewer, results: AsyncGenerator[Answer, None]
) -> AsyncGenerator[Answer, None]:
    """Of a stream every answer counts as one."""
    return results if viewer.key is None else _each_noted(gate, viewer, results)


async def _each_noted(
    gate: Gate, viewer: Viewer, results: AsyncGenerator[Answer, None]
) -> AsyncGenerator[Answer, None]:
    async with aclosing(results):
        async for answer in results:
            noted(gate, viewer, answer)
            yield answer
