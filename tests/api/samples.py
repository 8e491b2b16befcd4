"""Rows for the read tables, strange ones among them, as a projector could have written them."""

import json
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from projections.registry import PROJECTIONS
from projections.schema import ensure

STRANGE = [
    "zwykły",
    'cudzysłów " i \\ ukośnik',
    "nowa\nlinia\ttab",
    "\u0001\u001f\u007f",
    "😀 łąka",
    "</script>",
    "",
]
TAGS = ["drogi", "szkoły", 'woda "pitna"', "żółć"]


def fill(connection: Connection[Any], municipalities: int, news: int, seed: int = 1) -> None:
    """`connection`: in autocommit. A twelfth of the news are drafts, a twelfth retracted."""
    chance = random.Random(seed)
    for projection in PROJECTIONS:
        ensure(connection, projection)
    with connection.transaction():
        towns = [_municipality(number, chance) for number in range(municipalities)]
        _insert(connection, "read_municipalities.municipalities", towns)
        items = [_news(number, chance, towns) for number in range(news)]
        _insert(connection, "read_news.news", items)
        _insert(connection, "read_news.slugs", [_slug(item, item["slug"]) for item in items])
        _insert(
            connection,
            "read_news.slugs",
            [_slug(item, f"dawny-{item['slug']}") for item in items[::3]],
        )
        _insert(
            connection,
            "read_news.versions",
            [row for item in items for row in _versions(item, chance)],
        )
        connection.execute(
            "INSERT INTO news_views SELECT id, 7 FROM read_news.news WHERE initial_views = 185"
        )
        connection.execute("UPDATE read_news.position SET position = 1000, revision = 3")
        connection.execute("UPDATE read_municipalities.position SET position = 990")
    connection.execute("ANALYZE")


def _municipality(number: int, chance: random.Random) -> dict[str, Any]:
    name = f"{chance.choice(['Bełchatów', 'Łask', 'Opoczno', 'Żychlin'])} {number}"
    known = chance.random() < 0.7
    return {
        "id": UUID(int=chance.getrandbits(128), version=4),
        "terc": f"{10 + number // 10000:02}{number % 10000:04}",
        "name": name,
        "name_sort": name.lower(),
        "name_search": name.lower().replace("ł", "l"),
        "slug": f"gmina-{number}",
        "kind": chance.choice(["URBAN", "RURAL", "URBAN_RURAL"]),
        "city_with_powiat_rights": chance.random() < 0.3,
        "voivodeship": chance.choice(["łódzkie", "mazowieckie"]),
        "county": chance.choice(STRANGE[:4]),
        "nuts3": "PL715" if known else None,
        "latitude": chance.choice([51.3761, 52.0, 0.0, -0.5, 1e-05]) if known else None,
        "longitude": chance.choice([20.2831, 19.0, 19.365]) if known else None,
        "population": chance.randint(1, 100000) if known else None,
        "population_year": 2024 if known else None,
        "population_source": "GUS BDL" if known else None,
        "website": None,
        "feeds": chance.choice([[], ["https://example.pl/rss", 'https://example.pl/"x"']]),
        "membership": "ACTIVE",
        "version": chance.randint(1, 9),
        "registered_at": _moment(chance),
        "updated_at": _moment(chance),
    }


def _news(number: int, chance: random.Random, towns: list[dict[str, Any]]) -> dict[str, Any]:
    town = chance.choice(towns)
    state = chance.choices(["PUBLISHED", "DRAFT", "RETRACTED"], [10, 1, 1])[0]
    text = "" if state == "RETRACTED" else chance.choice(STRANGE) * chance.randint(1, 3)
    published = (
        None if state == "DRAFT" else date(2024, 1, 1) + timedelta(days=chance.randint(0, 90))
    )
    return {
        "id": UUID(int=chance.getrandbits(128), version=4),
        "municipality_id": town["id"],
        "municipality_terc": town["terc"],
        "slug": f"news-{number}",
        "state": state,
        "title": f"{chance.choice(STRANGE)} {number}",
        "lead": text,
        "body": text,
        "body_html": f"<p>{text}</p>",
        "body_text": text,
        "language": "pl",
        "translations": json.dumps(
            [
                {"language": "en", "title": t, "lead": t, "bodyHtml": t, "bodyText": t}
                for t in STRANGE[: number % 3]
            ]
        ),
        "tags": chance.sample(TAGS, chance.randint(0, 3)),
        "author_unit": chance.choice([None, "UM Opoczno"]),
        "published_on": published,
        "published_at": published and _moment(chance),
        "updated_at": _moment(chance),
        "source_url": chance.choice([None, 'https://example.pl/a?b="c"']),
        "attachments": json.dumps(
            [
                {
                    "title": "Plik",
                    "url": "https://example.pl/a.pdf",
                    "sha256": None,
                    "mediaType": "application/pdf",
                    "sizeBytes": 12,
                }
            ]
            * (number % 2)
            + [{"title": "Bez reszty", "url": "https://example.pl/b"}] * (number % 5 == 0)
        ),
        "municipality": json.dumps(_named(town)),
        "mentioned_tercs": [],
        "mentions": json.dumps(
            [_named(each) for each in chance.sample(towns, min(len(towns), number % 4))]
        ),
        "initial_views": chance.choice([0, 185]),
        "retraction_reason": "Pomyłka" if state == "RETRACTED" else None,
        "version": chance.randint(1, 4),
    }


def _named(town: dict[str, Any]) -> dict[str, Any]:
    return {"id": str(town["id"]), "terc": town["terc"], "name": town["name"], "slug": town["slug"]}


def _slug(item: dict[str, Any], slug: str) -> dict[str, Any]:
    return {"municipality_terc": item["municipality_terc"], "slug": slug, "news_id": item["id"]}


def _versions(item: dict[str, Any], chance: random.Random) -> list[dict[str, Any]]:
    kinds = ["DRAFTED", "PUBLISHED", "CORRECTED", "CORRECTED"][: item["version"]]
    return [
        {
            "news_id": item["id"],
            "version": number + 1,
            "kind": kind,
            "recorded_at": _moment(chance),
            "effective_on": date(2024, 2, 3),
            "actor": "operator",
            "on_behalf_of": chance.choice([None, "100704"]),
            "reason": chance.choice([None, *STRANGE]),
            "public": kind != "DRAFTED",
            "title": chance.choice([None, item["title"]]),
            "lead": None,
            "body_html": chance.choice([None, item["body_html"]]),
        }
        for number, kind in enumerate(kinds)
    ]


def _moment(chance: random.Random) -> datetime:
    microseconds = chance.choice([0, 1, 120000, 999999, chance.randint(0, 999999)])
    return datetime(2024, 3, chance.randint(1, 28), 23, 30, 5, microseconds, tzinfo=UTC)


def _insert(connection: Connection[Any], table: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    names = list(rows[0])
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.SQL(table),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join(sql.Placeholder() * len(names)),
    )
    connection.cursor().executemany(statement, [list(row.values()) for row in rows])
