"""Hazards of compiling, each met once."""

import asyncio

import psycopg
import pytest
from graphql import is_object_type

from api.auth import PUBLIC
from api.graphql.asked import Question
from api.graphql.declared import declaration_of, table_behind
from api.graphql.engine import Engine
from api.graphql.metrics import REASONS
from api.graphql.schema import make_schema
from api.graphql.vocabulary import Column
from infra.bootstrap import connect
from tests.api.samples import fill
from tests.api.test_differential import both, run


@pytest.fixture
def filled(database_url: str) -> str:
    with connect(database_url) as connection:
        fill(connection, municipalities=4, news=24)
    return database_url


@pytest.mark.parametrize(
    "query",
    [
        # an alias that is also an alias, a column or a keyword of the statement
        "{ t1: news(first: 3) { t2: nodes { t1: title p0: slug position: lead n: version } } }",
        "{ state: municipalities { select: nodes { value: name from: terc } } }",
        # longer than the 63 bytes that PostgreSQL keeps of a name
        f"{{ {'a' * 90}: news(first: 1) {{ {'b' * 90}: nodes {{ {'c' * 90}: title }} }} }}",
        # more pieces than one concat takes
        "{ news(first: 2) { nodes { "
        + " ".join(f"a{n}: title b{n}: slug" for n in range(90))
        + " } } }",
        # nothing is left of a selection
        "{ news(first: 2) { nodes { title @skip(if: true) } edges { node { id @include(if: false) } } } }",
        # nothing but a number in each entry of a list
        "{ municipalities(first: 2) { nodes { news(first: 1) { totalCount } } } }",
        "{ municipalities(first: 2) { edges { node { latitude } } } }",
        # the same page twice, once with what comes before and after it
        (
            "{ news(first: 2) { edges { cursor } nodes { id } e: edges { node { id } }"
            " pageInfo { endCursor startCursor hasNextPage } } }"
        ),
        "{ news(first: 0) { edges { cursor } pageInfo { endCursor startCursor hasNextPage } totalCount } }",
        '{ news(first: 100, since: "2100-01-01") { nodes { id } pageInfo { endCursor hasNextPage } } }',
        (
            "{ municipalities { nodes { latitude longitude population kind feeds"
            " news(first: 1) { totalCount pageInfo { hasNextPage } } } } }"
        ),
        (
            "{ news { nodes { mentions { population kind } translations { __typename title }"
            " attachments { sizeBytes sha256 } } } }"
        ),
    ],
)
def test_compiles_to_the_same_bytes(filled: str, query: str) -> None:
    async def check(found: Engine) -> None:
        quick, slow = await both(found, Question(query), PUBLIC)
        assert quick == slow

    run(filled, check)


def test_columns_taken_as_they_stand_are_never_null_and_right(filled: str) -> None:
    """A NULL would take its whole row out of a list, and nobody would tell."""
    schema = make_schema()._schema
    found = [
        (table.name, declared)
        for each in schema.type_map.values()
        if is_object_type(each) and each.extensions and (table := table_behind(each)) is not None
        for field in each.fields.values()
        if isinstance(declared := declaration_of(field), Column)
        if declared.plain or declared.written
    ]
    assert {declared.sql for _, declared in found} == {
        "{row}.slug",
        "{row}.title",
        "{row}.published_on",
    }
    with psycopg.connect(filled) as connection:
        awkward = "UPDATE read_news.news SET title = %s WHERE slug = 'news-1'"
        assert connection.execute(awkward, ('„A" \\ \t\x01 Ż',)).rowcount > 0
        for read, declared in found:
            value = declared.sql.format(row="t")
            column = declared.written or value.removeprefix("t.")
            text = f"t.{declared.written}" if declared.written else f"'\"' || {value} || '\"'"
            null = connection.execute(
                "SELECT attnotnull FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s",
                (read, column),
            ).fetchone()
            same = f"{text} = coalesce(to_json({value})::text, 'null')"
            right = connection.execute(
                f"SELECT count(*), count(*) FILTER (WHERE {same}) FROM {read} t".encode()
            ).fetchone()
            assert null == (True,)
            assert right is not None
            assert right[0] == right[1] > 0


def test_null_where_none_may_be_is_told_by_the_ordinary_executor(filled: str) -> None:
    with psycopg.connect(filled) as connection:
        connection.execute(
            """UPDATE read_news.news SET mentions = '[{"id": "x", "terc": "100704"}]'"""
        )

    async def check(found: Engine) -> None:
        failed = REASONS["statement_failed"]._value.get()
        answer = await found.answer(
            Question("{ news(first: 1) { nodes { mentions { name } } } }"), PUBLIC, "pl"
        )
        assert answer.body.startswith(b'{"errors":[{"message":"Wewn')
        assert REASONS["statement_failed"]._value.get() == failed + 1

    run(filled, check)


def test_failed_statement_takes_none_of_its_batch_along(filled: str) -> None:
    with psycopg.connect(filled) as connection:
        connection.execute(
            """UPDATE read_news.news SET mentions = '[{"id": "x"}]' WHERE slug = 'news-1'"""
        )

    async def check(found: Engine) -> None:
        bad = Question("{ news { nodes { mentions { name } } } }")
        good = [Question(f"{{ news(first: {n + 1}) {{ nodes {{ title }} }} }}") for n in range(20)]
        ordinary = [await found.ordinary(each, PUBLIC, "pl") for each in good]
        failed = REASONS["statement_failed"]._value.get()
        answers = await asyncio.gather(
            *(found.answer(each, PUBLIC, "pl") for each in [bad, *good, bad])
        )
        assert [each.body for each in answers[1:-1]] == [each.body for each in ordinary]
        assert REASONS["statement_failed"]._value.get() > failed

    run(filled, check)


def test_true_and_one_null_and_absent_never_share_a_plan(filled: str) -> None:
    query = """query ($a: Boolean!, $n: Int, $t: String) {
        news(first: $n, tag: $t) { totalCount @include(if: $a) nodes { id } } }"""

    async def check(found: Engine) -> None:
        for variables in (
            b'{"a":true,"n":1}',
            b'{"a":false,"n":1}',
            b'{"a":true,"n":null}',
            b'{"a":true}',
            b'{"a":true,"n":0}',
            b'{"a":true,"t":null}',
            b'{"a":true,"t":"drogi"}',
        ):
            quick, slow = await both(found, Question(query, None, variables), PUBLIC)
            assert quick == slow

    run(filled, check)


def test_database_that_comes_back_is_used_again(filled: str) -> None:
    async def check(found: Engine) -> None:
        question = Question("{ news(first: 1) { totalCount } }")
        before = await found.answer(question, PUBLIC, "pl")
        for _ in range(10):
            _terminate_all(filled)
            await _answered_again(found, question, before.body)

    run(filled, check)


def _terminate_all(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database()"
        )


async def _answered_again(found: Engine, question: Question, body: bytes) -> None:
    """Not one question of those that come meanwhile is left without an answer."""
    for _ in range(200):
        asked = [found.answer(question, PUBLIC, "pl") for _ in range(4)]
        answers = await asyncio.wait_for(asyncio.gather(*asked), 20)
        if all(answer.body == body for answer in answers):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("not answered again")
