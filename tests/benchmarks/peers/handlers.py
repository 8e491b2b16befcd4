"""What a server can do at the least: run one statement for a request, or return bytes it has.

Run by uvicorn as `tests.benchmarks.peers.handlers:app`. `POST /sql/{name}` runs the one SQL statement
that answers the operation of that name from our read tables, through psycopg, and returns its single
value. `POST /constant/{name}` returns the bytes that `POST /remember/{name}` left.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, post
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from tests.benchmarks.peers.cursor import read_cursor
from tests.benchmarks.peers.statements import STATEMENTS

remembered: dict[str, bytes] = {}


async def configure(connection: AsyncConnection[Any]) -> None:
    connection.prepare_threshold = 0
    await connection.set_autocommit(True)


POOL = AsyncConnectionPool(
    os.environ.get("DATABASE_URL", ""), min_size=4, max_size=4, open=False, configure=configure
)


def q1(variables: dict[str, Any]) -> tuple[object, ...]:
    return read_cursor(variables["after"])


def q2(variables: dict[str, Any]) -> tuple[object, ...]:
    return (variables["after"] or "", *read_cursor(variables["newsAfter"]))


def q3(variables: dict[str, Any]) -> tuple[object, ...]:
    return variables["municipality"], variables["slug"]


VALUES = {"Q1": q1, "Q2": q2, "Q3": q3, "Q4": q1}


@post("/sql/{name:str}", status_code=200)
async def one_statement(name: str, request: Request[Any, Any, Any]) -> Response[bytes]:
    asked = msgspec.json.decode(await request.body())
    async with POOL.connection() as connection:
        cursor = await connection.execute(
            STATEMENTS[name], VALUES[name](asked["variables"]), binary=True
        )
        (answer,) = await cursor.fetchone() or (None,)
    return Response(answer.encode() if answer else b'{"data":null}', media_type=MediaType.JSON)


@post("/constant/{name:str}", status_code=200)
async def constant(name: str) -> Response[bytes]:
    return Response(remembered[name], media_type=MediaType.JSON)


@post("/remember/{name:str}")
async def remember(name: str, request: Request[Any, Any, Any]) -> None:
    remembered[name] = await request.body()


@asynccontextmanager
async def pool_open(_: Litestar) -> AsyncIterator[None]:
    async with POOL:
        yield


app = Litestar([one_statement, constant, remember], lifespan=[pool_open], openapi_config=None)
