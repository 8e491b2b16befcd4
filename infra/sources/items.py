"""The last step of every reader: values cleaned, limits checked, identities made."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.news import BODY_LIMIT, LANGUAGES, LEAD_LIMIT, TITLE_LIMIT
from infra.sources.identity import keys_of, known_url
from infra.sources.model import SourceAttachment, SourceItem, UnreadableSource
from infra.sources.units import author_unit
from infra.text import render
from projections.text import plain

# Control characters, zero-width signs, soft hyphens and byte order marks inside the text.
_INVISIBLE: Final = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)
_LINE_END: Final = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_MAX_TAGS: Final = 20
_MAX_TAG: Final = 50


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a source came from: an address or a file's name; `today` bounds the plausible dates."""

    url: str | None
    file_name: str | None
    today: date


def clean(text: str) -> str:
    """One kind of line end and of space, letters composed, nothing invisible."""
    text = (
        _INVISIBLE.sub("", _LINE_END.sub("\n", text)).replace("\u00a0", " ").replace("\u202f", " ")
    )
    return unicodedata.normalize("NFC", text)


def one_line(text: str | None) -> str:
    return " ".join(clean(text or "").split())


def make_item(
    *,
    title: str,
    body_markdown: str,
    origin: Origin,
    lead: str = "",
    language: str | None = None,
    published_on: date | None = None,
    author: str | None = None,
    source_url: str | None = None,
    guid: str | None = None,
    view_count: int | None = None,
    tags: Iterable[str] = (),
    attachments: Iterable[SourceAttachment] = (),
) -> SourceItem:
    title, body = one_line(title), clean(body_markdown).strip()
    lead = _own_lead(one_line(lead), body)
    _refuse_unfit(title, lead, body)
    url = known_url(source_url) if source_url else None
    guid = one_line(guid) or None
    return SourceItem(
        title=title,
        lead=lead,
        body_markdown=body,
        language=_language(language),
        published_on=published_on,
        author_unit=author_unit(author and clean(author)),
        source_url=url,
        guid=guid,
        view_count=view_count,
        tags=_tags(tags),
        attachments=tuple(attachments),
        keys=keys_of(title, published_on, guid, url, origin.file_name),
    )


def _own_lead(lead: str, body: str) -> str:
    """Many pages give the body's first words as their summary: that is not a lead."""
    if not lead:
        return ""
    start = re.sub(r"\s*(?:\.\.\.|…|\[…\]|\[\.\.\.\])\s*(?:\w+\s+\w+\s*»?)?$", "", lead)
    text = " ".join(plain(render(body)).split())
    return "" if not start or text.startswith(start) or text == lead else lead


def _refuse_unfit(title: str, lead: str, body: str) -> None:
    if not title:
        raise UnreadableSource("no_title", "Nie znaleziono tytułu.", "No title was found.")
    if not body:
        raise UnreadableSource(
            "no_body", f"„{title[:80]}” nie ma treści.", f"“{title[:80]}” has no text."
        )
    for name, en, text, limit in (
        ("Tytuł", "title", title, TITLE_LIMIT),
        ("Lead", "lead", lead, LEAD_LIMIT),
        ("Treść", "body", body, BODY_LIMIT),
    ):
        if len(text) > limit:
            raise UnreadableSource(
                f"{en}_too_long",
                f"{name} ma {len(text)} znaków, dozwolone jest {limit}.",
                f"The {en} has {len(text)} characters, {limit} are allowed.",
            )


def _language(declared: str | None) -> str:
    """The sources are Polish offices: what isn't declared, or isn't one of ours, is Polish."""
    code = (declared or "").strip().lower()[:2]
    return code if code in LANGUAGES else "pl"


def _tags(tags: Iterable[str]) -> tuple[str, ...]:
    cleaned = (one_line(tag) for tag in tags)
    return tuple(dict.fromkeys(tag for tag in cleaned if 0 < len(tag) <= _MAX_TAG))[:_MAX_TAGS]
