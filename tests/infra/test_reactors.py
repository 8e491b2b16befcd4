from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from infra.bootstrap import connect
from infra.log import EventLog
from infra.reactors import Delivery, ReactorWorker, deliver_due
from projections.log import Recorded
from projections.worker import Outcome
from tests.network import Network, network


class Announcement:
    name = "announcement"
    types = frozenset({"NewsItem.Published"})

    def react(self, recorded: Recorded) -> Iterable[Delivery]:
        yield Delivery("announce", f"announce:{recorded.id}", {"news": str(recorded.stream_id)})


class Post:
    """Somebody outside: refuses the first `failures` letters."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.letters: list[tuple[str, str]] = []

    def __call__(self, key: str, payload: Mapping[str, Any]) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("zajęte")
        self.letters.append((key, payload["news"]))


def _reacted(net: Network) -> ReactorWorker:
    worker = ReactorWorker(Announcement(), EventLog())
    while worker.step(net.connection) is Outcome.MOVED:
        pass
    return worker


def test_reactor_does_not_react_to_what_was_before_its_first_start(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        net.published("Dawna")
        _reacted(net)
        item = net.published("Nowa").stream_id
        _reacted(net)
        assert net.rows("SELECT payload->>'news' FROM outbox") == [(str(item),)]


def test_delivery_is_tried_again_until_it_arrives(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        _reacted(net)
        item = net.published().stream_id
        _reacted(net)
        post = Post(failures=1)
        assert deliver_due(net.connection, {"announce": post}) == 0
        assert net.rows("SELECT attempts, error, delivered_at, given_up_at FROM outbox") == [
            (1, "ConnectionError", None, None)
        ]
        net.connection.execute("UPDATE outbox SET due_at = now()")
        assert deliver_due(net.connection, {"announce": post}) == 1
        assert deliver_due(net.connection, {"announce": post}) == 0
        assert [news for _, news in post.letters] == [str(item)]


def test_outbox_row_and_position_are_written_together_or_not_at_all(database_url: str) -> None:
    class Torn(Announcement):
        def react(self, recorded: Recorded) -> Iterable[Delivery]:
            yield from super().react(recorded)
            raise RuntimeError

    with network(database_url) as net:
        net.register()
        _reacted(net)
        before = net.value("SELECT position FROM reactors")
        net.published()
        with pytest.raises(RuntimeError):
            ReactorWorker(Torn(), EventLog()).step(net.connection)
        assert net.rows("SELECT position, (SELECT count(*) FROM outbox) FROM reactors") == [
            (before, 0)
        ]


def test_two_workers_share_one_reactor_and_react_once(database_url: str) -> None:
    with network(database_url) as net, connect(database_url) as other:
        net.register()
        _reacted(net)
        net.published("Jedna")
        with net.connection.transaction():
            net.connection.execute("SELECT 1 FROM reactors FOR UPDATE")
            assert ReactorWorker(Announcement(), EventLog()).step(other) is Outcome.TAKEN
        _reacted(net)
        assert ReactorWorker(Announcement(), EventLog()).step(other) is Outcome.IDLE
        assert net.value("SELECT count(*) FROM outbox") == 1
