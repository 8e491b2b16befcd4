"""What a source says, as plain values, and how it is refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class SourceKind(StrEnum):
    PAGE_DUMP = "page_dump"  # a page's visible text, with whatever stood around the article
    HTML = "html"
    FEED = "feed"  # RSS, Atom, RDF
    JSON = "json"  # JSON Feed, or a bare list


class UnreadableSource(Exception):
    """A source, or an entry, is refused: `code` is snake_case, the reason in two languages."""

    def __init__(self, code: str, pl: str, en: str) -> None:
        super().__init__(pl)
        self.code = code
        self.pl = pl
        self.en = en


@dataclass(frozen=True, slots=True)
class SourceAttachment:
    url: str
    title: str
    media_type: str | None = None
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class SourceItem:
    """One news item as its source shows it.

    `keys` are the identities under which it is recognised at the next import, strongest first:
    `guid:…`, `url:…`, `title:<date>:<slug>`, `file:<date>:<name>`.
    """

    title: str
    lead: str
    body_markdown: str  # blocks separated by blank lines
    language: str  # ISO 639-1
    published_on: date | None
    author_unit: str | None
    source_url: str | None
    guid: str | None
    view_count: int | None
    tags: tuple[str, ...]
    attachments: tuple[SourceAttachment, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SkippedItem:
    """One entry of a feed that was not understood, while the others were."""

    label: str  # its title or guid, else its place in the feed
    reason: UnreadableSource


@dataclass(frozen=True, slots=True)
class Reading:
    """Iterates over the items and has their number; `skipped` tells what was left out and why."""

    kind: SourceKind
    origin: str
    items: tuple[SourceItem, ...]
    skipped: tuple[SkippedItem, ...] = ()

    def __iter__(self) -> Iterator[SourceItem]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)
