"""JSON Feed 1.1, and the bare lists that municipal systems export."""

import json
from datetime import date
from typing import Any, Final

from infra.sources.dates import date_in_feed
from infra.sources.feeds import (
    attachments_of,
    entries_of,
    from_plain,
    looks_like_html,
    read_entries,
)
from infra.sources.items import Origin, make_item
from infra.sources.markdown import from_html
from infra.sources.model import Reading, SourceItem, SourceKind, UnreadableSource

_LISTS: Final = ("items", "entries", "articles", "news", "posts", "data", "results", "aktualnosci")
_TITLE: Final = ("title", "tytul", "tytuł", "name", "headline")
_HTML: Final = ("content_html", "body_html", "html")
_TEXT: Final = (
    "content_text",
    "body_markdown",
    "content",
    "body",
    "text",
    "tresc",
    "treść",
    "description",
)
_LEAD: Final = ("summary", "lead", "excerpt", "wstep", "zajawka")
_DATE: Final = (
    "date_published",
    "published_on",
    "published_at",
    "published",
    "publishedAt",
    "datePublished",
    "data_publikacji",
    "date",
    "data",
)
_URL: Final = ("url", "link", "source_url", "adres")
_GUID: Final = ("id", "guid", "uuid")
_AUTHOR: Final = ("author", "author_unit", "autor", "jednostka")
_VIEWS: Final = ("view_count", "views", "wyswietlenia", "odslony")
_TAGS: Final = ("tags", "categories", "tagi", "kategorie")


def read_json(text: str, origin: Origin) -> Reading:
    try:
        document = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise UnreadableSource(
            "broken_json", f"Plik JSON jest uszkodzony: {error}.", f"The JSON is broken: {error}."
        ) from error
    entries = _entries(document)
    language = document.get("language") if isinstance(document, dict) else None
    return read_entries(
        SourceKind.JSON, entries, lambda entry: _item(entry, language, entries_of(origin)), origin
    )


def _entries(document: Any) -> list[Any]:
    if isinstance(document, dict):
        listed = (document[name] for name in _LISTS if isinstance(document.get(name), list))
        document = next(listed, [document] if _string(document, _TITLE) else None)
    if not isinstance(document, list):
        raise UnreadableSource(
            "not_a_feed", "Ten JSON nie jest listą aktualności.", "This JSON is not a list of news."
        )
    if not document:
        raise UnreadableSource(
            "empty_feed", "Kanał nie ma żadnych wpisów.", "The feed has no entries."
        )
    return document


def _item(entry: Any, language: Any, origin: Origin) -> SourceItem:
    if not isinstance(entry, dict):
        raise UnreadableSource(
            "not_an_item", "Wpis nie jest obiektem JSON.", "The entry is not a JSON object."
        )
    url = _string(entry, _URL)
    declared = entry.get("language", language)
    return make_item(
        title=_string(entry, _TITLE),
        lead=_string(entry, _LEAD),
        body_markdown=_body(entry, url or origin.url),
        origin=origin,
        language=declared if isinstance(declared, str) else None,
        published_on=_day(entry, origin.today),
        author=_author(entry),
        source_url=url if url.startswith(("http://", "https://")) else None,
        guid=_guid(entry),
        view_count=_views(entry),
        tags=_tags(_first(entry, _TAGS)),
        attachments=_attachments(entry.get("attachments")),
    )


def _body(entry: dict[str, Any], base_url: str | None) -> str:
    """Markdown is taken as such only under a name that says so."""
    html = _string(entry, _HTML)
    text = _string(entry, _TEXT) or _string(entry, _LEAD)
    if html or looks_like_html(text):
        return from_html(html or text, base_url)
    return text if isinstance(entry.get("body_markdown"), str) else from_plain(text)


def _day(entry: dict[str, Any], today: date) -> date | None:
    written = _string(entry, _DATE)
    return date_in_feed(written, today) if written else None


def _author(entry: dict[str, Any]) -> str | None:
    authors = entry.get("authors") or _first(entry, _AUTHOR)
    named = [
        one.get("name") if isinstance(one, dict) else one
        for one in (authors if isinstance(authors, list) else [authors])
    ]
    return ", ".join(name for name in named if isinstance(name, str)) or None


def _guid(entry: dict[str, Any]) -> str | None:
    """JSON Feed: an id that is a number is to be read as its text."""
    given = _first(entry, _GUID)
    return str(given) if isinstance(given, str | int) and not isinstance(given, bool) else None


def _views(entry: dict[str, Any]) -> int | None:
    given = _first(entry, _VIEWS)
    return given if isinstance(given, int) and not isinstance(given, bool) and given >= 0 else None


def _tags(given: Any) -> list[str]:
    if isinstance(given, str):
        return given.split(",")
    return [tag for tag in given if isinstance(tag, str)] if isinstance(given, list) else []


def _attachments(given: Any) -> Any:
    described = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    return attachments_of(
        (one.get("url"), one.get("title"), one.get("mime_type"), one.get("size_in_bytes"))
        for one in described
    )


def _first(entry: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((entry[name] for name in names if entry.get(name) not in (None, "")), None)


def _string(entry: dict[str, Any], names: tuple[str, ...]) -> str:
    found = next(
        (entry[name] for name in names if isinstance(entry.get(name), str) and entry[name].strip()),
        "",
    )
    return str(found).strip()
