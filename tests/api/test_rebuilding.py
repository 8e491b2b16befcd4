"""The log is the truth: everything that is read can be thrown away."""

from typing import Any

from psycopg import sql

from projections.registry import PROJECTIONS
from projections.waiting import wait
from tests.api.conftest import Api, projecting
from tests.network import BELCHATOW, OPOCZNO

EVERYTHING = """
query ($after: String) {
  municipalities(first: 50) {
    totalCount
    edges { cursor node { id terc name slug kind voivodeship county population registeredAt updatedAt } }
  }
  news(first: 50, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges {
      cursor
      node {
        id slug title lead bodyHtml bodyText language tags authorUnit publishedOn updatedAt state sourceUrl
        viewCount translations { language title lead bodyHtml }
        municipality { id name } mentions { id name }
        history { version kind recordedAt effectiveOn actor reason title lead bodyHtml }
      }
    }
  }
}
"""


def _history(api: Api) -> None:
    net = api.net
    net.register(OPOCZNO)
    items = [
        net.published(f"Aktualność {n}", body="Wizyta w Bełchatowie.", tags=("drogi",)).stream_id
        for n in range(7)
    ]
    net.register(BELCHATOW)
    net.draft("Szkic")
    net.correct(items[1], "Sprostowana")
    net.correct(items[1], "Sprostowana drugi raz")
    net.retract(items[2])


def _answers(api: Api) -> list[bytes]:
    asked: list[dict[str, Any]] = [{}, {"operator": True}, {"language": "en"}]
    return [api.post(EVERYTHING, {}, **options).content for options in asked]


def _drop_everything_read(api: Api) -> None:
    schemas = api.net.rows("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, 'read_')")
    assert len(schemas) >= 2
    for (schema,) in schemas:
        api.net.connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))


def test_answers_are_the_same_bytes_after_all_read_models_were_dropped(api: Api) -> None:
    _history(api)
    api.net.project()
    before = _answers(api)
    assert all(b"Sprostowana drugi raz" in answer for answer in before)

    _drop_everything_read(api)
    api.net.project()
    assert _answers(api) == before


def test_workers_build_by_themselves_what_somebody_dropped(api: Api) -> None:
    _history(api)
    api.net.project()
    before = _answers(api)
    last = api.net.value("SELECT max(position) FROM events")
    names = [projection.name for projection in PROJECTIONS]
    with projecting(api.net.database_url):
        _drop_everything_read(api)
        assert wait(api.net.connection, names, last, seconds=20)
    assert _answers(api) == before
