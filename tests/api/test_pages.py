"""Relay's cursor connections to the letter: every page is what the specification's own algorithm says."""

import json
import random
from typing import Any

import pytest

from api.auth import PUBLIC
from api.graphql.asked import Question
from api.graphql.engine import Engine
from infra.bootstrap import connect
from tests.api.conftest import Api
from tests.api.samples import fill
from tests.api.test_differential import both, run

PAGES = 400
ALL = "{ municipalities(first: 100) { edges { cursor node { terc } } } }"
PAGE = """query ($first: Int, $after: String, $last: Int, $before: String) {
  municipalities(first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { terc } }
    nodes { terc }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
ENTRIES_ALONE = """query ($first: Int, $after: String, $last: Int, $before: String) {
  municipalities(first: $first, after: $after, last: $last, before: $before) { nodes { terc } }
}"""
Edges = list[dict[str, Any]]


def relay(edges: Edges, told: dict[str, Any]) -> dict[str, Any]:
    """The algorithm of the Cursor Connections Specification; 20 from the beginning if nothing is said."""
    first, last = told["first"], told["last"]
    if first is None and last is None:
        first = 20
    cursors = [edge["cursor"] for edge in edges]
    start = cursors.index(told["after"]) + 1 if told["after"] else 0
    end = cursors.index(told["before"]) if told["before"] else len(edges)
    between = page = edges[start : max(start, end)]
    if first is not None:
        page = page[:first]
    if last is not None:
        page = page[max(0, len(page) - last) :]
    more = {
        "hasNextPage": len(between) > first if first is not None else bool(told["before"]),
        "hasPreviousPage": len(between) > last if last is not None else bool(told["after"]),
        "startCursor": page[0]["cursor"] if page else None,
        "endCursor": page[-1]["cursor"] if page else None,
    }
    return {"edges": page, "nodes": [edge["node"] for edge in page], "pageInfo": more}


def test_every_page_is_what_relays_algorithm_says(database_url: str) -> None:
    with connect(database_url) as connection:
        fill(connection, municipalities=9, news=0)
    chance = random.Random(1)

    async def check(found: Engine) -> None:
        async def asked(query: str, told: dict[str, Any]) -> Any:
            question = Question(query, None, json.dumps(told).encode())
            quick, slow = await both(found, question, PUBLIC)
            assert quick == slow, told
            return json.loads(slow)["data"]["municipalities"]

        edges = (await asked(ALL, {}))["edges"]
        assert len(edges) == 9
        cursors = [edge["cursor"] for edge in edges]
        for _ in range(PAGES):
            sizes = [None, None, *range(5), 8, 9, 10]
            told = {
                "first": chance.choice(sizes),
                "last": chance.choice(sizes),
                "after": chance.choice([None, None, None, *cursors]),
                "before": chance.choice([None, None, None, *cursors]),
            }
            expected = relay(edges, told)
            assert await asked(PAGE, told) == expected, told
            assert await asked(ENTRIES_ALONE, told) == {"nodes": expected["nodes"]}, told

    run(database_url, check)


def test_pages_backwards_meet_those_forwards(api: Api) -> None:
    api.net.register()
    for number in range(7):
        api.net.published(f"Wiadomość {number}")
    api.net.project()
    page = """query ($before: String) { news(last: 3, before: $before) {
        nodes { slug } pageInfo { hasPreviousPage hasNextPage startCursor } } }"""

    seen: list[str] = []
    before, sizes = None, []
    while True:
        found = api.ask(page, {"before": before})["news"]
        seen = [each["slug"] for each in found["nodes"]] + seen
        sizes.append(len(found["nodes"]))
        assert found["pageInfo"]["hasNextPage"] is (before is not None)
        if not found["pageInfo"]["hasPreviousPage"]:
            break
        before = found["pageInfo"]["startCursor"]
    whole = api.ask("{ news(first: 100) { nodes { slug } } }")["news"]["nodes"]
    assert (sizes, seen) == ([3, 3, 1], [each["slug"] for each in whole])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("last: 101", "page_size"),
        ("last: -1", "page_size"),
        ("first: -1, last: 3", "page_size"),
        ("first: 3, last: 101", "page_size"),
        ('last: 3, before: "zmyślony"', "invalid_cursor"),
        ('last: 3, after: "zmyślony"', "invalid_cursor"),
        ('before: "WyJuZXdzIl0="', "invalid_cursor"),
    ],
)
def test_page_that_cannot_be_is_refused(api: Api, arguments: str, code: str) -> None:
    refused, message = api.refused(f"{{ news({arguments}) {{ nodes {{ id }} }} }}")
    assert refused == code
    if code == "page_size":
        assert ("last" in message) is ("first: -1" not in arguments)
