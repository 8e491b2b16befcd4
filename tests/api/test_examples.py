"""The examples in EXAMPLES.md run as they stand."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import api.graphql
from domain.municipalities import RenameMunicipality
from tests.api.conftest import Api
from tests.api.test_subscribing import PROTOCOL, initialised, subscribe
from tests.network import BELCHATOW, OPOCZNO, TOMASZOW

PAGE = Path(api.graphql.__path__[0]) / "EXAMPLES.md"
EXAMPLES: dict[str, str] = dict(
    re.findall(
        r"^## (.+?)\n.*?^```graphql\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
)


def example(start: str) -> str:
    return next(query for title, query in EXAMPLES.items() if title.startswith(start))


def test_every_example_is_one_of_those_tested_here() -> None:
    assert len(EXAMPLES) == 13


def test_reading_examples_answer(api: Api) -> None:
    for terc in (OPOCZNO, BELCHATOW):
        api.net.register(terc)
    api.net.published("Spotkanie burmistrzów", tags=("spotkania",), body="Goście z Bełchatowa.")
    api.net.project()

    latest = api.ask(example("The latest"))["news"]
    assert latest["nodes"][0]["title"] == "Spotkanie burmistrzów"
    assert (
        api.ask(example("The next"), {"after": latest["pageInfo"]["endCursor"]})["news"]["nodes"]
        == []
    )
    last = api.ask(example("The last"), {"before": None})["news"]
    assert last["nodes"][0]["title"] == "Spotkanie burmistrzów"
    tagged = api.ask(example("One town"))["news"]
    assert (tagged["totalCount"], tagged["nodes"][0]["mentions"]) == (1, [{"name": "Bełchatów"}])
    item = api.ask(example("One item"))["newsItem"]
    assert item["state"] == "PUBLISHED"
    assert len(api.ask(example("Municipalities, each"))["municipalities"]["nodes"]) == 2
    found = api.ask(example("Finding"))["municipalities"]["nodes"]
    assert found == [{"name": "Bełchatów", "terc": BELCHATOW}]
    assert api.ask(example("Any object"), {"id": item["id"]})["node"]["__typename"] == "NewsItem"


def test_examples_of_the_past_answer(api: Api) -> None:
    api.net.member(TOMASZOW)
    known = datetime.now(UTC).isoformat()
    renamed = RenameMunicipality(
        command_id=uuid4(), terc=TOMASZOW, name="Tomaszów", effective_on=date(2025, 7, 1)
    )
    api.net.give(renamed)
    api.net.project()
    told = api.ask(example("As it was known"), {"known": known, "day": "2025-07-01"})
    assert (told["known"]["name"], told["true"]) == ("Tomaszów Mazowiecki", {"name": "Tomaszów"})
    assert told["members"]["nodes"] == [{"name": "Tomaszów", "membership": "NONE"}]
    days = {"from": "2025-06-30", "to": "2025-07-01"}
    past = api.ask(example("What happened to it"), days)["municipality"]
    assert past["history"]["nodes"][-1]["summary"]["en"] == "It was renamed"
    assert past["provenance"][0]["event"]["type"] == "Municipality.Renamed"
    assert {"field": "name", "before": "Tomaszów Mazowiecki", "after": "Tomaszów"} in past[
        "difference"
    ]


def test_writing_and_following_examples_answer(live_api: Api) -> None:
    live_api.net.register()
    drafted = live_api.ask(example("Writing: a draft"), made(), operator=True)["draftNews"]
    with live_api.client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket:
        subscribe(initialised(socket), query=example("Following"))
        socket.send_json({"type": "ping"})
        assert socket.receive_json() == {"type": "pong"}
        given = {**made(), "newsItem": drafted["newsItem"]["id"]}
        published = live_api.ask(example("Writing: publish"), given, operator=True)["publishNews"]
        assert (published["__typename"], published["version"]) == ("NewsWritten", 2)
        told = socket.receive_json()["payload"]["data"]["newsPublished"]
        assert told["title"] == "Nowy most"


def made() -> dict[str, Any]:
    return {"commandId": str(uuid4())}
