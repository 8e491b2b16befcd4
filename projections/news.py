"""News as lists, pages and histories show it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from domain.municipalities import Municipality, municipality_id
from domain.news import Attachment, NewsItem, NewsText, Rendering
from domain.values import slugify
from projections.log import Recorded
from projections.projection import Projection, on
from projections.rows import Row, Rows
from projections.text import plain


class NewsRow(Row):
    table: ClassVar[str] = "news"

    id: UUID
    municipality_id: UUID
    municipality_terc: str
    slug: str
    state: str
    title: str
    lead: str
    body: str
    body_html: str
    body_text: str
    language: str
    translations: list[dict[str, Any]]
    tags: list[str]
    author_unit: str | None
    published_on: date | None
    published_at: datetime | None
    updated_at: datetime
    source_url: str | None
    attachments: list[dict[str, Any]]
    municipality: dict[str, Any]
    mentioned_tercs: list[str]
    mentions: list[dict[str, Any]]
    initial_views: int
    retraction_reason: str | None
    version: int


class VersionRow(Row):
    table: ClassVar[str] = "versions"
    key: ClassVar[tuple[str, ...]] = ("news_id", "version")
    kept: ClassVar[int] = 0

    news_id: UUID
    version: int
    kind: str
    recorded_at: datetime
    effective_on: date
    actor: str
    on_behalf_of: str | None
    reason: str | None
    public: bool
    title: str | None
    lead: str | None
    body_html: str | None


class SlugRow(Row):
    table: ClassVar[str] = "slugs"
    key: ClassVar[tuple[str, ...]] = ("municipality_terc", "slug")
    kept: ClassVar[int] = 0

    municipality_terc: str
    slug: str
    news_id: UUID


class NamedMunicipality(Row):
    table: ClassVar[str] = "municipalities"

    id: UUID
    terc: str
    name: str
    slug: str


class AwaitedMunicipality(Row):
    table: ClassVar[str] = "awaited_municipalities"
    key: ClassVar[tuple[str, ...]] = ("terc", "news_id")
    kept: ClassVar[int] = 0

    terc: str
    news_id: UUID


# As many mentions as the text names, in its order; those that aren't registered yet are left out.
_MENTIONS = """
UPDATE news SET mentions = coalesce(
    (SELECT jsonb_agg(jsonb_build_object('id', m.id, 'terc', m.terc, 'name', m.name, 'slug', m.slug)
                      ORDER BY named.place)
     FROM unnest(mentioned_tercs) WITH ORDINALITY AS named (terc, place)
     JOIN municipalities AS m ON m.terc = named.terc), '[]')
"""


class NewsProjection(Projection):
    name = "news"
    version = 4
    rows = (NamedMunicipality, AwaitedMunicipality, NewsRow, VersionRow, SlugRow)
    keyed_by_stream = NewsRow

    def preload(self, events: Sequence[Recorded], rows: Rows) -> None:
        super().preload(events, rows)
        retracted = {r.stream_id for r in events if r.type == NewsItem.Retracted.TYPE}
        if retracted:
            rows.load_by(VersionRow, "news_id", retracted)
        registered = {r.event.terc for r in events if isinstance(r.event, Municipality.Registered)}
        if registered:
            rows.load_by(AwaitedMunicipality, "terc", registered)

    @on(Municipality.Registered)
    def _municipality_registered(
        self, recorded: Recorded, event: Municipality.Registered, rows: Rows
    ) -> None:
        name = event.facts.name
        rows.add(
            NamedMunicipality(id=recorded.stream_id, terc=event.terc, name=name, slug=slugify(name))
        )
        waiting = [
            row.news_id for row in rows.loaded(AwaitedMunicipality) if row.terc == event.terc
        ]
        if waiting:
            rows.execute(f"{_MENTIONS} WHERE id = ANY(%s)", (waiting,), changes=NewsRow)

    @on(Municipality.Renamed)
    def _municipality_renamed(
        self, recorded: Recorded, event: Municipality.Renamed, rows: Rows
    ) -> None:
        municipality = rows.change(NamedMunicipality, recorded.stream_id)
        municipality.name = event.name
        rows.execute(
            "UPDATE news SET municipality = municipality || jsonb_build_object('name', %s::text) "
            "WHERE municipality_id = %s",
            (event.name, recorded.stream_id),
            changes=NewsRow,
        )
        rows.execute(
            f"{_MENTIONS} WHERE mentioned_tercs @> ARRAY[%s]", (municipality.terc,), changes=NewsRow
        )

    @on(NewsItem.Drafted)
    def _drafted(self, recorded: Recorded, event: NewsItem.Drafted, rows: Rows) -> None:
        owner = rows.read(NamedMunicipality, municipality_id(event.municipality))
        row = NewsRow(
            id=recorded.stream_id,
            municipality_id=owner.id,
            municipality_terc=owner.terc,
            municipality=_named(owner),
            slug=event.slug,
            state="DRAFT",
            published_on=None,
            published_at=None,
            initial_views=0,
            retraction_reason=None,
            version=recorded.version,
            updated_at=recorded.recorded_at,
            **_contents(recorded.stream_id, event.text, event.rendering, rows),
        )
        rows.add(row)
        # Its claim on the slug is new, so there is no row to look for.
        rows.add(SlugRow(municipality_terc=row.municipality_terc, slug=row.slug, news_id=row.id))
        _keep_version(recorded, row, rows, "DRAFTED")

    @on(NewsItem.Published)
    def _published(self, recorded: Recorded, event: NewsItem.Published, rows: Rows) -> None:
        row = _changed(recorded, rows)
        row.state = "PUBLISHED"
        row.published_on = recorded.effective_on
        row.published_at = recorded.recorded_at
        row.initial_views = event.initial_views
        _keep_version(recorded, row, rows, "PUBLISHED")

    @on(NewsItem.Corrected)
    def _corrected(self, recorded: Recorded, event: NewsItem.Corrected, rows: Rows) -> None:
        row = _changed(recorded, rows)
        if row.slug != event.slug:
            _move(row, event.slug, rows)
        row.published_on = event.published_on or row.published_on
        for name, value in _contents(row.id, event.text, event.rendering, rows).items():
            setattr(row, name, value)
        _keep_version(recorded, row, rows, "CORRECTED", event.reason or None)

    @on(NewsItem.Retracted)
    def _retracted(self, recorded: Recorded, event: NewsItem.Retracted, rows: Rows) -> None:
        """What is left is that it was there, and why it is gone."""
        row = _changed(recorded, rows)
        row.state = "RETRACTED"
        row.retraction_reason = event.reason
        row.lead = row.body = row.body_html = row.body_text = ""
        row.translations, row.attachments = [], []
        for version in range(1, recorded.version):
            earlier = rows.change(VersionRow, row.id, version)
            earlier.title = earlier.lead = earlier.body_html = None
        _keep_version(recorded, row, rows, "RETRACTED", event.reason)


def _changed(recorded: Recorded, rows: Rows) -> NewsRow:
    row = rows.change(NewsRow, recorded.stream_id)
    row.version = recorded.version
    row.updated_at = recorded.recorded_at
    return row


def _contents(news_id: UUID, text: NewsText, rendering: Rendering, rows: Rows) -> dict[str, Any]:
    return {
        "title": text.title,
        "lead": text.lead,
        "body": text.body,
        "body_html": rendering.body_html,
        "body_text": plain(rendering.body_html),
        "language": text.language,
        "translations": _translations(text, rendering) if text.translations else [],
        "tags": list(text.tags),
        "author_unit": text.author_unit,
        "source_url": text.source_url,
        "attachments": [_attachment(attachment) for attachment in text.attachments],
        "mentioned_tercs": list(text.mentions),
        "mentions": _mentions(news_id, text.mentions, rows) if text.mentions else [],
    }


def _translations(text: NewsText, rendering: Rendering) -> list[dict[str, Any]]:
    return [
        {
            "language": translation.language,
            "title": translation.title,
            "lead": translation.lead,
            "bodyHtml": html,
            "bodyText": plain(html),
        }
        for translation, html in zip(text.translations, rendering.translations, strict=True)
    ]


def _attachment(attachment: Attachment) -> dict[str, Any]:
    return {
        "title": attachment.title,
        "url": attachment.url,
        "sha256": attachment.sha256,
        "mediaType": attachment.media_type,
        "sizeBytes": attachment.size_bytes,
    }


def _mentions(news_id: UUID, tercs: tuple[str, ...], rows: Rows) -> list[dict[str, Any]]:
    found = []
    for terc in tercs:
        municipality = rows.find(NamedMunicipality, municipality_id(terc))
        if municipality is not None:
            found.append(_named(municipality))
        else:
            rows.put(AwaitedMunicipality(terc=terc, news_id=news_id))
    return found


def _named(municipality: NamedMunicipality) -> dict[str, Any]:
    return {
        "id": str(municipality.id),
        "terc": municipality.terc,
        "name": municipality.name,
        "slug": municipality.slug,
    }


def _move(row: NewsRow, slug: str, rows: Rows) -> None:
    """One that the item has had before is its own again: nobody else ever gets it.

    What only a draft was called leads nowhere: its municipality alone has seen it.
    """
    if row.state == "DRAFT":
        rows.remove(SlugRow, row.municipality_terc, row.slug)
    row.slug = slug
    rows.put(SlugRow(municipality_terc=row.municipality_terc, slug=row.slug, news_id=row.id))


def _keep_version(
    recorded: Recorded, row: NewsRow, rows: Rows, kind: str, reason: str | None = None
) -> None:
    """A retracted item's last version, like the earlier ones, says no more than that it was retracted."""
    gone = kind == "RETRACTED"
    rows.add(
        VersionRow(
            news_id=row.id,
            version=recorded.version,
            kind=kind,
            recorded_at=recorded.recorded_at,
            effective_on=recorded.effective_on,
            actor=recorded.actor,
            on_behalf_of=recorded.on_behalf_of,
            reason=reason,
            public=row.state != "DRAFT",
            title=None if gone else row.title,
            lead=None if gone else row.lead,
            body_html=None if gone else row.body_html,
        )
    )
