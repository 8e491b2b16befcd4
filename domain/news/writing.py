"""Writing news: drafted, published, corrected, retracted."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from domain.commands import Command, handles
from domain.errors import Malformed
from domain.municipalities import known_municipality
from domain.news.item import NewsItem, NewsNotFound
from domain.news.texts import NewsText, news_text_problems, rendering_of, with_mentions
from domain.roles import Role
from domain.values import date_problems, refuse_if, slugify, text_problems
from domain.work import Work


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


@handles(DraftNews, by={Role.EDITOR, Role.MUNICIPALITY_ADMIN})
def draft_news(command: DraftNews, work: Work) -> NewsItem:
    municipality = known_municipality(work, command.municipality)
    refuse_if(news_text_problems(command.text))
    slug = slug_of(command.slug, command.text.title)
    return begin(work, command.news_id, municipality.terc, slug, command.text)


@handles(PublishNews, by={Role.EDITOR, Role.MUNICIPALITY_ADMIN})
def publish_news(command: PublishNews, work: Work) -> NewsItem:
    item = to_change(work, command.news_id, command.expected_version)
    on = command.published_on or work.today
    refuse_if(date_problems("publishedOn", on, work.today))
    item.publish(on, work)
    return item


@handles(CorrectNews, by={Role.EDITOR, Role.MUNICIPALITY_ADMIN})
def correct_news(command: CorrectNews, work: Work) -> NewsItem:
    item = to_change(work, command.news_id, command.expected_version)
    refuse_if(news_text_problems(command.text))
    refuse_if(text_problems("reason", command.reason, 1000, required=False, multiline=True))
    slug = item.slug if command.slug is None else slug_of(command.slug, "")
    item.correct(with_mentions(command.text, item.municipality, work), slug, command.reason, work)
    claim_slug(work, item)
    return item


@handles(RetractNews, by={Role.EDITOR, Role.MUNICIPALITY_ADMIN})
def retract_news(command: RetractNews, work: Work) -> NewsItem:
    item = to_change(work, command.news_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, multiline=True))
    item.retract(command.reason, work)
    return item


def to_change(work: Work, news_id: UUID, expected: int | None) -> NewsItem:
    item = work.load(NewsItem, news_id, expected)
    if item is None:
        raise NewsNotFound
    return item


def begin(
    work: Work,
    news_id: UUID,
    terc: str,
    slug: str,
    text: NewsText,
    source_digest: str | None = None,
) -> NewsItem:
    told = with_mentions(text, terc, work)
    begun = NewsItem.begin(
        NewsItem.Drafted,
        news_id,
        work.at,
        work.today,
        municipality=terc,
        slug=slug,
        text=told,
        rendering=rendering_of(told, work),
        source_digest=source_digest,
    )
    work.add(begun)
    claim_slug(work, begun)
    return begun


def claim_slug(work: Work, item: NewsItem) -> None:
    """Held for ever, so that an address never comes to mean something else."""
    key = slug_key(item.municipality, item.slug)
    if item.pending_events and work.holder(key) != item.id:
        work.claim(key, item.id)


def slug_key(terc: str, slug: str) -> str:
    return f"news-slug:{terc}:{slug}"


def slug_of(given: str | None, title: str) -> str:
    slug = given if given is not None else slugify(title)
    if not slug or slug != slugify(slug, limit=120):
        refuse_if([Malformed("slug", value=slug[:100])])
    return slug
