"""News from what a municipality already has, each item given as one command."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid4

from domain.cooperation import Cooperation
from domain.errors import DomainError, StorageUnavailable
from domain.news import Attachment, ImportNews, NewsText
from domain.roles import Actor
from infra.sources import Reading, SourceItem


class ImportOutcome(StrEnum):
    PUBLISHED = "published"
    CORRECTED = "corrected"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class ImportedItem:
    title: str
    outcome: ImportOutcome
    news_id: UUID | None = None
    position: int = 0
    refusal: DomainError | None = None


def import_news(
    cooperation: Cooperation, reading: Reading, municipality: str, by: Actor
) -> Iterator[ImportedItem]:
    """One item after the other, in the order of the source; raises errors.StorageUnavailable."""
    for item in reading:
        yield _import(cooperation, item, municipality, by)


def _import(
    cooperation: Cooperation, item: SourceItem, municipality: str, by: Actor
) -> ImportedItem:
    try:
        receipt = cooperation.execute(_command(item, municipality), by)
    except StorageUnavailable:
        raise
    except DomainError as refusal:
        return ImportedItem(item.title, ImportOutcome.REFUSED, refusal=refusal)
    outcome = ImportOutcome.UNCHANGED
    if receipt.changed:
        # A new item is drafted and published at once: two versions.
        outcome = ImportOutcome.PUBLISHED if receipt.version == 2 else ImportOutcome.CORRECTED
    return ImportedItem(item.title, outcome, receipt.stream_id, receipt.position)


def _command(item: SourceItem, municipality: str) -> ImportNews:
    text = NewsText(
        title=item.title,
        lead=item.lead,
        body=item.body_markdown,
        language=item.language,
        tags=item.tags,
        author_unit=item.author_unit,
        source_url=item.source_url,
        attachments=tuple(
            Attachment(file.title, file.url, media_type=file.media_type, size_bytes=file.size_bytes)
            for file in item.attachments
        ),
    )
    return ImportNews(
        command_id=uuid4(),
        municipality=municipality,
        text=text,
        keys=item.keys,
        published_on=item.published_on,
        initial_views=item.view_count or 0,
    )
