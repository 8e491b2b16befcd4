"""Importing news: published when it is new, corrected when its source has changed."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from domain.aggregate import stream_of
from domain.commands import Command, handles
from domain.errors import FieldProblem, Malformed, Missing
from domain.municipalities import known_municipality
from domain.news.item import NewsItem, NewsState
from domain.news.texts import NewsText, news_text_problems, with_mentions
from domain.news.writing import begin, slug_key, slug_of, to_change
from domain.roles import Role
from domain.values import date_problems, refuse_if, text_problems
from domain.work import Work

VIEWS_LIMIT = 10**12


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


@handles(ImportNews, by={Role.EDITOR, Role.MUNICIPALITY_ADMIN})
def import_news(command: ImportNews, work: Work) -> NewsItem:
    terc = known_municipality(work, command.municipality).terc
    refuse_if([*news_text_problems(command.text), *_source_problems(command)])
    on = command.published_on or work.today
    refuse_if(date_problems("publishedOn", on, work.today))
    keys = [_source_key(terc, key) for key in dict.fromkeys(command.keys)]
    known = next((holder for holder in map(work.holder, keys) if holder is not None), None)
    if known is not None:
        return _correct_from_source(command, known, keys, work)
    slug = _free_slug(work, terc, command.text.title)
    news_id = uuid5(stream_of("import", terc), keys[0])
    item = begin(work, news_id, terc, slug, command.text, _source_digest(command))
    item.publish(on, work, command.initial_views)
    for key in keys:
        work.claim(key, item.id)
    return item


def _correct_from_source(
    command: ImportNews, news_id: UUID, keys: list[str], work: Work
) -> NewsItem:
    """A source that says what it said before changes nothing, not even what was corrected here since."""
    item = to_change(work, news_id, None)
    digest = _source_digest(command)
    if item.state is not NewsState.RETRACTED and digest != item.source_digest:
        text = with_mentions(command.text, item.municipality, work)
        item.correct(text, item.slug, "", work, command.published_on, digest)
    if item.pending_events:
        for key in keys:
            if work.holder(key) is None:
                work.claim(key, item.id)
    return item


def _free_slug(work: Work, terc: str, title: str) -> str:
    """An import has nobody to ask for another address: `…-2`, `…-3` follow the one made of the title."""
    wanted = slug_of(None, title)
    candidates = (wanted if n == 1 else f"{wanted}-{n}" for n in range(1, 1000))
    return next(slug for slug in candidates if work.holder(slug_key(terc, slug)) is None)


def _source_key(terc: str, key: str) -> str:
    """An index of PostgreSQL holds no more than 2,704 bytes, and addresses of sources can be longer."""
    if len(key) > 300:
        key = hashlib.sha256(key.encode()).hexdigest()
    return f"news-source:{terc}:{key}"


def _source_digest(command: ImportNews) -> str:
    said = f"{command.published_on} {command.text!r}"
    return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _source_problems(command: ImportNews) -> Iterable[FieldProblem]:
    if not command.keys:
        yield Missing("keys")
    for key in command.keys:
        yield from text_problems("keys", key, 10_000)
    if not 0 <= command.initial_views < VIEWS_LIMIT:
        yield Malformed("initialViews", value=command.initial_views)
