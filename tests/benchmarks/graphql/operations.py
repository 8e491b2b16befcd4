"""The four operations, as each server's own schema asks them, and the requests that vary them.

No two requests of a first-time run are alike: Q1 starts after a different item each time, Q2 at a
different municipality and item, Q3 asks for a different item, Q4 starts at
a different place between initiatives. Every server gets the same ones.
"""

import json
import random
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from api.graphql.relay import cursor

NAMES = ("Q1", "Q2", "Q3", "Q4")


@dataclass(frozen=True)
class Key:
    """What one request asks for: after which item, after which municipality, or which item."""

    published_on: str
    news_id: UUID
    municipality_id: UUID
    terc: str
    slug: str
    after_name: str
    after_terc: str
    after_id: UUID
    proposed_on: str
    initiative_id: UUID
    """A place between initiatives: 5,000 of them are too few for all to be different."""


def keys(url: str, count: int) -> list[Key]:
    """The same random sample each time, of the newer half, so that pages are full."""
    with psycopg.connect(url) as connection:
        news = connection.execute(
            "SELECT published_on::text, id, municipality_id, municipality_terc, slug FROM read_news.news "
            "WHERE state = 'PUBLISHED' ORDER BY published_on DESC, id DESC"
        ).fetchall()
        towns = connection.execute(
            "SELECT name_sort, terc, id FROM read_municipalities.municipalities ORDER BY name_sort, terc"
        ).fetchall()
        days = connection.execute(
            "SELECT proposed_on::text FROM read_initiatives.initiatives ORDER BY proposed_on DESC, id DESC"
        ).fetchall()
    chance = random.Random(1)
    days = days[: max(len(days) * 9 // 10, 1)]
    sample = chance.sample(news[: max(len(news) * 9 // 10, 1)], min(count, len(news) * 9 // 10))
    found = []
    for row in sample:
        town, (day,) = chance.choice(towns[:-20] or towns), chance.choice(days)
        place = UUID(int=chance.getrandbits(128), version=4)
        found.append(Key(*(*row, *town, day, place)))
    return found


def body(query: str, variables: dict[str, Any]) -> bytes:
    text = " ".join(query.split())
    return json.dumps({"query": text, "variables": variables}, ensure_ascii=False).encode()


# What the hand-written peers serve: our schema's names over cursors of their own.

HAND_WRITTEN = {
    "Q1": """query Q1($after: String) { news(first: 20, after: $after) { edges { node {
        title slug lead publishedOn tags municipality { name slug } } } } }""",
    "Q2": """query Q2($after: String, $newsAfter: String) { municipalities(first: 20, after: $after) {
        edges { node { name slug news(first: 10, after: $newsAfter) {
        edges { node { title slug publishedOn } } } } } } }""",
    "Q3": """query Q3($municipality: String!, $slug: String!) {
        newsItem(municipality: $municipality, slug: $slug) {
        title slug lead bodyHtml publishedOn updatedAt authorUnit tags municipality { name slug } } }""",
    "Q4": """query Q4($after: String) { initiatives(first: 20, after: $after) { edges { node {
        title state eligible lead { name slug } partners { eligible grant ownPublic
        municipality { name slug } } } } } }""",
}


def hand_written(name: str, key: Key) -> bytes:
    item = f"{key.published_on}|{key.news_id}"
    initiative = f"{key.proposed_on}|{key.initiative_id}"
    variables: dict[str, dict[str, Any]] = {
        "Q1": {"after": item},
        "Q2": {"after": key.after_name, "newsAfter": item},
        "Q3": {"municipality": key.terc, "slug": key.slug},
        "Q4": {"after": initiative},
    }
    return body(HAND_WRITTEN[name], variables[name])


def ours(name: str, key: Key) -> bytes:
    """The same documents; our cursors."""
    item = cursor("news", (key.published_on, key.news_id))
    town = cursor("municipalities", (key.after_name, key.after_terc))
    initiative = cursor("initiatives", (key.proposed_on, key.initiative_id))
    variables: dict[str, dict[str, Any]] = {
        "Q1": {"after": item},
        "Q2": {"after": town, "newsAfter": item},
        "Q3": {"municipality": key.terc, "slug": key.slug},
        "Q4": {"after": initiative},
    }
    return body(HAND_WRITTEN[name], variables[name])


# PostGraphile names fields after tables, keys and columns; aliases give them the names of the others.

NORMALISED_NEWS = """title slug lead publishedOn
    tags: newsTagsByNewsId { nodes { tag: tagByTagId { name } } }
    municipality: municipalityByMunicipalityId { name slug }"""
WIDE_NEWS = "title slug lead publishedOn tags municipality"
NORMALISED_PARTY = (
    "lead: municipalityByLeadId { name slug }",
    "municipality: municipalityByMunicipalityId { name slug }",
)
WIDE_PARTY = ("lead", "municipality")


def postgraphile_documents(news: str, party: tuple[str, str]) -> dict[str, str]:
    return {
        "Q1": f"""query Q1($after: Cursor) {{
            news: allNewsItems(first: 20, after: $after, orderBy: [PUBLISHED_ON_DESC, ROW_ID_DESC]) {{
            edges {{ node {{ {news} }} }} }} }}""",
        "Q2": """query Q2($after: Cursor, $newsAfter: Cursor) {
            municipalities: allMunicipalities(first: 20, after: $after, orderBy: [NAME_SORT_ASC]) {
            edges { node { name slug news: newsItemsByMunicipalityId(
                first: 10, after: $newsAfter, orderBy: [PUBLISHED_ON_DESC, ROW_ID_DESC]) {
            edges { node { title slug publishedOn } } } } } } }""",
        "Q3": f"""query Q3($municipality: UUID!, $slug: String!) {{
            newsItem: newsItemByMunicipalityIdAndSlug(municipalityId: $municipality, slug: $slug) {{
            {news} bodyHtml updatedAt authorUnit }} }}""",
        "Q4": f"""query Q4($after: Cursor) {{ initiatives: allInitiatives(
            first: 20, after: $after, orderBy: [PROPOSED_ON_DESC, ROW_ID_DESC]) {{ edges {{ node {{
            title state eligible {party[0]}
            partners: initiativePartnersByInitiativeId(orderBy: [ORDINAL_ASC]) {{ nodes {{
            eligible grant: grantShare ownPublic {party[1]} }} }} }} }} }} }}""",
    }


def postgraphile(
    documents: dict[str, str], ask: Callable[[bytes], dict[str, Any]]
) -> Callable[[str, Key], bytes]:
    """Its cursors hold a digest of the order: one real cursor of each kind shows it."""
    digests = {
        field: _digest(ask, field, order)
        for field, order in (
            ("allNewsItems", "PUBLISHED_ON_DESC, ROW_ID_DESC"),
            ("allMunicipalities", "NAME_SORT_ASC"),
            ("allInitiatives", "PROPOSED_ON_DESC, ROW_ID_DESC"),
        )
    }

    def write(name: str, key: Key) -> bytes:
        item = _cursor(digests["allNewsItems"], key.published_on, str(key.news_id))
        town = _cursor(digests["allMunicipalities"], key.after_name, str(key.after_id))
        initiative = _cursor(digests["allInitiatives"], key.proposed_on, str(key.initiative_id))
        variables: dict[str, dict[str, Any]] = {
            "Q1": {"after": item},
            "Q2": {"after": town, "newsAfter": item},
            "Q3": {"municipality": str(key.municipality_id), "slug": key.slug},
            "Q4": {"after": initiative},
        }
        return body(documents[name], variables[name])

    return write


def _digest(ask: Callable[[bytes], dict[str, Any]], field: str, order: str) -> str:
    answer = ask(body(f"{{ {field}(first: 1, orderBy: [{order}]) {{ edges {{ cursor }} }} }}", {}))
    digest: str = json.loads(b64decode(answer["data"][field]["edges"][0]["cursor"]))[0]
    return digest


def _cursor(*parts: str) -> str:
    return b64encode(json.dumps(parts, separators=(",", ":"), ensure_ascii=False).encode()).decode()
