"""The stock library over the same domain: its application, mapper, recorder, and PostgreSQL settings
for eight writers. Its value objects are registered with its transcoder, as its documentation says."""

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import JSONTranscoder, Transcoding
from psycopg.conninfo import conninfo_to_dict

from domain.news import Attachment, NewsText, Rendering, Translation


class DateAsIso(Transcoding):
    type = date
    name = "date"

    def encode(self, obj: date) -> str:
        return obj.isoformat()

    def decode(self, data: str) -> date:
        return date.fromisoformat(data)


class TextAsDict(Transcoding):
    type = NewsText
    name = "news_text"

    def encode(self, obj: NewsText) -> dict[str, Any]:
        facts = dict(obj.__dict__)
        for name in ("tags", "mentions"):
            facts[name] = list(facts[name])
        for name in ("translations", "attachments"):
            facts[name] = [asdict(one) for one in facts[name]]
        return facts

    def decode(self, data: dict[str, Any]) -> NewsText:
        data["translations"] = tuple(Translation(**one) for one in data["translations"])
        data["attachments"] = tuple(Attachment(**one) for one in data["attachments"])
        for name in ("tags", "mentions"):
            data[name] = tuple(data[name])
        return NewsText(**data)


class RenderingAsDict(Transcoding):
    type = Rendering
    name = "rendering"

    def encode(self, obj: Rendering) -> dict[str, Any]:
        return {"body_html": obj.body_html, "translations": list(obj.translations)}

    def decode(self, data: dict[str, Any]) -> Rendering:
        return Rendering(data["body_html"], tuple(data["translations"]))


class Newsroom(Application[UUID]):
    def register_transcodings(self, transcoder: JSONTranscoder) -> None:
        super().register_transcodings(transcoder)
        for transcoding in (DateAsIso(), TextAsDict(), RenderingAsDict()):
            transcoder.register(transcoding)


def environment(url: str) -> dict[str, str]:
    """As many pooled connections as writers; no check of a connection before its use; no waiting."""
    parts = conninfo_to_dict(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_HOST": str(parts["host"]),
        "POSTGRES_PORT": str(parts.get("port", 5432)),
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": str(parts.get("password", "")),
        "POSTGRES_POOL_SIZE": "8",
        "POSTGRES_MAX_OVERFLOW": "4",
        "POSTGRES_PRE_PING": "n",
    }
