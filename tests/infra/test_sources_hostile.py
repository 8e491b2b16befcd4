"""Whatever the bytes are: an item within the limits, or a refusal with its reason, and nothing else."""

import json
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.news import BODY_LIMIT, LEAD_LIMIT, TITLE_LIMIT
from domain.values import text_problems
from infra.sources import UnreadableSource
from infra.sources.items import Origin
from infra.sources.reader import read_bytes

ORIGIN = Origin("https://gmina.example/a", None, date(2026, 11, 24))


def check(data: bytes) -> None:
    with suppress(UnreadableSource):
        reading = read_bytes(data, ORIGIN)
        assert reading.items
        for item in reading:
            assert not list(text_problems("title", item.title, TITLE_LIMIT))
            assert not list(text_problems("lead", item.lead, LEAD_LIMIT, required=False))
            assert not list(text_problems("body", item.body_markdown, BODY_LIMIT, multiline=True))
            assert item.keys
            assert not any(list(text_problems("tags", tag, 50)) for tag in item.tags)


_words = st.one_of(
    st.sampled_from(
        [
            *("Opublikowano dn. 13.08.2025", "Autor: UM Opoczno", "Autor:", "Liczba odsłon: 5"),
            *("Powrót", "Aktualności", "Data publikacji:", "2025-08-13", "- punkt", "1. punkt"),
            *("Zdanie, które jest dość długie, żeby być treścią artykułu.", "Tytuł", "a > b"),
            *(
                "\u2028",
                "\u00a0",
                "\x07",
                "\ufeff",
                "\ud800".encode("utf-8", "ignore").decode(),
                "|",
            ),
        ]
    ),
    st.text(max_size=30),
)


@settings(max_examples=250, deadline=None)
@given(st.lists(_words, max_size=15), st.sampled_from(["\n", "\n\n", "\r\n", "\t"]))
def test_any_page_dump(lines: list[str], separator: str) -> None:
    check(separator.join(lines).encode("utf-8", "replace"))


_tags = st.sampled_from(
    [
        *("<html>", "<body>", "<article>", "<h1>", "</h1>", "<p>", "</p>", "<ul><li>", "</ul>", "<table>"),
        *("<tr><td>", "</table>", "<a href='//[x'>", "<a href='/x y'>", "<img src='https://a/b'>", "<br><br>"),
        *("<script type='application/ld+json'>[{\"@type\":\"NewsArticle\",\"datePublished\":5}]</script>",),
        *("<time datetime='2025-08-13'>", "<meta property='og:title' content='T'>", "<pre>", "</article>"),
        *("<link rel=canonical href='http://[bad'>", "<!--", "<![CDATA[", "<title>T</title>", "&#0;", "&#x1F;"),
        *("Zdanie, które jest dość długie, żeby być treścią artykułu. " * 3, "Opublikowano: 13.08.2025"),
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(_tags, st.text(max_size=10)), max_size=20))
def test_any_html(parts: list[str]) -> None:
    check(("<!doctype html>" + "".join(parts)).encode("utf-8", "replace"))


_feed = st.sampled_from(
    [
        *("<channel>", "<item>", "</item>", "<entry>", "</entry>", "<title>T</title>", "<guid>g</guid>"),
        *("<link>https://a.example/1</link>", "<link>http://[x</link>", "<pubDate>13 Aug 2025</pubDate>"),
        *("<pubDate>x</pubDate>", "<description>Treść</description>", "<description>&lt;p&gt;x</description>"),
        *("<enclosure url='https://a.example/p' length='x'/>", "<enclosure/>", "<category/>", "<author/>"),
        *("<content:encoded><![CDATA[<b>", "]]></content:encoded>", "&b;", "<media:content url='x'/>"),
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(_feed, st.text(max_size=6)), max_size=20))
def test_any_feed(parts: list[str]) -> None:
    check(
        f"<rss version='2.0'><channel>{''.join(parts)}</channel></rss>".encode("utf-8", "replace")
    )


_names = st.sampled_from(
    [
        *(
            "title",
            "content_html",
            "content_text",
            "date_published",
            "url",
            "id",
            "authors",
            "tags",
        ),
        *("attachments", "items", "language", "summary", "view_count"),
    ]
)
_values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just("2025-08-13")
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(st.lists(st.one_of(_values, st.dictionaries(_names, _values, max_size=8)), max_size=4))
def test_any_json(entries: list[object]) -> None:
    check(json.dumps(entries).encode())
    check(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": entries}).encode())


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    check(data)


LONG = "Zdanie, które jest dość długie, żeby być treścią artykułu. "


@pytest.mark.parametrize(
    "text",
    [
        "<html><body>" + "<div>" * 20_000 + LONG * 5,
        "<html><body>" + "<ul><li>" * 3_000 + LONG * 5,
        "<html><body>" + "<b>" * 3_000 + LONG * 5,
        "[" * 100_000,
        '{"items":' * 50_000,
        "<rss version='2.0'><channel><item><title>t</title><description>"
        + "&lt;div&gt;" * 5_000
        + "x</description></item></channel></rss>",
        "<rss>" + "<channel>" * 20_000,
        "Tytuł\n\nOpublikowano: 13.08.2025\n\n" + LONG * 10_000,
        "Tytuł\n\nOpublikowano: 13.08.2025\n\n" + "słowo " * 300_000,
        "Tytuł\n\nOpublikowano: 13.08.2025\n\n" + (LONG + "\n\n") * 3_000,
        "\n" * 500_000,
        "Opublikowano: 13.08.2025\n" * 5_000,
        ("Tytuł\nOpublikowano: 13.08.2025\n" + LONG + "\n\n") * 1_000,
        "Autor:\n" * 20_000,
        "- a\n" * 20_000,
        "Tytuł\n\nOpublikowano: 13.08.2025\n\n" + "- a\n" * 20_000 + LONG,
        "Tytuł\n\nOpublikowano: 13.08.2025\n\n" + "*_[`<" * 20_000,
        " " * 1_000_000 + "x",
        "<" * 200_000,
        "<!--" * 50_000,
        "<!DOCTYPE " * 50_000,
        "<?xml " * 50_000,
    ],
)
def test_deep_and_long_input_ends_in_reasonable_time(text: str) -> None:
    check(text.encode())
