"""The way of a portal as PORTALS.md tells it: every step is done as it is written there."""

import re
import shlex
import time
from email.message import EmailMessage
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import api.graphql
from infra.accounts.letters import AccountLetters, Deliveries
from infra.bootstrap import connect
from infra.log import EventLog
from infra.personal.master import WrappingKey
from infra.portals.letters import PortalDeliveries, PortalLetters
from infra.portals.webhooks import Courier
from infra.reactors import ReactorWorker, deliver_due
from projections.worker import Outcome
from tests.api.conftest import Api
from tests.infra.desks import Office
from tests.infra.receiver import receiving
from tests.network import VAULT

PAGE = (Path(api.graphql.__path__[0]) / "PORTALS.md").read_text("utf-8")
STEPS = dict(re.findall(r"^## (\d+)\. .+?\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))


class Reader:
    """Somebody who does what the page says, with a mailbox."""

    def __init__(self, api: Api) -> None:
        self.api, self.office = api, Office(api.net)
        self.letters: list[EmailMessage] = []
        self.known = {"link": "", "key": ""}
        self.react()

    def curl(self, step: int) -> Any:
        """As a shell would give it to curl."""
        text = self._block(step, "sh").replace("$LINK", self.known["link"])
        command, address, *told = shlex.split(text.replace("$KEY", self.known["key"]))
        assert command == "curl"
        headers = dict(value.split(": ", 1) for option, value in pairwise(told) if option == "-H")
        body = told[told.index("-d") + 1]
        path = address.removeprefix("http://127.0.0.1:8000")
        return self.api.client.post(path, content=body.encode(), headers=headers)

    def ask(self, step: int, *, operator: bool = False, **variables: Any) -> Any:
        query = self._block(step, "graphql")
        if "$commandId" in query:
            variables["commandId"] = str(uuid4())
        data = self.api.ask(query, variables, operator=operator)
        return next(iter(data.values()))

    def caught_up(self) -> None:
        """What a client waits for with `Wspolna-At-Least`."""
        position = self.api.net.value("SELECT max(position) FROM events")
        self.api.post("{ portals { totalCount } }", extensions={"atLeast": position})

    def python(self, step: int) -> Any:
        names: dict[str, Any] = {"known": set()}
        exec(self._block(step, "python"), names)  # noqa: S102  the page's own words
        return names

    def react(self) -> None:
        """What the workers do: letters and invitations."""
        net, letters = self.api.net, None
        for _ in range(2):
            for reactor in (PortalLetters(), AccountLetters()):
                worker = ReactorWorker(reactor, EventLog(VAULT))
                while worker.step(net.connection) is Outcome.MOVED:
                    pass
            letters = Deliveries(
                self.office.desk, self.letters.append, "https://w.example", "w@w.example"
            )
            told = {**letters.by_task(), **PortalDeliveries(letters).by_task()}
            deliver_due(net.connection, told)

    def open_letter(self) -> str:
        self.react()
        letter = self.letters.pop()
        body = letter.get_body()
        assert body is not None
        text = str(body.get_content())
        found = re.search(r"https://w\.example(/\S+)#(\S+)", text)
        assert found is not None
        self.known["link"] = found[2]
        assert self.api.client.get(found[1]).status_code == 200
        return str(letter["To"])

    def _block(self, step: int, kind: str) -> str:
        (block,) = re.findall(rf"^```{kind}\n(.*?)^```", STEPS[str(step)], re.DOTALL | re.MULTILINE)
        return str(block)


@pytest.fixture
def reader(live_api: Api) -> Reader:
    live_api.net.register()
    live_api.net.published("Nowy most")
    return Reader(live_api)


def test_every_step_is_walked() -> None:
    assert len(STEPS) == 12


def test_portal_finds_its_way_from_the_application_to_its_statistics(reader: Reader) -> None:
    assert reader.curl(1).status_code == 202
    assert "Ewa Lis <ewa@gminy.example>" in reader.open_letter()
    confirmed = reader.curl(2)
    assert confirmed.status_code == 200
    assert reader.curl(2).json() == confirmed.json()
    portal = confirmed.json()["portal"]

    reader.caught_up()
    (waiting,) = reader.ask(3, operator=True)["nodes"]
    assert (waiting["id"], waiting["contactName"]) == (portal, "Ewa Lis")
    approved = reader.ask(4, operator=True, portal=portal)
    assert approved["portal"]["state"] == "ACTIVE"

    assert reader.open_letter() == "Ewa Lis <ewa@gminy.example>"
    assert reader.curl(5).json()["roles"] == ["PORTAL"]
    assert reader.ask(6) == {
        "id": portal,
        "name": "Gminy w sieci",
        "state": "ACTIVE",
        "scopes": ["CHANGES", "READ_PUBLIC", "WEBHOOKS"],
        "requestsPerMinute": 600,
        "keys": [],
        "webhooks": [],
    }

    issued = reader.ask(7, portal=portal)
    reader.known["key"] = issued["secret"]
    first = reader.curl(8)
    assert first.json()["data"]["news"]["nodes"][0]["title"] == "Nowy most"
    assert first.headers["ratelimit-policy"] in STEPS["8"]
    assert first.headers["ratelimit"].startswith('"key";r=599;')

    added = reader.ask(9, portal=portal)
    assert added["webhook"]["kinds"] == ["CALL", "NEWS", "PRACTICE"]
    _receive(reader, added, portal)

    key = issued["key"]["id"]
    rotated = reader.ask(10, portal=portal, key=key)
    assert reader.curl(8).status_code == 200
    revoked = reader.ask(11, portal=portal, key=key)["portal"]["keys"]
    assert [each["revokedAt"] is None for each in revoked] == [True, False]
    assert reader.curl(8).status_code == 401
    reader.known["key"] = rotated["secret"]
    assert reader.curl(8).status_code == 200
    assert isinstance(reader.ask(12, portal=portal), list)


def _receive(reader: Reader, added: Any, portal: str) -> None:
    """What arrives is checked by the page's own receiver, and leads to what changed."""
    net = reader.api.net
    with receiving() as receiver:
        # Of another portal's machine there is none here: the address is changed to one of ours.
        change = """mutation($input: ChangeWebhookInput!) { changeWebhook(input: $input) {
            ... on WebhookWritten { webhook { id url delivery { position } } }
            ... on UserError { code message } } }"""
        told = {
            "commandId": str(uuid4()),
            "portal": portal,
            "webhook": added["webhook"]["id"],
            "url": receiver.url,
            "kinds": ["NEWS"],
        }
        changed = reader.api.ask(change, {"input": told})["changeWebhook"]["webhook"]
        assert changed["url"] == receiver.url
        net.published("Drugi most")
        reader.caught_up()
        courier = Courier(
            partial(connect, net.database_url),
            net.cooperation,
            WrappingKey(bytes(32)),
            reader.office.now,
            allow_private=True,
        )
        assert sum(courier.deliver(each) for each in _soon(courier, net.connection)) == 1
        (received,) = receiver.received
        names = reader.python(9)
        names["secret"] = added["secret"]
        data = names["receive"](received.body, received.headers)["data"]
        assert received.id in names["known"]
        found = reader.api.ask(
            "query($id: ID!) { node(id: $id) { ... on NewsItem { title } } }",
            {"id": data["subject"]},
        )
        assert found["node"] == {"title": "Drugi most"}
        keys = set(re.findall(r'^    "(\w+)":', STEPS["9"], re.MULTILINE))
        assert keys == set(data)


def _soon(courier: Courier, connection: Any) -> list[Any]:
    """The read models of the change's subject may come some moments later."""
    for _ in range(100):
        if due := courier.due(connection):
            return due
        time.sleep(0.05)
    return []


def test_pages_of_registration_lead_to_addresses_that_are_there(live_api: Api) -> None:
    for path in ("/portale/rejestracja", "/portale/potwierdzenie"):
        page = live_api.client.get(path, headers={"Accept-Language": "en"})
        assert page.status_code == 200
        assert "default-src 'none'" in page.headers["content-security-policy"]
        fields = re.findall(r'<input id="([^"]+)"', page.text)
        assert re.findall(r'<label for="([^"]+)"', page.text) == fields
        (address,) = re.findall(r'data-to="([^"]+)"', page.text)
        assert live_api.client.post(address, json={}).status_code == 400
