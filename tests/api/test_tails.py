"""Replies that come late, and a database that is gone for some: each listener is told all, and once."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

import pytest

from api.auth import PUBLIC
from api.graphql.asked import Question
from api.graphql.engine import Engine
from api.graphql.results import Answer
from api.graphql.tails import Feed, Reader, Told
from api.graphql.wire import Unavailable
from tests.api.test_differential import run
from tests.network import Network

KINDS = "subscription { changes { kind } }"
EFFECTS = "subscription { changes { effect } }"


async def until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


def listening(engine: Engine, query: str) -> AsyncGenerator[Answer, None]:
    asked = Question(query, None, b"{}")
    document, operation = engine._operations.named(asked)
    return engine._listening.answers(document, operation, asked, PUBLIC, "pl", None)


def test_listener_whose_beginning_was_answered_late_hears_what_the_reader_had_passed(
    net: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    net.register()
    net.project()

    def publish() -> None:
        net.published("Nowy most")
        net.project()

    async def check(engine: Engine) -> None:
        async with (
            asyncio.timeout(20),
            aclosing(listening(engine, KINDS)) as before,
            aclosing(listening(engine, EFFECTS)) as late,
        ):
            first = asyncio.ensure_future(anext(before))
            await until(
                lambda: any(each.feeds for each in engine._listening._tails._readers.values())
            )
            (reader,) = engine._listening._tails._readers.values()
            head = await reader.head()
            await asyncio.to_thread(publish)
            assert b"NEWS_PUBLISHED" in (await first).body
            assert reader._position > head[0]

            async def answered_late() -> tuple[int, int]:
                return head

            monkeypatch.setattr(reader, "head", answered_late)
            async with asyncio.timeout(5):
                told = json.loads((await anext(late)).body)
            assert told["data"] == {"changes": {"effect": "APPEARED"}}

    run(net.database_url, check)


class Slow(Feed):
    """Answers once it is let go; not at all where it can't."""

    def __init__(self, *, gone: bool) -> None:
        nothing: Any = None
        super().__init__(nothing, nothing, (), {})
        self.let_go = asyncio.Event()
        self.gone = gone
        self.stale = True

    async def _read(self, position: int) -> Told:
        if self.gone:
            raise Unavailable("gone")
        await self.let_go.wait()
        return Told([Answer(b"{}", True, 3)], max(position, 3))


class Looking(Reader):
    def __init__(self, *feeds: Feed) -> None:
        self.feeds = dict(enumerate(feeds))
        self._position = 0

    async def _arrived(self) -> tuple[int, list[dict[str, str]], bool]:
        return 3, [], True


def test_feed_that_is_still_read_is_not_read_again_because_another_one_failed() -> None:
    async def check() -> None:
        slow, gone = Slow(gone=False), Slow(gone=True)
        reader = Looking(slow, gone)
        looks = []
        for _ in range(2):
            looks.append(asyncio.create_task(reader._look()))
            # As the reader does: it looks again once its last look is over.
            await asyncio.wait(looks, timeout=0.05)
            if not looks[-1].done():
                break
        slow.let_go.set()
        raised = await asyncio.gather(*looks, return_exceptions=True)
        assert isinstance(raised[0], Unavailable)
        assert len((await slow.behind(0)).answers) == 1
        gone.gone = False
        gone.let_go.set()
        await reader._look()
        assert [len((await feed.behind(0)).answers) for feed in (slow, gone)] == [1, 1]

    asyncio.run(check())
