"""What a municipality already has (a page, its text, a feed) read into plain values."""

from infra.sources.model import (
    Reading,
    SkippedItem,
    SourceAttachment,
    SourceItem,
    SourceKind,
    UnreadableSource,
)
from infra.sources.reader import read, read_bytes

__all__ = [
    "Reading",
    "SkippedItem",
    "SourceAttachment",
    "SourceItem",
    "SourceKind",
    "UnreadableSource",
    "read",
    "read_bytes",
]
