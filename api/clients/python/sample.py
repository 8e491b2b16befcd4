"""A client in Python, with gql: every document is checked against the schema's SDL before it is sent.

python sample.py ADDRESS list [TERC]
python sample.py ADDRESS publish TERC TITLE    (with an access token in WSPOLNA_TOKEN)
python sample.py ADDRESS follow HOW_MANY [TERC]
python sample.py ADDRESS copy FILE HOW_MANY
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from gql import Client, GraphQLRequest, gql
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

SDL = Path(__file__).parents[2] / "graphql" / "schema.graphql"

NEWS = """
query NewsPage($municipality: String, $after: String) {
  news(municipality: $municipality, first: 50, after: $after) {
    nodes { id title publishedOn municipality { name } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
DRAFT = """
mutation Draft($input: DraftNewsInput!) {
  draftNews(input: $input) {
    __typename
    ... on NewsWritten { newsItem { id } version position }
    ... on InvalidInputError { problems { field code } }
    ... on UserError { code message }
  }
}
"""
PUBLISH = """
mutation Publish($input: PublishNewsInput!) {
  publishNews(input: $input) {
    __typename
    ... on NewsWritten { newsItem { id slug } version position }
    ... on StaleVersionError { currentVersion }
    ... on UserError { code message }
  }
}
"""
FOLLOW = """
subscription Follow($municipality: String) {
  newsPublished(municipality: $municipality) { id title publishedOn }
}
"""
CHANGES = """
subscription Changes($after: Position!) {
  changes(after: $after) {
    position
    effect
    subjectType
    subjectId
    subject { ... on NewsItem { title } }
  }
}
"""


class Refused(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _identity(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def reading(address: str, token: str | None = None, at_least: int | None = None) -> Client:
    """`at_least`: a position that a mutation told; answers wait until they reflect it."""
    headers = {"Accept-Language": "en", **_identity(token)}
    if at_least is not None:
        headers["Wspolna-At-Least"] = str(at_least)
    transport = HTTPXAsyncTransport(url=f"{address}/graphql", headers=headers, timeout=30)
    return Client(transport=transport, schema=SDL.read_text("utf-8"))


def following(address: str, token: str | None = None) -> Client:
    transport = WebsocketsTransport(
        url=f"{address.replace('http', 'ws', 1)}/graphql",
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        init_payload=_identity(token),
    )
    return Client(transport=transport, schema=SDL.read_text("utf-8"))


async def news(
    session: AsyncClientSession, municipality: str | None = None
) -> AsyncIterator[dict[str, Any]]:
    """Every published item, newest first, page by page."""
    after = None
    while True:
        variables = {"municipality": municipality, "after": after}
        page = (await _asked(session, NEWS, variables))["news"]
        for item in page["nodes"]:
            yield item
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


async def publish(session: AsyncClientSession, municipality: str, title: str) -> int:
    """Drafts and publishes an item; answers the position from which on readers see it.

    Each command has an id that we make: after a broken connection the very same one may be sent
    again, and happens once.
    """
    text = {"title": title, "body": title}
    drafted = await _given(session, DRAFT, "draftNews", municipality=municipality, text=text)
    order = {"newsItem": drafted["newsItem"]["id"], "expectedVersion": drafted["version"]}
    published = await _given(session, PUBLISH, "publishNews", **order)
    position: int = published["position"]
    return position


async def follow(
    session: AsyncClientSession, municipality: str | None = None
) -> AsyncIterator[dict[str, Any]]:
    """Every item as it is published, over a websocket."""
    request = GraphQLRequest(FOLLOW, variable_values={"municipality": municipality})
    async for told in session.subscribe(request):
        yield told["newsPublished"]


async def keep(session: AsyncClientSession, file: Path) -> AsyncIterator[dict[str, Any]]:
    """Keeps the titles of all published news in a file, with the position that they are as of.

    Started again, it goes on from there: nothing is missed, and nothing told twice.
    """
    copy = _read(file)
    request = GraphQLRequest(CHANGES, variable_values={"after": copy["position"]})
    async for told in session.subscribe(request):
        change = told["changes"]
        _apply(change, copy)
        _write(file, copy)
        yield change


def _apply(change: dict[str, Any], copy: dict[str, Any]) -> None:
    if change["subjectType"] == "NewsItem":
        # The subject is told as it is now: gone already, where a later change takes it away.
        if change["effect"] == "DISAPPEARED" or not change["subject"]:
            copy["news"].pop(change["subjectId"], None)
        else:
            copy["news"][change["subjectId"]] = change["subject"]["title"]
    copy["position"] = change["position"]


def _read(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {"position": 0, "news": {}}
    copy: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return copy


def _write(file: Path, copy: dict[str, Any]) -> None:
    written = file.with_suffix(".new")
    written.write_text(json.dumps(copy), "utf-8")
    written.replace(file)


async def _given(session: AsyncClientSession, mutation: str, name: str, **order: Any) -> Any:
    """A refusal is an answer with a type of its own."""
    command = {"commandId": str(uuid4()), **order}
    answer = (await _asked(session, mutation, {"input": command}))[name]
    if answer["__typename"] != "NewsWritten":
        raise Refused(answer["code"], answer["message"])
    return answer


async def _asked(session: AsyncClientSession, query: str, variables: dict[str, Any]) -> Any:
    try:
        return await session.execute(GraphQLRequest(gql(query), variable_values=variables))
    except TransportQueryError as refused:
        first = (refused.errors or [{}])[0]
        code = first.get("extensions", {}).get("code", "failed")
        raise Refused(code, first.get("message", str(refused))) from None


async def main(address: str, what: str, *told: str) -> None:
    token = os.environ.get("WSPOLNA_TOKEN")
    if what == "list" and len(told) <= 1:
        async with reading(address, token) as session:
            async for item in news(session, *told):
                say(item)
    elif what == "publish" and len(told) == 2:
        async with reading(address, token) as session:
            position = await publish(session, *told)
        async with reading(address, token, at_least=position) as session:
            newest = await anext(news(session, told[0]))
        say({"position": position, "newest": newest})
    elif what == "follow" and told:
        async with following(address, token) as session:
            say({"following": True})
            await _say_first(int(told[0]), follow(session, *told[1:]))
    elif what == "copy" and len(told) == 2:
        async with following(address, token) as session:
            await _say_first(int(told[1]), keep(session, Path(told[0])))
    else:
        raise Refused("usage", __doc__ or "")


async def _say_first(how_many: int, lines: AsyncIterator[object]) -> None:
    async for line in lines:
        say(line)
        how_many -= 1
        if not how_many:
            break


def say(line: object) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)  # noqa: T201  what a program says


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:]))
    except (Refused, TransportError) as refused:
        code = refused.code if isinstance(refused, Refused) else "network"
        print(json.dumps({"code": code, "message": str(refused)}), file=sys.stderr)  # noqa: T201  as above
        sys.exit(1)
