"""News (aktualności)."""

from datetime import date, datetime

import strawberry

from api.graphql import visibility
from api.graphql.arguments import short_text, terc
from api.graphql.connections import Connection, Node
from api.graphql.fields import (
    column,
    connection,
    embedded,
    embedded_list,
    item,
    reads,
    relay_id,
    to_many,
    to_one,
)
from api.graphql.municipalities import Municipality
from api.graphql.news_list import NEWEST_FIRST, NEWS, OF_MUNICIPALITY, SINCE, TAGGED, UNTIL
from api.graphql.relay import id_of
from api.graphql.vocabulary import Argument, OrderKey, Table, Way
from domain.news import NewsState

VERSIONS = Table("read_news.versions", "news", visibility.NEWS_VERSIONS, key="news_id")

State = strawberry.enum(
    NewsState,
    name="NewsState",
    description="DRAFT: seen by its municipality only, in `newsDrafts`. PUBLISHED: by everyone. "
    "RETRACTED: in no list; found by its id or address, without its text.",
)


@strawberry.type(description="A news item in another language.")
class NewsTranslation:
    language: str = embedded("language", "Language of the translation (ISO 639-1).")
    title: str = embedded("title", "Title.")
    lead: str = embedded("lead", "Lead; plain text, may be empty.")
    body_html: str = embedded("bodyHtml", "Body as sanitised HTML.")
    body_text: str = embedded("bodyText", "Body as plain text.")


@strawberry.type(description="A file that belongs to a news item, kept elsewhere.")
class Attachment:
    title: str = embedded("title", "What the file is.")
    url: str = embedded("url", "Where it is.")
    sha256: str | None = embedded("sha256", "SHA-256 of its content, hexadecimal.")
    media_type: str | None = embedded("mediaType", "Media type, such as `application/pdf`.")
    size_bytes: int | None = embedded("sizeBytes", "Size in bytes.")


@reads(VERSIONS)
@strawberry.type(
    description="One version of a news item. Versions from before publication are seen by their municipality only."
)
class NewsVersion:
    version: int = column("version", "Number of the version, from 1.")
    kind: str = column("kind", "What happened: DRAFTED, PUBLISHED, CORRECTED or RETRACTED.")
    recorded_at: datetime = column("recorded_at", "When it was recorded.")
    effective_on: date = column("effective_on", "The day since which it is true.")
    actor: str = column("actor", "Who did it: the log's id of the account, never a person's name.")
    on_behalf_of: str | None = column(
        "on_behalf_of", "TERC code of the municipality spoken for; null: the network."
    )
    reason: str | None = column("reason", "Why, where a reason was given.")
    title: str | None = column(
        "title", "Title as of this version; null once the item is retracted."
    )
    lead: str | None = column("lead", "Lead as of this version; null once the item is retracted.")
    body_html: str | None = column(
        "body_html", "Body as of this version; null once the item is retracted."
    )


@reads(NEWS)
@strawberry.type(
    description="A news item of a municipality. Published ones are visible to everyone, drafts to their municipality."
)
class NewsItem(Node):
    id: strawberry.ID = relay_id()
    slug: str = column(
        "slug", "Its address within its municipality. Old ones keep leading to it.", plain=True
    )
    title: str = column("title", "Title.", written="title_json")
    lead: str = column("lead", "Lead; plain text, may be empty.")
    body: str = column("body", "Body as its author wrote it (Markdown).")
    body_html: str = column("body_html", "Body as sanitised HTML.")
    body_text: str = column("body_text", "Body as plain text.")
    language: str = column("language", "Language of the text (ISO 639-1).")
    translations: list[NewsTranslation] = embedded_list(
        "translations", "The item in other languages."
    )
    tags: list[str] = column("tags", "Tags, in the author's order.")
    author_unit: str | None = column(
        "author_unit", "The office that wrote it, such as “UM Opoczno”."
    )
    published_on: date | None = column(
        "published_on", "Day of publication; null while it is a draft.", written="published_json"
    )
    updated_at: datetime = column("updated_at", "When it last changed.")
    state: State = column("state", "Where it stands between draft and retraction.")  # type: ignore[valid-type]
    source_url: str | None = column("source_url", "Where it was imported from.")
    attachments: list[Attachment] = embedded_list("attachments", "Files that belong to it.")
    view_count: int = column(
        "{row}.initial_views + coalesce((SELECT v.count FROM public.news_views v WHERE v.news_id = {row}.id), 0)",
        "How often it was viewed: counted here, on top of what its source showed.",
    )
    retraction_reason: str | None = column("retraction_reason", "Why it was retracted.")
    version: int = column("version", "Version of the item, for `expectedVersion`.")
    municipality: Municipality = to_one(
        "municipality_id", embedded="municipality", description="The municipality that wrote it."
    )
    mentions: list[Municipality] = embedded_list(
        "mentions", "Other municipalities it names, in that order."
    )
    history: list[NewsVersion] = to_many(
        {"news_id": "id"}, "{row}.version", 1000, "Every version with time and actor, oldest first."
    )


@strawberry.type
class NewsQueries:
    news: Connection[NewsItem] = connection(
        "news",
        "Published news of all municipalities, newest first.",
        order=NEWEST_FIRST,
        descending=True,
        filters=(OF_MUNICIPALITY, TAGGED, SINCE, UNTIL),
    )
    news_drafts: Connection[NewsItem] = connection(
        "newsDrafts",
        "Drafts that the viewer may see: those of its municipality. The one changed last comes first.",
        order=(OrderKey("updated_at", "timestamptz"), OrderKey("id", "uuid")),
        descending=True,
        filters=(OF_MUNICIPALITY, TAGGED),
        among="{row}.state = 'DRAFT'",
    )
    news_item: NewsItem | None = item(
        "One news item, by `id` or by `municipality` and `slug` (a former slug will do). "
        "Null where there is none, or none that the viewer may see.",
        Way(
            (
                Argument("municipality", str | None, "TERC code of its municipality.", terc),
                Argument("slug", str | None, "Its address, present or former.", short_text("slug")),
            ),
            "{row}.id = (SELECT s.news_id FROM read_news.slugs s"
            " WHERE s.municipality_terc = {municipality} AND s.slug = {slug})",
        ),
        Way(
            (Argument("id", strawberry.ID | None, "Its id.", id_of("NewsItem"), "uuid"),),
            "{row}.id = {id}",
        ),
    )
