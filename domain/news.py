"""NewsItem (aktualność): Draft → Published → Retracted; a correction keeps what was said before."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID, uuid5

from eventsourcing.domain import event

from domain.aggregate import Aggregate, stream_of
from domain.commands import Command, handles
from domain.errors import DomainError, FieldProblem, Malformed, Missing, NotFound, TooMany
from domain.municipalities import known_municipality
from domain.roles import Role
from domain.values import (
    date_problems,
    link_problems,
    parse_terc,
    refuse_if,
    slugify,
    text_problems,
)
from domain.work import Work

TITLE_LIMIT = 300
LEAD_LIMIT = 2_000
BODY_LIMIT = 200_000  # characters of Markdown: a hundred printed pages
VIEWS_LIMIT = 10**12
SIZE_LIMIT = 2**50
LANGUAGES = ("pl", "en", "uk", "de", "cs", "sk", "be", "lt")


class NewsState(StrEnum):
    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    RETRACTED = "RETRACTED"


class NewsNotFound(NotFound):
    code = "news_not_found"
    pl = "Nie ma takiej aktualności."
    en = "There is no such news item."


class NewsRetracted(DomainError):
    code = "news_retracted"
    pl = "Aktualność została wycofana i nie można jej już zmienić."
    en = "The news item was retracted and can no longer be changed."


class NewsNotPublished(DomainError):
    code = "news_not_published"
    pl = "Aktualność nie jest opublikowana."
    en = "The news item is not published."


class SlugTaken(DomainError):
    code = "slug_taken"
    pl = "Adres „{slug}” jest w tej gminie już zajęty przez inną aktualność."
    en = "The address “{slug}” is already taken by another news item of this municipality."


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


@dataclass(frozen=True, kw_only=True)
class DraftNews(Command):
    """`slug` None: made from the title. The item's id follows from the command's."""

    municipality: str
    text: NewsText
    slug: str | None = None

    @property
    def news_id(self) -> UUID:
        return uuid5(self.command_id, "news")


@dataclass(frozen=True, kw_only=True)
class PublishNews(Command):
    """`published_on` None: today, in Polish time."""

    news_id: UUID
    published_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class CorrectNews(Command):
    news_id: UUID
    text: NewsText
    reason: str = ""
    slug: str | None = None


@dataclass(frozen=True, kw_only=True)
class RetractNews(Command):
    news_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class ImportNews(Command):
    """News found at a source; `keys` are the identities it is recognised under, strongest first.

    Published when it is new, corrected when it has changed, and otherwise left alone.
    `initial_views` is the view count that the source showed.
    """

    municipality: str
    text: NewsText
    keys: tuple[str, ...]
    published_on: date | None = None
    initial_views: int = 0


class NewsItem(Aggregate):
    class Drafted(Aggregate.Created):
        municipality: str
        slug: str
        text: NewsText
        rendering: Rendering

    class Published(Aggregate.Event):
        """`effective_on` is the date of publication."""

        initial_views: int = 0

    class Corrected(Aggregate.Event):
        slug: str
        text: NewsText
        rendering: Rendering
        reason: str
        published_on: date | None = None  # where the date of publication was wrong too

    class Retracted(Aggregate.Event):
        reason: str

    def __init__(self, *, municipality: str, slug: str, text: NewsText) -> None:
        self.municipality = municipality
        self.slug = slug
        self.text = text
        self.state = NewsState.DRAFT
        self.published_on: date | None = None

    @property
    def owner(self) -> str:
        return self.municipality

    def claim_taken(self, key: str) -> DomainError:
        return SlugTaken(slug=key.rsplit(":", 1)[1])

    def publish(self, on: date, work: Work, initial_views: int = 0) -> None:
        if self.state is NewsState.RETRACTED:
            raise NewsRetracted
        if self.state is NewsState.DRAFT:
            self.record(NewsItem.Published, work.at, on, initial_views=initial_views)

    def correct(
        self, text: NewsText, slug: str, reason: str, work: Work, published_on: date | None = None
    ) -> None:
        """Of a draft: another draft, which only its own municipality saw."""
        if self.state is NewsState.RETRACTED:
            raise NewsRetracted
        on = published_on or self.published_on
        if (text, slug, on) != (self.text, self.slug, self.published_on):
            self.record(
                NewsItem.Corrected,
                work.at,
                work.today,
                slug=slug,
                text=text,
                rendering=_rendering(text, work),
                reason=reason,
                published_on=None if on == self.published_on else on,
            )

    def retract(self, reason: str, work: Work) -> None:
        if self.state is NewsState.DRAFT:
            raise NewsNotPublished
        if self.state is NewsState.PUBLISHED:
            self.record(NewsItem.Retracted, work.at, work.today, reason=reason)

    @event(Published)
    def _published(self, effective_on: date) -> None:
        self.state = NewsState.PUBLISHED
        self.published_on = effective_on

    @event(Corrected)
    def _corrected(self, slug: str, text: NewsText, published_on: date | None) -> None:
        self.slug = slug
        self.text = text
        self.published_on = published_on or self.published_on

    @event(Retracted)
    def _retracted(self) -> None:
        self.state = NewsState.RETRACTED


@handles(DraftNews, by={Role.EDITOR, Role.MUNICIPALITY_ADMIN})
def draft_news(command: DraftNews, work: Work) -> NewsItem:
    municipality = known_municipality(work, command.municipality)
    refuse_if(_text_problems(command.text))
    slug = _slug(command.slug, command.text.title)
    return _begin(work, command.news_id, municipality.terc, slug, command.text)


@handles(PublishNews, by={Role.EDITOR, Role.MUNICIPALITY_ADMIN})
def publish_news(command: PublishNews, work: Work) -> NewsItem:
    item = _to_change(work, command.news_id, command.expected_version)
    on = command.published_on or work.today
    refuse_if(date_problems("publishedOn", on, work.today))
    item.publish(on, work)
    return item


@handles(CorrectNews, by={Role.EDITOR, Role.MUNICIPALITY_ADMIN})
def correct_news(command: CorrectNews, work: Work) -> NewsItem:
    item = _to_change(work, command.news_id, command.expected_version)
    refuse_if(_text_problems(command.text))
    refuse_if(text_problems("reason", command.reason, 1000, required=False, multiline=True))
    slug = item.slug if command.slug is None else _slug(command.slug, "")
    item.correct(_with_mentions(command.text, item.municipality, work), slug, command.reason, work)
    _claim_slug(work, item)
    return item


@handles(RetractNews, by={Role.EDITOR, Role.MUNICIPALITY_ADMIN})
def retract_news(command: RetractNews, work: Work) -> NewsItem:
    item = _to_change(work, command.news_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, multiline=True))
    item.retract(command.reason, work)
    return item


@handles(ImportNews, by={Role.EDITOR, Role.MUNICIPALITY_ADMIN})
def import_news(command: ImportNews, work: Work) -> NewsItem:
    terc = known_municipality(work, command.municipality).terc
    refuse_if([*_text_problems(command.text), *_source_problems(command)])
    on = command.published_on or work.today
    refuse_if(date_problems("publishedOn", on, work.today))
    keys = [_source_key(terc, key) for key in dict.fromkeys(command.keys)]
    known = next((holder for holder in map(work.holder, keys) if holder is not None), None)
    if known is not None:
        return _correct_from_source(command, known, keys, work)
    slug = _free_slug(work, terc, command.text.title)
    item = _begin(work, uuid5(stream_of("import", terc), keys[0]), terc, slug, command.text)
    item.publish(on, work, command.initial_views)
    for key in keys:
        work.claim(key, item.id)
    return item


def _correct_from_source(
    command: ImportNews, news_id: UUID, keys: list[str], work: Work
) -> NewsItem:
    item = _to_change(work, news_id, None)
    if item.state is not NewsState.RETRACTED:
        text = _with_mentions(command.text, item.municipality, work)
        item.correct(text, item.slug, "", work, command.published_on)
    if item.pending_events:
        for key in keys:
            if work.holder(key) is None:
                work.claim(key, item.id)
    return item


def _to_change(work: Work, news_id: UUID, expected: int | None) -> NewsItem:
    item = work.load(NewsItem, news_id, expected)
    if item is None:
        raise NewsNotFound
    return item


def _begin(work: Work, news_id: UUID, terc: str, slug: str, text: NewsText) -> NewsItem:
    told = _with_mentions(text, terc, work)
    begun = NewsItem.begin(
        NewsItem.Drafted,
        news_id,
        work.at,
        work.today,
        municipality=terc,
        slug=slug,
        text=told,
        rendering=_rendering(told, work),
    )
    work.add(begun)
    _claim_slug(work, begun)
    return begun


def _claim_slug(work: Work, item: NewsItem) -> None:
    """Held for ever, so that an address never comes to mean something else."""
    key = slug_key(item.municipality, item.slug)
    if item.pending_events and work.holder(key) != item.id:
        work.claim(key, item.id)


def slug_key(terc: str, slug: str) -> str:
    return f"news-slug:{terc}:{slug}"


def _slug(given: str | None, title: str) -> str:
    slug = given if given is not None else slugify(title)
    if not slug or slug != slugify(slug, limit=120):
        refuse_if([Malformed("slug", value=slug[:100])])
    return slug


def _free_slug(work: Work, terc: str, title: str) -> str:
    """An import has nobody to ask for another address: `…-2`, `…-3` follow the one made of the title."""
    wanted = _slug(None, title)
    candidates = (wanted if n == 1 else f"{wanted}-{n}" for n in range(1, 1000))
    return next(slug for slug in candidates if work.holder(slug_key(terc, slug)) is None)


def _with_mentions(text: NewsText, own: str, work: Work) -> NewsText:
    """The municipalities that the author named, then those that the text names; never the own one.

    Recorded in the event, so that a replay doesn't depend on the dictionary of that day.
    """
    found = work.texts.mentioned_in(f"{text.title}\n{text.lead}\n{text.body}", own)
    every = dict.fromkeys([*(parse_terc(terc, "mentions") for terc in text.mentions), *found])
    return replace(text, mentions=tuple(terc for terc in every if terc != own))


def _rendering(text: NewsText, work: Work) -> Rendering:
    """Rendered once and recorded: what people saw doesn't change with a later sanitiser's version."""
    render = work.texts.render
    translations = tuple(render(translation.body) for translation in text.translations)
    return Rendering(render(text.body), translations)


def _source_key(terc: str, key: str) -> str:
    """An index of PostgreSQL holds no more than 2,704 bytes, and addresses of sources can be longer."""
    if len(key) > 300:
        key = hashlib.sha256(key.encode()).hexdigest()
    return f"news-source:{terc}:{key}"


def _source_problems(command: ImportNews) -> Iterable[FieldProblem]:
    if not command.keys:
        yield Missing("keys")
    for key in command.keys:
        yield from text_problems("keys", key, 10_000)
    if not 0 <= command.initial_views < VIEWS_LIMIT:
        yield Malformed("initialViews", value=command.initial_views)


def _text_problems(text: NewsText) -> Iterable[FieldProblem]:
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
