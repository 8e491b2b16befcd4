"""What news say: the text, its limits, and how it is rendered."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from domain.errors import FieldProblem, Malformed, TooMany
from domain.values import link_problems, parse_terc, text_problems
from domain.work import Work

TITLE_LIMIT = 300
LEAD_LIMIT = 2_000
BODY_LIMIT = 200_000  # characters of Markdown: a hundred printed pages
SIZE_LIMIT = 2**50
LANGUAGES = ("pl", "en", "uk", "de", "cs", "sk", "be", "lt")


@dataclass(frozen=True)
class Attachment:
    """A file kept elsewhere; `sha256` (hexadecimal) tells whether it is still the same file."""

    title: str
    url: str
    sha256: str | None = None
    media_type: str | None = None
    size_bytes: int | None = None


@dataclass(frozen=True)
class Translation:
    language: str
    title: str
    lead: str
    body: str


@dataclass(frozen=True)
class NewsText:
    """What an author writes; `body` is Markdown, `mentions` are TERC codes of related municipalities."""

    title: str
    body: str
    lead: str = ""
    language: str = "pl"
    translations: tuple[Translation, ...] = ()
    tags: tuple[str, ...] = ()
    author_unit: str | None = None
    source_url: str | None = None
    attachments: tuple[Attachment, ...] = ()
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rendering:
    """Sanitised HTML of the bodies as they were published; `translations` in the order of the text's."""

    body_html: str
    translations: tuple[str, ...] = ()


def with_mentions(text: NewsText, own: str, work: Work) -> NewsText:
    """The municipalities that the author named, then those that the text names; never the own one.

    Recorded in the event, so that a replay doesn't depend on the dictionary of that day.
    """
    found = work.texts.mentioned_in(f"{text.title}\n{text.lead}\n{text.body}", own)
    every = dict.fromkeys([*(parse_terc(terc, "mentions") for terc in text.mentions), *found])
    return replace(text, mentions=tuple(terc for terc in every if terc != own))


def rendering_of(text: NewsText, work: Work) -> Rendering:
    """Rendered once and recorded: what people saw doesn't change with a later sanitiser's version."""
    render = work.texts.render
    translations = tuple(render(translation.body) for translation in text.translations)
    return Rendering(render(text.body), translations)


def news_text_problems(text: NewsText) -> Iterable[FieldProblem]:
    yield from _version_problems(text.title, text.lead, text.body)
    yield from _language_problems(text)
    if len(text.tags) > 20:
        yield TooMany("tags", limit=20, length=len(text.tags))
    for tag in text.tags[:20]:
        yield from text_problems("tags", tag, 50)
    if len(text.mentions) > 100:
        yield TooMany("mentions", limit=100, length=len(text.mentions))
    if text.author_unit is not None:
        yield from text_problems("authorUnit", text.author_unit, 200)
    if text.source_url is not None:
        yield from link_problems("sourceUrl", text.source_url)
    yield from _attachment_problems(text.attachments)


def _version_problems(title: str, lead: str, body: str) -> Iterable[FieldProblem]:
    yield from text_problems("title", title, TITLE_LIMIT)
    yield from text_problems("lead", lead, LEAD_LIMIT, required=False, multiline=True)
    yield from text_problems("body", body, BODY_LIMIT, multiline=True)


def _language_problems(text: NewsText) -> Iterable[FieldProblem]:
    languages = [text.language, *(translation.language for translation in text.translations)]
    for language in languages:
        if language not in LANGUAGES:
            yield Malformed("language", value=language[:20])
    if len(languages) != len(set(languages)):
        yield Malformed("translations", value=", ".join(languages)[:100])
    for translation in text.translations[: len(LANGUAGES)]:
        yield from _version_problems(translation.title, translation.lead, translation.body)


def _attachment_problems(attachments: tuple[Attachment, ...]) -> Iterable[FieldProblem]:
    if len(attachments) > 50:
        yield TooMany("attachments", limit=50, length=len(attachments))
    for attachment in attachments[:50]:
        yield from text_problems("attachments.title", attachment.title, 200)
        yield from link_problems("attachments.url", attachment.url)
        if attachment.sha256 is not None and not re.fullmatch(r"[0-9a-f]{64}", attachment.sha256):
            yield Malformed("attachments.sha256", value=attachment.sha256[:70])
        if attachment.media_type is not None:
            yield from text_problems("attachments.mediaType", attachment.media_type, 255)
        if attachment.size_bytes is not None and not 0 <= attachment.size_bytes < SIZE_LIMIT:
            yield Malformed("attachments.sizeBytes", value=attachment.size_bytes)
