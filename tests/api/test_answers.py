"""Kept answers: valid exactly until a projection that they read has moved."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx

from api.graphql.metrics import PATHS
from infra.bootstrap import connect
from projections.waiting import wait
from tests.api.conftest import Api, projecting
from tests.api.servers import server
from tests.network import Network

COUNT = "{ news(first: 1) { totalCount nodes { title } } }"
HAMMERED_SECONDS = 5.0


def counted(path: str) -> float:
    return float(PATHS[path]._value.get())


def test_repeated_question_is_answered_from_what_is_kept_until_the_read_model_moves(
    api: Api,
) -> None:
    api.net.register()
    api.net.published("Pierwsza")
    api.net.project()
    assert api.ask(COUNT)["news"]["totalCount"] == 1
    repeated = counted("repeated")
    assert api.ask(COUNT)["news"]["totalCount"] == 1
    assert counted("repeated") == repeated + 1
    api.net.published("Druga")
    api.net.project()
    assert api.ask(COUNT)["news"]["totalCount"] == 2
    assert counted("repeated") == repeated + 1


def test_change_outside_the_log_is_seen_once_the_revision_moves(api: Api) -> None:
    api.net.register()
    item = api.net.published().stream_id
    api.net.project()
    views = "{ news { nodes { viewCount } } }"
    assert api.ask(views)["news"]["nodes"] == [{"viewCount": 0}]
    with api.net.connection.transaction():
        api.net.connection.execute("INSERT INTO news_views VALUES (%s, 5)", (item,))
        api.net.connection.execute("UPDATE read_news.position SET revision = revision + 1")
    assert api.ask(views)["news"]["nodes"] == [{"viewCount": 5}]


def test_rebuilt_read_model_is_another_one_even_at_the_same_position(api: Api) -> None:
    api.net.register()
    api.net.published("Jeden")
    api.net.project()
    assert api.ask(COUNT)["news"]["totalCount"] == 1
    api.net.connection.execute("DROP SCHEMA read_news CASCADE")
    api.net.project()
    api.net.connection.execute("UPDATE read_news.news SET title = 'Inaczej zrzutowane'")
    assert api.ask(COUNT)["news"]["nodes"] == [{"title": "Inaczej zrzutowane"}]


def test_projection_without_tables_makes_no_other_one_slow(api: Api) -> None:
    api.net.register()
    api.net.published()
    api.net.project()
    api.ask(COUNT)
    api.net.connection.execute("DROP SCHEMA read_municipalities CASCADE")
    compiled, ordinary = counted("compiled"), counted("ordinary")
    assert api.ask(COUNT)["news"]["totalCount"] == 1
    assert (counted("compiled"), counted("ordinary")) == (compiled + 1, ordinary)


def test_same_answer_is_a_304_by_its_etag(api: Api) -> None:
    api.net.register()
    api.net.published()
    api.net.project()
    first = api.client.get("/graphql", params={"query": COUNT})
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    again = api.client.get("/graphql", params={"query": COUNT}, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    api.net.published("Druga")
    api.net.project()
    moved = api.client.get("/graphql", params={"query": COUNT}, headers={"If-None-Match": tag})
    assert (moved.status_code, moved.json()["data"]["news"]["totalCount"]) == (200, 2)


def test_answer_waits_for_the_position_that_the_client_names(api: Api) -> None:
    api.net.register()
    receipt = api.net.published()
    with projecting(api.net.database_url):
        headers = {"Wspolna-At-Least": str(receipt.position)}
        answer = api.client.post("/graphql", json={"query": COUNT}, headers=headers)
        assert answer.json()["data"]["news"]["totalCount"] == 1
        assert answer.json()["extensions"]["position"] >= receipt.position


def test_drafts_kept_for_the_coordinator_are_not_answered_to_the_public(api: Api) -> None:
    api.net.register()
    api.net.draft("Szkic")
    api.net.project()
    item = '{ newsItem(municipality: "100704", slug: "szkic") { title } }'
    assert api.ask(item, operator=True) == {"newsItem": {"title": "Szkic"}}
    assert api.ask(item) == {"newsItem": None}
    assert api.ask(item, operator=True) == {"newsItem": {"title": "Szkic"}}


class Hammer:
    """Writers publish and wait for the read model; from then on nobody may be told less."""

    def __init__(self, net: Network, addresses: list[str]) -> None:
        self._net, self._addresses = net, addresses
        self._lock = threading.Lock()
        self._until = time.monotonic() + HAMMERED_SECONDS
        self.reached = (0, 0)  # position, and how many news there were by then
        self.published = 0
        self.answers = 0

    def write(self, number: int) -> None:
        with connect(self._net.database_url) as connection:
            while time.monotonic() < self._until:
                position = self._net.published(f"Wiadomość {number} {time.monotonic_ns()}").position
                with self._lock:
                    self.published += 1
                assert wait(connection, ["news"], position, 10)
                (known,) = connection.execute(
                    "SELECT count(*) FROM read_news.news WHERE state = 'PUBLISHED'"
                ).fetchone() or (0,)
                with self._lock:
                    self.reached = max(self.reached, (position, known))

    def read(self, number: int) -> None:
        with httpx.Client(base_url=self._addresses[number % len(self._addresses)]) as client:
            while time.monotonic() < self._until:
                position, known = self.reached
                answer: Any = client.post("/graphql", json={"query": COUNT}).json()
                assert answer["extensions"]["position"] >= position
                assert answer["data"]["news"]["totalCount"] >= known
                self.answers += 1


def test_no_process_gives_a_stale_answer_while_others_write(net: Network) -> None:
    net.register()
    net.project()
    with ExitStack() as stack:
        addresses = [stack.enter_context(server(net.database_url)) for _ in range(2)]
        stack.enter_context(projecting(net.database_url))
        hammer = Hammer(net, addresses)
        with ThreadPoolExecutor(8) as threads:
            work = [threads.submit(hammer.write, number) for number in range(2)]
            work += [threads.submit(hammer.read, number) for number in range(6)]
            for each in work:
                each.result()
    assert hammer.published > 5
    assert hammer.answers > 50
