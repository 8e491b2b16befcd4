"""Takes a file or an address, recognises by its content what it is, and reads it."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Final

from infra.fetch import MAX_BYTES, FetchError, fetch
from infra.sources.dates import WARSAW
from infra.sources.decoding import decode
from infra.sources.feeds import read_feed
from infra.sources.html_page import read_html
from infra.sources.items import Origin
from infra.sources.json_feed import read_json
from infra.sources.model import Reading, SourceItem, SourceKind, UnreadableSource
from infra.sources.page_dump import read_page_dump

_SIGNATURES: Final = (
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP / DOCX / XLSX"),
    (b"\xd0\xcf\x11\xe0", "DOC / XLS"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG"),
    (b"GIF8", "GIF"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x1f\x8b", "GZIP"),
    (b"\x7fELF", "ELF"),
)
_PROLOG: Final = re.compile(
    r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>|\s)*", re.DOTALL | re.IGNORECASE
)
_ROOT: Final = re.compile(r"<([A-Za-z][\w.-]*:)?([A-Za-z][\w.-]*)")
_FEEDS: Final = {"rss", "feed", "rdf"}
_HTML: Final = re.compile(
    r"<(?:!doctype\s+html|html|head|body|main|article|section|div|p|h1|h2|table|meta|title)\b",
    re.IGNORECASE,
)


def read(source: str | Path, *, allow_private: bool = False, today: date | None = None) -> Reading:
    """Raises UnreadableSource when nothing of it can be taken.

    `allow_private` lets addresses of the own network be read; `today` (the day in Poland) bounds
    the publication dates that can be true.
    """
    day = today or datetime.now(WARSAW).date()
    if isinstance(source, str) and "://" in source:
        return _read_url(source, allow_private, day)
    return _read_file(Path(source), day)


def _read_url(url: str, allow_private: bool, today: date) -> Reading:
    try:
        fetched = fetch(url, allow_private=allow_private)
    except FetchError as error:
        raise UnreadableSource(error.code, error.pl, error.en) from error
    charset = re.search(r"charset=[\"']?([\w.:-]+)", fetched.content_type, re.IGNORECASE)
    return read_bytes(
        fetched.content, Origin(fetched.final_url, None, today), charset[1] if charset else None
    )


def _read_file(path: Path, today: date) -> Reading:
    path = path.expanduser()
    if not path.is_file():
        raise UnreadableSource("not_found", f"Nie ma pliku {path}.", f"There is no file {path}.")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableSource(
            "not_readable",
            f"Nie można odczytać {path}: {error.strerror}.",
            f"Cannot read {path}: {error.strerror}.",
        ) from error
    return read_bytes(data, Origin(None, path.name, today))


def read_bytes(data: bytes, origin: Origin, declared_encoding: str | None = None) -> Reading:
    _refuse_by_bytes(data)
    text = decode(data, declared_encoding)
    if not text.strip("\ufeff \t\r\n\xa0"):
        raise _empty()
    return _recognised(text.lstrip("\ufeff"), origin)


def _refuse_by_bytes(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise UnreadableSource(
            "too_large", f"Źródło ma ponad {limit} MB.", f"The source is larger than {limit} MB."
        )
    if not data.strip():
        raise _empty()
    kind = next((name for signature, name in _SIGNATURES if data.startswith(signature)), None)
    if (
        kind is None
        and b"\0" in data
        and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff"))
    ):
        kind = "?"
    if kind is not None:
        raise UnreadableSource(
            "binary",
            f"To plik binarny ({kind}), a nie tekst, strona HTML ani kanał.",
            f"This is a binary file ({kind}), not a text, an HTML page or a feed.",
        )


def _empty() -> UnreadableSource:
    return UnreadableSource("empty", "Źródło jest puste.", "The source is empty.")


def _recognised(text: str, origin: Origin) -> Reading:
    kind = recognise(text)
    if kind is SourceKind.FEED:
        return read_feed(text, origin)
    if kind is SourceKind.JSON:
        return read_json(text, origin)
    item = _read_page(kind, text, origin)
    return Reading(kind, origin.url or origin.file_name or "", (item,))


def _read_page(kind: SourceKind, text: str, origin: Origin) -> SourceItem:
    return read_html(text, origin) if kind is SourceKind.HTML else read_page_dump(text, origin)


def recognise(text: str) -> SourceKind:
    """By content: names and labels of files lie too often."""
    start = text[_prolog_end(text) :]
    if re.match(r"[{\[]\s*(?:[\"{\[\]}]|$)", start):
        return SourceKind.JSON
    root = _ROOT.match(start)
    if root and root[2].lower() in _FEEDS:
        return SourceKind.FEED
    if _HTML.search(text, 0, 20_000) and (
        root or re.search(r"</(?:html|body|div|p)>", text, re.IGNORECASE)
    ):
        return SourceKind.HTML
    if root and text.rstrip().endswith(">"):
        raise UnreadableSource(
            "unknown_xml",
            f"Tego rodzaju XML (<{root[0][1:]}>) nie umiemy odczytać: potrzebny jest RSS, Atom "
            f"lub strona HTML.",
            f"This kind of XML (<{root[0][1:]}>) is not read: RSS, Atom or an HTML page is needed.",
        )
    return SourceKind.PAGE_DUMP


def _prolog_end(text: str) -> int:
    match = _PROLOG.match(text)
    return match.end() if match else 0
