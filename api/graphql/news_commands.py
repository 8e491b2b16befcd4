"""Writing news: inputs become commands, commands go through the one door."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Union
from uuid import UUID

import strawberry

from api.graphql.context import Context
from api.graphql.news import NewsItem
from api.graphql.ordinary import one
from api.graphql.relay import id_of
from api.graphql.scalars import Position
from api.graphql.user_errors import REFUSALS, carried_out
from domain.news import (
    Attachment,
    CorrectNews,
    DraftNews,
    NewsText,
    PublishNews,
    RetractNews,
    Translation,
)
from domain.work import Receipt

COMMAND_ID = "Made by the client: the same command sent twice happens once and answers the same."
EXPECTED = "Version that the client saw; the command is refused where it isn't the current one."

_parse_id = id_of("NewsItem")


@strawberry.input(description="The item in another language.")
class TranslationInput:
    language: str = strawberry.field(description="Language (ISO 639-1).")
    title: str = strawberry.field(description="Title.")
    lead: str = strawberry.field(default="", description="Lead; plain text.")
    body: str = strawberry.field(description="Body in Markdown.")


@strawberry.input(description="A file kept elsewhere.")
class AttachmentInput:
    title: str = strawberry.field(description="What the file is.")
    url: str = strawberry.field(description="Where it is (http or https).")
    sha256: str | None = strawberry.field(
        default=None, description="SHA-256 of its content, hexadecimal."
    )
    media_type: str | None = strawberry.field(default=None, description="Media type.")
    size_bytes: int | None = strawberry.field(default=None, description="Size in bytes.")


@strawberry.input(description="What a news item says.")
class NewsTextInput:
    title: str = strawberry.field(description="Title, at most 300 characters.")
    body: str = strawberry.field(description="Body in Markdown, at most 200,000 characters.")
    lead: str = strawberry.field(
        default="", description="Lead; plain text, at most 2,000 characters."
    )
    language: str = strawberry.field(default="pl", description="Language of the text (ISO 639-1).")
    translations: list[TranslationInput] = strawberry.field(
        default_factory=list, description="The item in other languages."
    )
    tags: list[str] = strawberry.field(default_factory=list, description="At most 20 tags.")
    author_unit: str | None = strawberry.field(
        default=None, description="Office, such as “UM Opoczno”."
    )
    source_url: str | None = strawberry.field(
        default=None, description="Where the text comes from."
    )
    attachments: list[AttachmentInput] = strawberry.field(
        default_factory=list, description="Files."
    )
    mentions: list[str] = strawberry.field(
        default_factory=list,
        description="TERC codes of related municipalities; those that the text names are found anyway.",
    )

    def parsed(self) -> NewsText:
        return NewsText(
            title=self.title,
            body=self.body,
            lead=self.lead,
            language=self.language,
            translations=tuple(Translation(**asdict(each)) for each in self.translations),
            tags=tuple(self.tags),
            author_unit=self.author_unit,
            source_url=self.source_url,
            attachments=tuple(Attachment(**asdict(each)) for each in self.attachments),
            mentions=tuple(self.mentions),
        )


@strawberry.input(description="A new item, not yet published.")
class DraftNewsInput:
    command_id: UUID = strawberry.field(description=COMMAND_ID)
    municipality: str = strawberry.field(description="TERC code of the municipality that writes.")
    text: NewsTextInput = strawberry.field(description="What it says.")
    slug: str | None = strawberry.field(
        default=None, description="Its address; made of the title if not given."
    )


@strawberry.input(description="A draft goes public.")
class PublishNewsInput:
    command_id: UUID = strawberry.field(description=COMMAND_ID)
    news_item: strawberry.ID = strawberry.field(description="The item's id.")
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)
    published_on: date | None = strawberry.field(
        default=None, description="Day of publication; today if not given."
    )


@strawberry.input(description="An item's whole new text; what it said before stays in its history.")
class CorrectNewsInput:
    command_id: UUID = strawberry.field(description=COMMAND_ID)
    news_item: strawberry.ID = strawberry.field(description="The item's id.")
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)
    text: NewsTextInput = strawberry.field(description="What it says from now on.")
    reason: str = strawberry.field(default="", description="Why; shown in the history.")
    slug: str | None = strawberry.field(
        default=None, description="A new address; the old one keeps leading to it."
    )


@strawberry.input(description="A published item is withdrawn; its address stays, without the text.")
class RetractNewsInput:
    command_id: UUID = strawberry.field(description=COMMAND_ID)
    news_item: strawberry.ID = strawberry.field(description="The item's id.")
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)
    reason: str = strawberry.field(description="Why; shown to readers.")


@strawberry.type(description="The command happened.")
class NewsWritten:
    receipt: strawberry.Private[Receipt]

    @strawberry.field(description="The item as it is now; null where the read model is late.")
    async def news_item(self, info: strawberry.Info[Context, None]) -> NewsItem | None:
        values = {"value": (self.receipt.stream_id, "uuid")}
        found: NewsItem | None = await one(info.context, NewsItem, "{row}.id = {value}", values)
        return found

    @strawberry.field(description="Position of the command's last event in the log.")
    def position(self) -> Position:
        return Position(self.receipt.position)

    @strawberry.field(
        description="Version of the item after the command, for the next `expectedVersion`."
    )
    def version(self) -> int:
        return self.receipt.version


def _payload(name: str) -> Any:
    description = "What became of the command: what it wrote, or why it was refused."
    return Annotated[Union[NewsWritten, REFUSALS], strawberry.union(name, description=description)]  # noqa: UP007


DraftNewsPayload = _payload("DraftNewsPayload")
PublishNewsPayload = _payload("PublishNewsPayload")
CorrectNewsPayload = _payload("CorrectNewsPayload")
RetractNewsPayload = _payload("RetractNewsPayload")


@strawberry.type
class NewsMutations:
    @strawberry.mutation(description="Writes a draft, which its municipality alone sees.")
    async def draft_news(
        self,
        info: strawberry.Info[Context, None],
        input: DraftNewsInput,  # noqa: A002
    ) -> DraftNewsPayload:  # type: ignore[valid-type]
        return await _written(
            info,
            lambda: DraftNews(
                command_id=input.command_id,
                municipality=input.municipality,
                text=input.text.parsed(),
                slug=input.slug,
            ),
        )

    @strawberry.mutation(description="Publishes a draft.")
    async def publish_news(
        self,
        info: strawberry.Info[Context, None],
        input: PublishNewsInput,  # noqa: A002
    ) -> PublishNewsPayload:  # type: ignore[valid-type]
        return await _written(
            info,
            lambda: PublishNews(
                command_id=input.command_id,
                news_id=_parse_id(input.news_item),
                expected_version=input.expected_version,
                published_on=input.published_on,
            ),
        )

    @strawberry.mutation(
        description="Corrects an item: a new text, and the old one in the history."
    )
    async def correct_news(
        self,
        info: strawberry.Info[Context, None],
        input: CorrectNewsInput,  # noqa: A002
    ) -> CorrectNewsPayload:  # type: ignore[valid-type]
        return await _written(
            info,
            lambda: CorrectNews(
                command_id=input.command_id,
                news_id=_parse_id(input.news_item),
                expected_version=input.expected_version,
                text=input.text.parsed(),
                reason=input.reason,
                slug=input.slug,
            ),
        )

    @strawberry.mutation(description="Withdraws a published item.")
    async def retract_news(
        self,
        info: strawberry.Info[Context, None],
        input: RetractNewsInput,  # noqa: A002
    ) -> RetractNewsPayload:  # type: ignore[valid-type]
        return await _written(
            info,
            lambda: RetractNews(
                command_id=input.command_id,
                news_id=_parse_id(input.news_item),
                expected_version=input.expected_version,
                reason=input.reason,
            ),
        )


async def _written(info: strawberry.Info[Context, None], make: Any) -> Any:
    return await carried_out(
        info.context, make, "news", lambda receipt: NewsWritten(receipt=receipt)
    )
