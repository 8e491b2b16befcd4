"""NewsItem (aktualność): Draft → Published → Retracted; a correction keeps what was said before."""

from datetime import date
from enum import StrEnum

from eventsourcing.domain import event

from domain.aggregate import Aggregate
from domain.errors import DomainError, NotFound
from domain.news.texts import NewsText, Rendering, rendering_of
from domain.visibility import Level
from domain.work import Work


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


class NewsItem(Aggregate):
    class Drafted(Aggregate.Created):
        municipality: str
        slug: str
        text: NewsText
        rendering: Rendering
        source_digest: str | None = None
        """Of what an import found: tells whether the source has changed, whatever became of it here."""

    class Published(Aggregate.Event):
        """`effective_on` is the date of publication."""

        initial_views: int = 0

    class Corrected(Aggregate.Event):
        slug: str
        text: NewsText
        rendering: Rendering
        reason: str
        published_on: date | None = None  # where the date of publication was wrong too
        source_digest: str | None = None

    class Retracted(Aggregate.Event):
        reason: str

    def __init__(
        self, *, municipality: str, slug: str, text: NewsText, source_digest: str | None
    ) -> None:
        self.municipality = municipality
        self.slug = slug
        self.text = text
        self.source_digest = source_digest
        self.state = NewsState.DRAFT
        self.published_on: date | None = None

    @property
    def owner(self) -> str:
        return self.municipality

    @property
    def level(self) -> Level:
        return Level.OWN if self.state is NewsState.DRAFT else Level.PUBLIC

    def claim_taken(self, key: str) -> DomainError:
        return SlugTaken(slug=key.rsplit(":", 1)[1])

    def publish(self, on: date, work: Work, initial_views: int = 0) -> None:
        if self.state is NewsState.RETRACTED:
            raise NewsRetracted
        if self.state is NewsState.DRAFT:
            self.record(NewsItem.Published, work.at, on, initial_views=initial_views)

    def correct(
        self,
        text: NewsText,
        slug: str,
        reason: str,
        work: Work,
        published_on: date | None = None,
        source_digest: str | None = None,
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
                rendering=rendering_of(text, work),
                reason=reason,
                published_on=None if on == self.published_on else on,
                source_digest=source_digest,
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
    def _corrected(
        self, slug: str, text: NewsText, published_on: date | None, source_digest: str | None
    ) -> None:
        self.slug = slug
        self.text = text
        self.published_on = published_on or self.published_on
        self.source_digest = source_digest or self.source_digest

    @event(Retracted)
    def _retracted(self) -> None:
        self.state = NewsState.RETRACTED
