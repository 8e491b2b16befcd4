"""What a municipality already has (a page, its text, a feed) read into plain values: `reader.read`.

The readers bring large libraries, so who only names what they give doesn't load them.
"""

from infra.sources.model import (
    Reading,
    SkippedItem,
    SourceAttachment,
    SourceItem,
    SourceKind,
    UnreadableSource,
)

__all__ = [
    "Reading",
    "SkippedItem",
    "SourceAttachment",
    "SourceItem",
    "SourceKind",
    "UnreadableSource",
]
