"""Markdown in, sanitised HTML out."""

import re
from typing import Final

import nh3
from markdown_it import MarkdownIt

_TAGS: Final = frozenset(
    "a abbr b blockquote br code dd del dl dt em h1 h2 h3 h4 h5 h6 hr i img li ol p pre s "
    "strong sub sup "
    "table tbody td th thead tr ul".split()
)
_ATTRIBUTES: Final = {
    "*": frozenset[str](),  # without it the sanitiser adds its own: lang, title
    "a": frozenset({"href"}),
    "img": frozenset({"src", "alt"}),
    "ol": frozenset({"start"}),
}
_EMPTIED: Final = frozenset(
    "script style template noscript iframe object embed svg math title textarea select".split()
)
_ADDRESS: Final = {
    ("a", "href"): re.compile(r"(?:https?://[^\s/]|mailto:.|tel:.)", re.IGNORECASE),
    ("img", "src"): re.compile(r"https://[^\s/]", re.IGNORECASE),
}
_IMAGE_WITHOUT_SOURCE: Final = re.compile(r'<img(?: alt="[^"]*")?>')


def _safe_value(tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) == ("ol", "start"):
        return value if re.fullmatch(r"[0-9]{1,9}", value) else None
    address = _ADDRESS.get((tag, attribute))
    return value if address is None or address.match(value) else None


# A relative address would point into whichever portal shows the text, so only complete ones stay.
_cleaner: Final = nh3.Cleaner(
    tags=set(_TAGS),
    clean_content_tags=set(_EMPTIED),
    attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
    attribute_filter=_safe_value,
    url_schemes={"http", "https", "mailto", "tel"},
    url_relative="deny",
    link_rel="nofollow noopener noreferrer",
    strip_comments=True,
)
_markdown: Final = MarkdownIt("commonmark", {"html": True, "xhtmlOut": False}).enable(
    ["table", "strikethrough"]
)


def render(markdown: str) -> str:
    """Sanitised HTML; raw HTML inside the Markdown goes through the same sanitiser."""
    return sanitise(_markdown.render(markdown))


def sanitise(html: str) -> str:
    return _IMAGE_WITHOUT_SOURCE.sub("", _cleaner.clean(html)).strip()
