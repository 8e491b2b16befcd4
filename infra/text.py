"""Markdown in, sanitised HTML and plain text out."""

import re
from html import unescape
from typing import Final

import nh3
from markdown_it import MarkdownIt

_TAGS: Final = frozenset(
    "a abbr b blockquote br code dd del dl dt em h1 h2 h3 h4 h5 h6 hr i img li ol p pre s strong sub sup "
    "table tbody td th thead tr ul".split()
)
_ATTRIBUTES: Final = {
    "*": frozenset[str](),  # without it the sanitiser adds its own: lang, title
    "a": frozenset({"href"}),
    "img": frozenset({"src", "alt"}),
    "ol": frozenset({"start"}),
}
_EMPTIED: Final = frozenset("script style template noscript iframe object embed svg math title textarea select".split())
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
_markdown: Final = MarkdownIt("commonmark", {"html": True, "xhtmlOut": False}).enable(["table", "strikethrough"])


def render(markdown: str) -> str:
    """Sanitised HTML; raw HTML inside the Markdown goes through the same sanitiser."""
    return sanitise(_markdown.render(markdown))


def sanitise(html: str) -> str:
    return _IMAGE_WITHOUT_SOURCE.sub("", _cleaner.clean(html)).strip()


# The sanitiser escapes < and > inside attribute values, so a tag ends at the first >.
_TAG: Final = re.compile(r"<[^<>]*> ?")
_PRE: Final = re.compile(r"<pre>.*?</pre>", re.DOTALL)
_BREAK_AFTER: Final = {
    **{name: "\n\n" for name in "p h1 h2 h3 h4 h5 h6 blockquote pre ul ol dl table".split()},
    **{name: "\n" for name in "li dt dd tr".split()},
    **{name: "" for name in ("thead", "tbody")},
    **{name: "\t" for name in "td th".split()},
}
_MARKS: Final = {
    **{f"</{name}>{space}": mark for name, mark in _BREAK_AFTER.items() for space in ("", " ")},
    **{f"<{name}>{space}": "" for name in _BREAK_AFTER for space in ("", " ")},
    **{f"<{name}>{space}": "\n" for name in ("ul", "ol", "br", "hr") for space in ("", " ")},
}


def plain(html: str) -> str:
    """The text of what `render` made, blocks separated by blank lines and list items by line ends.

    It runs once an event in every rebuild: hence replacements and no parser, and a first step after
    which a text of mere paragraphs has nothing left to do.
    """
    text = html.removeprefix("<p>").removesuffix("</p>").replace("</p>\n<p>", "\0")
    if "<" in text:
        text = _without_tags(html)
    else:
        text = text.replace("\n", " ").replace("\0", "\n\n")
    return unescape(text) if "&" in text else text


def _without_tags(html: str) -> str:
    if "<pre" in html:
        html = _PRE.sub(lambda match: match[0].replace("\n", "<br> "), html)
    text = _TAG.sub(_mark, html.replace("\n", " "))
    if "\t" in text:
        text = text.replace("\t\n", "\n").replace("\t", " ")
    text = text.replace(" \n", "\n")
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip()


def _mark(tag: re.Match[str]) -> str:
    mark = _MARKS.get(tag[0])
    if mark is None:
        mark = " " if tag[0][-1] == " " else ""
    return mark
