"""RSS 2.0, Atom and RDF through feedparser."""

import io
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, Final

import feedparser

from infra.sources.dates import date_in_feed
from infra.sources.items import Origin, make_item, one_line
from infra.sources.markdown import from_html, from_lines
from infra.sources.model import (
    Reading,
    SkippedItem,
    SourceAttachment,
    SourceItem,
    SourceKind,
    UnreadableSource,
)

_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]*\?>")
_HTML: Final = re.compile(r"<[a-zA-Z/!]|&(?:#\d+|\w+);")


def read_feed(text: str, origin: Origin) -> Reading:
    # The text is decoded already: what its declaration says of the encoding is no longer true.
    feed = feedparser.parse(
        io.BytesIO(_DECLARATION.sub("", text).encode()),
        response_headers={
            "content-type": "application/xml; charset=utf-8",
            "content-location": origin.url or "",
        },
        sanitize_html=False,  # what is shown goes through the one sanitiser in infra/text.py
    )
    if not feed.entries:
        raise _no_entries(feed)
    language = feed.feed.get("language")
    return read_entries(
        SourceKind.FEED,
        feed.entries,
        lambda entry: _item(entry, language, entries_of(origin)),
        origin,
    )


def entries_of(origin: Origin) -> Origin:
    """A file of many entries is no identity of any of them."""
    return replace(origin, file_name=None)


def read_entries(kind: SourceKind, entries: Iterable[Any], read: Any, origin: Origin) -> Reading:
    """One broken entry does not stop the others; when none is left, the first reason is given."""
    items: list[SourceItem] = []
    skipped: list[SkippedItem] = []
    for number, entry in enumerate(entries, start=1):
        try:
            items.append(read(entry))
        except UnreadableSource as error:
            label = (
                one_line(str(entry.get("title") or entry.get("id") or ""))
                if isinstance(entry, dict)
                else ""
            )
            skipped.append(SkippedItem(label[:200] or f"#{number}", error))
    if not items:
        raise skipped[0].reason
    return Reading(kind, origin.url or origin.file_name or "", tuple(items), tuple(skipped))


def _item(entry: Any, language: str | None, origin: Origin) -> SourceItem:
    content, lead = _texts(entry)
    link = entry.get("link")
    return make_item(
        title=_plain_title(entry.get("title", "")),
        lead=lead,
        body_markdown=from_html(content, link or origin.url)
        if looks_like_html(content)
        else from_plain(content),
        origin=origin,
        language=entry.get("language") or language,
        published_on=_day(entry, origin.today),
        author=entry.get("author"),
        source_url=link if link and re.match(r"https?://[^\s/]", link) else None,
        guid=entry.get("id"),
        tags=[tag.get("label") or tag.get("term") or "" for tag in entry.get("tags", ())],
        attachments=_enclosures(entry),
    )


def _texts(entry: Any) -> tuple[str, str]:
    """The body as it was written, and the lead where the entry has both."""
    contents = [
        content.value for content in entry.get("content", ()) if content.get("value", "").strip()
    ]
    summary = entry.get("summary", "")
    if not contents:
        return summary, ""
    lead = from_html(summary) if looks_like_html(summary) else summary
    return max(contents, key=len), "" if lead == contents[0] else re.sub(
        r"\\(?=\W)|[*]{2}", "", lead
    )


def _plain_title(title: str) -> str:
    return re.sub(r"\\(?=\W)|[*]{2}", "", from_html(title)) if looks_like_html(title) else title


def looks_like_html(text: str) -> bool:
    return bool(_HTML.search(text))


def from_plain(text: str) -> str:
    groups = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip())
    return "\n\n".join(
        block
        for group in groups
        for block in from_lines(line.strip() for line in group.split("\n"))
    )


def _day(entry: Any, today: date) -> date | None:
    written = entry.get("published") or entry.get("created") or entry.get("updated")
    return date_in_feed(written, today) if written and written.strip() else None


def _enclosures(entry: Any) -> list[SourceAttachment]:
    links = [*entry.get("enclosures", ()), *entry.get("media_content", ())]
    return attachments_of(
        (
            link.get("href") or link.get("url"),
            link.get("title"),
            link.get("type"),
            link.get("length"),
        )
        for link in links
    )


def attachments_of(described: Iterable[tuple[Any, Any, Any, Any]]) -> list[SourceAttachment]:
    """From (address, title, media type, size); what has no complete address is no attachment."""
    found: dict[str, SourceAttachment] = {}
    for url, title, media_type, size in described:
        if isinstance(url, str) and re.fullmatch(r"https?://[^\s/?#<>\"']+[^\s<>\"']*", url):
            name = one_line(str(title or "")) or url.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
            digits = str(size or "")
            found.setdefault(
                url,
                SourceAttachment(
                    url,
                    name,
                    str(media_type) if media_type else None,
                    int(digits) if digits.isdigit() and int(digits) else None,
                ),
            )
    return list(found.values())


def _no_entries(feed: Any) -> UnreadableSource:
    if feed.bozo and not feed.version:
        return UnreadableSource(
            "broken_feed",
            "Kanał jest uszkodzony i nie da się go odczytać.",
            "The feed is broken and cannot be read.",
        )
    return UnreadableSource(
        "empty_feed", "Kanał nie ma żadnych wpisów.", "The feed has no entries."
    )
