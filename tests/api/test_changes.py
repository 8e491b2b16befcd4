"""Public changes as they come: from any position on, over both protocols, to each what it may see."""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from api.app import create_app
from api.auth import COORDINATOR, PUBLIC
from api.graphql import engine as engines
from api.graphql import readers, websocket
from api.graphql.asked import Question
from api.graphql.metrics import CUT_OFF
from api.graphql.relay import global_id, parse_global_id
from api.graphql.results import Answer
from domain.initiatives.commands import proposal
from domain.municipalities import HeadTitle, Office, RecordOfficeHolder
from domain.people import ForgetPerson
from tests.api import common_space
from tests.api.conftest import TOKEN, Api, projecting, settings
from tests.api.sockets import PROTOCOL, Listener, listener, serving
from tests.api.test_differential import run
from tests.funds import funds
from tests.network import BELCHATOW, OPOCZNO, Network

EVENTS = {"Accept": "text/event-stream"}
FOLLOW = """
subscription ($after: Position, $kinds: [PublicChangeKind!], $municipality: String) {
  changes(after: $after, kinds: $kinds, municipality: $municipality) {
    position kind effect subjectType subjectId municipality { terc }
    subject { ... on NewsItem { title state } }
  }
}
"""
PAGE = """
query ($after: Position, $first: Int, $kinds: [PublicChangeKind!], $municipality: String) {
  changes(after: $after, first: $first, kinds: $kinds, municipality: $municipality) {
    nodes { position kind effect } next hasMore
  }
}
"""


@pytest.fixture
def address(net: Network) -> Iterator[str]:
    with projecting(net.database_url), serving(create_app(settings(net.database_url))) as found:
        yield found


def change(payload: Any) -> Any:
    return payload["data"]["changes"]


def test_listener_that_comes_back_goes_on_exactly_where_it_stopped(
    net: Network, address: str
) -> None:
    net.register()
    item = net.published("Nowy most").stream_id
    with listener(address) as told:
        told.subscribe(FOLLOW, after=0)
        assert change(told.next())["kind"] == "MUNICIPALITY_REGISTERED"
        published = told.next()
    assert change(published)["kind"] == "NEWS_PUBLISHED"
    reached = published["extensions"]["position"]
    assert reached == change(published)["position"]
    net.correct(item, "Nowy most, sprostowany")
    net.draft("Szkic")
    net.retract(item)
    with listener(address) as told:
        told.subscribe(FOLLOW, after=reached)
        found = [change(told.next()) for _ in range(2)]
        assert [(each["kind"], each["effect"]) for each in found] == [
            ("NEWS_CORRECTED", "CHANGED"),
            ("NEWS_RETRACTED", "DISAPPEARED"),
        ]
        assert found[1]["subject"]["state"] == "RETRACTED"
        net.published("Inny most")
        assert change(told.next())["subject"] == {"title": "Inny most", "state": "PUBLISHED"}
        told.send({"id": "1", "type": "complete"})
        told.subscribe(FOLLOW, "2", after=reached, kinds=["NEWS_PUBLISHED"])
        net.published("Jeszcze inny")
        heard = [told.receive() for _ in range(2)]
        assert [(each["id"], _title(each)) for each in heard] == [
            ("2", "Inny most"),
            ("2", "Jeszcze inny"),
        ]
        told.send({"type": "ping"})
        assert told.receive() == {"type": "pong"}


def _title(message: Any) -> Any:
    return change(message["payload"])["subject"]["title"]


def test_listener_hears_of_what_it_asked_for_and_of_nothing_before_it_came(
    net: Network, address: str
) -> None:
    for terc in (OPOCZNO, BELCHATOW):
        net.register(terc)
    before = net.published("Sprzed subskrypcji", BELCHATOW)
    httpx.post(
        f"http://{address}/graphql",
        json={"query": "{ news { totalCount } }", "extensions": {"atLeast": before.position}},
        timeout=20,
    )
    with listener(address) as told:
        told.subscribe(FOLLOW, municipality=BELCHATOW, kinds=["NEWS_PUBLISHED", "NEWS_RETRACTED"])
        # A pong says no more than that the subscription was taken. Where it begins is asked for meanwhile,
        # and answered long before what follows is folded.
        told.send({"type": "ping"})
        assert told.receive() == {"type": "pong"}
        item = net.published("Nowy most", BELCHATOW).stream_id
        net.published("Cudzy", OPOCZNO)
        net.correct(item, "Nowy most!")
        net.retract(item)
        kinds = [change(told.next())["kind"] for _ in range(2)]
        assert kinds == ["NEWS_PUBLISHED", "NEWS_RETRACTED"]


def test_browser_goes_on_by_the_id_of_the_last_event_it_had(net: Network, address: str) -> None:
    net.register()
    net.published("Nowy most")
    query = {"query": "subscription { changes(after: 0) { kind } }"}
    url = f"http://{address}/graphql"
    with httpx.stream("GET", url, params=query, headers=EVENTS, timeout=20) as told:
        lines = told.iter_lines()
        assert next(lines) == "event: next"
        first = next(lines)
        assert "MUNICIPALITY_REGISTERED" in next(lines)
    position = first.removeprefix("id: ")
    again = {**EVENTS, "Last-Event-ID": position}
    with httpx.stream("GET", url, params=query, headers=again, timeout=20) as told:
        lines = told.iter_lines()
        next(lines)
        assert int(next(lines).removeprefix("id: ")) > int(position)
        assert json.loads(next(lines).removeprefix("data: "))["data"] == {
            "changes": {"kind": "NEWS_PUBLISHED"}
        }
    refused = httpx.get(url, params=query, headers={**EVENTS, "Last-Event-ID": "x"}, timeout=20)
    assert refused.status_code == 400


def test_pages_lead_on_without_gaps_and_past_what_the_filters_leave_out(api: Api) -> None:
    for terc in (OPOCZNO, BELCHATOW):
        api.net.register(terc)
    for number in range(5):
        api.net.published(f"Most {number}", BELCHATOW)
    api.net.project()
    found, after, more = [], 0, True
    while more:
        page = api.ask(PAGE, {"after": after, "first": 3})["changes"]
        found += page["nodes"]
        after, more = page["next"], page["hasMore"]
    kept = api.net.rows("SELECT position, kind, effect FROM read_changes.changes ORDER BY position")
    assert [tuple(each.values()) for each in found] == kept
    assert after == api.net.value("SELECT max(position) FROM events")
    page = api.ask(PAGE, {"after": 0, "kinds": ["NEWS_RETRACTED"]})["changes"]
    assert page == {"nodes": [], "next": after, "hasMore": False}
    page = api.ask(PAGE, {"after": 0, "first": 1, "municipality": BELCHATOW})["changes"]
    assert page["hasMore"]


def test_copy_knows_by_what_it_kept_whose_name_it_has_to_drop(api: Api) -> None:
    common_space.fill(api.net)
    holders = "{ officeHolders { nodes { name person } } }"
    attended = "{ meetings { nodes { attendance { name person } } } }"
    asked = "{ changes(kinds: [PERSON_FORGOTTEN]) { nodes { effect subjectType subjectId subject { __typename } } } }"
    api.net.project()
    kept = [*api.ask(holders)["officeHolders"]["nodes"]]
    for meeting in api.ask(attended)["meetings"]["nodes"]:
        kept += meeting["attendance"]
    assert len(kept) == 4
    assert len({each["person"] for each in kept}) == 4
    for person in kept:
        _, key = parse_global_id(person["person"])
        api.net.give(ForgetPerson(command_id=uuid4(), person_id=key))
    api.net.project()
    told = api.ask(asked)["changes"]["nodes"]
    assert told == [
        {
            "effect": "DISAPPEARED",
            "subjectType": "Person",
            "subjectId": person["person"],
            "subject": None,
        }
        for person in kept
    ]
    left = api.ask(holders)["officeHolders"]["nodes"]
    assert left == [{"name": "[dane usunięte]", "person": None}] * 2


def test_forgotten_person_whom_several_named_passes_the_filter_of_each(
    net: Network, address: str, api: Api
) -> None:
    common_space.fill(net)
    net.project()
    person = net.value("SELECT person_id FROM read_municipalities.office_holders LIMIT 1")
    for terc in (OPOCZNO, BELCHATOW):
        net.connection.execute(
            "INSERT INTO read_changes.persons SELECT gen_random_uuid(), %s, id "
            "FROM read_changes.subjects WHERE public AND owner_terc = %s LIMIT 1",
            (person, terc),
        )
    about: dict[str, Any] = {"kinds": ["PERSON_FORGOTTEN"], "municipality": BELCHATOW}
    with listener(address) as told:
        told.subscribe(FOLLOW, after=net.value("SELECT max(position) FROM events"), **about)
        told.send({"type": "ping"})
        assert told.receive() == {"type": "pong"}
        net.give(ForgetPerson(command_id=uuid4(), person_id=person))
        forgotten = change(told.next())
    assert forgotten["subjectId"] == global_id("Person", person)
    assert forgotten["municipality"] is None
    for terc in (OPOCZNO, BELCHATOW):
        page = api.ask(PAGE, {**about, "municipality": terc})["changes"]
        assert [each["kind"] for each in page["nodes"]] == ["PERSON_FORGOTTEN"]


def test_position_that_the_log_never_had_is_refused(net: Network, address: str, api: Api) -> None:
    net.register()
    end = net.value("SELECT max(position) FROM events")
    for after in (end + 1, 10**12):
        assert api.refused(PAGE, {"after": after})[0] == "no_such_position"
        with listener(address) as told:
            told.subscribe(FOLLOW, after=after)
            error = told.receive()
            assert (error["type"], error["payload"][0]["extensions"]["code"]) == (
                "error",
                "no_such_position",
            )
    assert api.refused(PAGE, {"after": -1})[0] == "no_such_position"
    assert api.refused(PAGE, {"after": 0, "first": 101})[0] == "page_size"


def test_change_is_told_only_once_its_subject_shows_it(net: Network, api: Api) -> None:
    """Or a copy made of the subject as it still was would stay wrong for ever."""
    net.register()
    net.project()
    net.published("Nowy most")
    with net.connection.transaction():
        net.rows("SELECT 1 FROM read_news.position FOR UPDATE")
        with projecting(net.database_url):
            until = net.value("SELECT max(position) FROM events")
            while net.value("SELECT min(position) FROM read_changes.position") < until:
                time.sleep(0.05)
            page = api.ask(PAGE, {"kinds": ["NEWS_PUBLISHED"]})["changes"]
            assert page["nodes"] == []
            assert page["next"] < until
    net.project()
    assert (
        len(api.ask(PAGE, {"after": page["next"], "kinds": ["NEWS_PUBLISHED"]})["changes"]["nodes"])
        == 1
    )


def test_initiative_is_followed_by_each_as_far_as_it_may_see_it(database_url: str) -> None:
    query = "subscription ($id: ID!) { initiativeChanged(id: $id, after: 0) { title visibility } }"
    with funds(database_url) as given:
        found = given.propose(title="Pawilony")
        id_ = global_id("Initiative", found)
        given.net.project()
        with (
            projecting(database_url),
            serving(create_app(settings(database_url))) as address,
            listener(address) as anyone,
            listener(address, TOKEN) as coordinator,
        ):
            query = query.replace(" visibility", "")
            anyone.subscribe(query, id=id_)
            coordinator.subscribe(query, id=id_)
            assert coordinator.next()["data"] == {"initiativeChanged": {"title": "Pawilony"}}
            given.order(proposal.MakeInitiativePublic, found)
            assert anyone.next()["data"] == {"initiativeChanged": {"title": "Pawilony"}}
            given.order(proposal.MakeInitiativeConfidential, found)
            assert anyone.next()["data"] == {"initiativeChanged": None}
            given.order(
                proposal.DescribeInitiative, found, title="Po cichu", summary="Nikt nie wie."
            )
            told = [coordinator.next()["data"]["initiativeChanged"]["title"] for _ in range(3)]
            assert told[-1] == "Po cichu"
            with pytest.raises(TimeoutError):
                anyone.receive(0.5)


def test_timeline_tells_each_what_it_may_see(net: Network, address: str) -> None:
    net.register()
    query = 'subscription { activity(after: 0, kind: "NEWS") { type } }'
    with listener(address) as anyone, listener(address, TOKEN) as coordinator:
        anyone.subscribe(query)
        coordinator.subscribe(query)
        net.published("Nowy most")
        assert anyone.next()["data"] == {"activity": {"type": "NewsItem.Published"}}
        assert coordinator.next()["data"] == {"activity": {"type": "NewsItem.Drafted"}}


SHAPES: tuple[tuple[str, dict[str, Any]], ...] = (
    (FOLLOW, {"after": 0}),
    (FOLLOW, {"after": 2, "municipality": BELCHATOW}),
    ("subscription { changes(after: 0) { __typename id recordedAt subject { __typename } } }", {}),
    (
        "subscription ($a: Position) { p: newsPublished(after: $a) { title municipality { population } } }",
        {"a": 0},
    ),
    ("subscription { activity(after: 0) { id position type title } }", {}),
)


def test_compiled_and_ordinary_listeners_are_told_the_same_bytes(net: Network) -> None:
    for terc in (OPOCZNO, BELCHATOW):
        net.register(terc)
    for number in range(3):
        net.published(f'Most "{number}"', BELCHATOW)
    net.retract(net.published("Wycofane").stream_id)
    person = uuid4()
    facts: Any = {"office": Office.HEAD, "title": HeadTitle.BURMISTRZ, "since": date(2024, 5, 7)}
    named = {"terc": OPOCZNO, "name": "Anna Nowak", "person_id": person, **facts}
    net.give(RecordOfficeHolder(command_id=uuid4(), **named))
    net.give(ForgetPerson(command_id=uuid4(), person_id=person))
    net.project()

    async def check(found: engines.Engine) -> None:
        for query, variables in SHAPES:
            asked = Question(query, None, json.dumps(variables).encode())
            document, operation = found._operations.named(asked)
            for viewer in (PUBLIC, COORDINATOR):
                quick = found._listening.answers(document, operation, asked, viewer, "pl", None)
                slow = found._listening.ordinary(document, operation, asked, viewer, "pl", None)
                told = await _all(quick)
                assert told, query
                assert (places := [each.position or 0 for each in told]) == sorted(set(places))
                assert told == await _all(slow)

    run(net.database_url, check)


async def _all(answers: AsyncGenerator[Answer, None]) -> list[Answer]:
    """That are there now."""
    found: list[Answer] = []
    async with aclosing(answers):
        try:
            while True:
                async with asyncio.timeout(1.0 if found else 20.0):
                    found.append(await anext(answers))
        except TimeoutError:
            return found


def test_who_reads_nothing_is_cut_off_and_holds_nobody_up(
    net: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "SECONDS", 0.5)
    monkeypatch.setattr(readers, "PARTING_SECONDS", 0.1)
    net.register()
    query = "subscription { newsPublished(after: 0) { title body } }"
    body = "Treść. " * 14_000
    with (
        projecting(net.database_url),
        serving(create_app(settings(net.database_url))) as address,
        listener(address, max_size=10_000_000) as reading,
        listener(
            address,
            sock=narrow(address),
            max_queue=1,
            max_size=10_000_000,
            ping_interval=None,
            close_timeout=1,
        ) as silent,
        narrow(address) as unread,
    ):
        cut = _counted(CUT_OFF)
        silent.subscribe(query)
        reading.subscribe(query)
        unread.sendall(
            b"GET /graphql?%s HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n"
            % urlencode({"query": query}).encode()
        )
        positions = []
        for number in range(45):
            net.published(f"Most {number}", body=body)
            positions.append(reading.next()["extensions"]["position"])
        assert len(set(positions)) == 45
        for _ in range(200):
            if _counted(CUT_OFF) == cut + 2:
                break
            time.sleep(0.1)
        assert _counted(CUT_OFF) == cut + 2
        reached = _last_read(silent)
        assert reached < positions[-1]
        with listener(address, max_size=10_000_000) as back:
            back.subscribe(query.replace("after: 0", f"after: {reached}"))
            following = positions[positions.index(reached) + 1] if reached else positions[0]
            assert back.next()["extensions"]["position"] == following
        assert _read_to_the_end(unread) < 45


def narrow(address: str) -> socket.socket:
    """Takes little before it is read."""
    host, port = address.split(":")
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 20_000)
    made.connect((host, int(port)))
    return made


def _read_to_the_end(unread: socket.socket) -> int:
    """How many whole events arrive."""
    found = b""
    unread.settimeout(20)
    with contextlib.suppress(ConnectionResetError):
        while piece := unread.recv(100_000):
            found += piece
    return found.count(b"event: next")


def _counted(counter: Any) -> float:
    return float(counter._value.get())


def _last_read(told: Listener) -> int:
    """What was on its way still arrives; then the connection is at its end."""
    reached = 0
    try:
        while True:
            reached = told.next()["extensions"]["position"]
    except ConnectionClosed:
        return reached


def test_operation_that_takes_too_long_is_ended(
    net: Network, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "SECONDS", 0.3)
    with net.connection.transaction():
        net.connection.execute("LOCK TABLE read_initiatives.steps IN ACCESS EXCLUSIVE MODE")
        code, _ = api.refused("{ pipeline { count states { count } } }")
    assert code == "timed_out"
    assert api.ask("{ pipeline { count } }")["pipeline"] == {"count": 0}


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (
            ['{"type": "subscribe", "id": "1", "payload": {"query": "{ news { totalCount } }"}}'],
            4401,
        ),
        (["nonsense"], 4400),
        (['{"type": "connection_init"}', '{"type": "connection_init"}'], 4429),
        (['{"type": "connection_init", "payload": {"authorization": "Bearer x"}}'], 4403),
        (['{"type": "connection_init"}', '{"type": "unheard-of"}'], 4400),
        (
            ['{"type": "connection_init"}', '{"type": "subscribe", "payload": {"query": "{ x }"}}'],
            4400,
        ),
        (
            [
                '{"type": "connection_init"}',
                *[
                    '{"type": "subscribe", "id": "1", "payload": {"query": "subscription { changes { id } }"}}'
                ]
                * 2,
            ],
            4409,
        ),
        ([], 4408),
    ],
)
def test_connection_ends_with_the_protocols_own_codes(
    net: Network, monkeypatch: pytest.MonkeyPatch, messages: list[str], code: int
) -> None:
    monkeypatch.setattr(websocket, "INIT_SECONDS", 0.3 if code == 4408 else 10.0)
    with (
        serving(create_app(settings(net.database_url))) as address,
        connect(f"ws://{address}/graphql", subprotocols=[PROTOCOL]) as connection,
    ):
        for message in messages:
            connection.send(message)
        with contextlib.suppress(ConnectionClosed):
            while True:
                connection.recv(timeout=20)
        assert connection.close_code == code
