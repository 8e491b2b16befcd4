"""The plain text of sanitised HTML."""

import re
from html import unescape
from typing import Final

# The sanitiser escapes < and > inside attribute values, so a tag ends at the first >.
_TAG: Final = re.compile(r"<[^<>]*> ?")
_PRE: Final = re.compile(r"<pre>.*?</pre>", re.DOTALL)
_BREAK_AFTER: Final = {
    **dict.fromkeys("p h1 h2 h3 h4 h5 h6 blockquote pre ul ol dl table".split(), "\n\n"),
    **dict.fromkeys("li dt dd tr".split(), "\n"),
    **dict.fromkeys(("thead", "tbody"), ""),
    **dict.fromkeys("td th".split(), "\t"),
}
_MARKS: Final = {
    **{f"</{name}>{space}": mark for name, mark in _BREAK_AFTER.items() for space in ("", " ")},
    **{f"<{name}>{space}": "" for name in _BREAK_AFTER for space in ("", " ")},
    **{f"<{name}>{space}": "\n" for name in ("ul", "ol", "br", "hr") for space in ("", " ")},
}


def plain(html: str) -> str:
    """The text of what `infra.text.render` made, blocks separated by blank lines and list items by line ends.

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
