"""NewsItem (aktualność): what municipalities tell."""

from domain.news.importing import VIEWS_LIMIT, ImportNews
from domain.news.item import (
    NewsItem,
    NewsNotFound,
    NewsNotPublished,
    NewsRetracted,
    NewsState,
    SlugTaken,
)
from domain.news.texts import (
    BODY_LIMIT,
    LANGUAGES,
    LEAD_LIMIT,
    SIZE_LIMIT,
    TITLE_LIMIT,
    Attachment,
    NewsText,
    Rendering,
    Translation,
)
from domain.news.writing import CorrectNews, DraftNews, PublishNews, RetractNews, slug_key

__all__ = [
    "BODY_LIMIT",
    "LANGUAGES",
    "LEAD_LIMIT",
    "SIZE_LIMIT",
    "TITLE_LIMIT",
    "VIEWS_LIMIT",
    "Attachment",
    "CorrectNews",
    "DraftNews",
    "ImportNews",
    "NewsItem",
    "NewsNotFound",
    "NewsNotPublished",
    "NewsRetracted",
    "NewsState",
    "NewsText",
    "PublishNews",
    "Rendering",
    "RetractNews",
    "SlugTaken",
    "Translation",
    "slug_key",
]
