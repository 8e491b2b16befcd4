"""Questions that can't be answered as they are put: each with a code and a sentence, and no internals."""

import base64
import json

import pytest

from api.graphql.relay import cursor, cursor_parser
from api.graphql.vocabulary import OrderKey
from tests.api.conftest import NEW, Api


def made_up(*keys: str) -> str:
    return written(json.dumps(keys))


def written(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


ITEM = "0198a0b2-5c1e-7b1e-8a52-2f0d6c1f0e3a"


@pytest.mark.parametrize(
    "after",
    [
        "zmyślony",
        "AAAA",
        made_up("news"),
        made_up("news", "2025-13-45", ITEM),
        made_up("news", "2025-08-13", "nobody"),
        made_up("municipalities", "2025-08-13", ITEM),
        made_up("news", "2025-02-30", ITEM),
        made_up("news", "20250813", ITEM),
        made_up("news", "2025-08-13", ITEM.upper()),
        made_up("news", "2025-08-13", ITEM, ITEM),
        written(f'["news","2025-08-13","{ITEM}"]'),
        written(f' ["news", "2025-08-13", "{ITEM}"]'),
        cursor("news", ["2025-08-13", ITEM]) + "=",
    ],
)
def test_made_up_cursor_is_refused(api: Api, after: str) -> None:
    code, message = api.refused(
        "query ($after: String) { news(after: $after) { totalCount } }", {"after": after}
    )
    assert code == "invalid_cursor"
    assert message.startswith("Kursor „")


@pytest.mark.parametrize(
    "after",
    [
        made_up("municipalities", "a\0b", "100704"),
        made_up("municipalities", "\ud800", "100704"),
        made_up("municipalities", "łódź", "100704"),  # as it is written in ASCII
        written('["municipalities", "\\u0061", "100704"]'),
    ],
)
def test_made_up_text_in_a_cursor_is_refused(api: Api, after: str) -> None:
    code, _ = api.refused(
        "query ($after: String) { municipalities(after: $after) { totalCount } }", {"after": after}
    )
    assert code == "invalid_cursor"


@pytest.mark.parametrize("name", ["łódź", 'a "quoted" \\ one', "tab\tand newline\n", "[", "ok"])
def test_any_text_stands_in_a_cursor(name: str) -> None:
    order = (OrderKey("name_sort", "text"), OrderKey("terc", "text"))
    parse = cursor_parser("municipalities", order)
    assert parse(cursor("municipalities", [name, "100704"])) == [name, "100704"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ news(first: 101) { totalCount } }", "page_size"),
        ("{ news(first: -1) { totalCount } }", "page_size"),
        ('{ news(municipality: "12") { totalCount } }', "invalid_input"),
        ('{ municipality(terc: "99") { name } }', "invalid_input"),
        ("{ newsItem { title } }", "one_way_to_look_up"),
        ('{ newsItem(slug: "x") { title } }', "one_way_to_look_up"),
        (
            '{ newsItem(municipality: "100704", slug: "x", id: "y") { title } }',
            "one_way_to_look_up",
        ),
        ('{ newsItem(id: "y") { title } }', "invalid_id"),
        ('{ node(id: "y") { id } }', "invalid_id"),
        (
            '{ node(id: "Tm9wZTowMTk4YTBiMi01YzFlLTdiMWUtOGE1Mi0yZjBkNmMxZjBlM2E=") { id } }',
            "invalid_id",
        ),
        ('{ news(tag: "a\\u0000b") { totalCount } }', "invalid_text"),
        ('{ news(since: "1025-08-13") { totalCount } }', "implausible_date"),
        ("{ nope }", "invalid_request"),
        ("{ news { ", "invalid_request"),
        ("query A { __typename } query B { __typename }", "invalid_request"),
        (
            "{ news(first: 100) { nodes { municipality { news(first: 100) { nodes { id } } } } } }",
            "cost_limit",
        ),
    ],
)
def test_question_that_cannot_be_answered_says_why(api: Api, query: str, code: str) -> None:
    assert api.refused(query)[0] == code


def test_deep_wide_and_long_documents_are_refused(api: Api) -> None:
    nested = "municipality { news(first: 1) { nodes { " * 6 + "id" + " } } }" * 6
    deep = f"{{ news(first: 1) {{ nodes {{ {nested} }} }} }}"
    assert api.refused(deep)[0] == "depth_limit"
    wide = "{ " + " ".join(f"a{n}: __typename" for n in range(600)) + " }"
    assert api.refused(wide)[0] == "breadth_limit"
    assert api.refused("{ " + "__typename " * 3000 + "}")[0] == "document_limit"


def test_refusal_is_in_english_for_who_prefers_it(api: Api) -> None:
    assert api.refused("{ newsItem { title } }", language="en-GB, pl;q=0.5") == (
        "one_way_to_look_up",
        "Give exactly one of: municipality + slug; id.",
    )


def test_missing_read_model_is_said_and_nothing_of_the_inside(api: Api) -> None:
    api.net.connection.execute("DROP SCHEMA read_news CASCADE")
    code, message = api.refused("{ news { totalCount } }")
    assert (code, message) == (
        "not_ready",
        "Dane są właśnie przygotowywane. Spróbuj ponownie za chwilę.",
    )


def test_internal_error_is_masked(api: Api) -> None:
    api.net.register()
    api.net.published()
    api.net.project()
    api.net.connection.execute("ALTER TABLE read_news.news RENAME COLUMN tags TO labels")
    answer = api.post("{ news { nodes { tags } } }", accept=NEW).json()
    assert answer["errors"][0]["extensions"]["code"] == "internal_error"
    assert "labels" not in json.dumps(answer)
    assert "column" not in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    "query", ["{ news {", "{ newz }", "query ($x: Nobody) { news { totalCount } }"]
)
def test_document_that_is_no_question_is_refused_in_the_readers_language(
    api: Api, query: str
) -> None:
    polish = api.post(query)
    assert polish.status_code == 400
    message = polish.json()["errors"][0]["message"]
    assert message.startswith("Zapytanie GraphQL jest niepoprawne: ")
    english = api.post(query, language="en").json()["errors"][0]["message"]
    assert message.endswith(english)
