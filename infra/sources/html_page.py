"""An HTML page with one article: trafilatura finds its text, the page states the rest."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import Any, Final

import trafilatura
from lxml import html as lxml_html
from lxml.etree import LxmlError
from trafilatura.settings import DEFAULT_CONFIG

from infra.sources.dates import date_in_feed, date_in_text
from infra.sources.items import Origin, clean, make_item, one_line
from infra.sources.labels import Labels, labels_in
from infra.sources.markdown import BLOCKS, DROPPED, from_html
from infra.sources.model import SourceItem, UnreadableSource
from infra.sources.page_dump import (
    ends_article,
    is_furniture,
    label_lines,
    labels_of_page,
    read_page_dump,
    several_articles,
)

_ARTICLE_TYPES: Final = {"Article", "NewsArticle", "BlogPosting", "ReportageNewsArticle"}
_SHORTEST: Final = 80  # characters; less is what remains of a page that shows its text by script


# By default a text below 250 characters is replaced by all the page's words in one paragraph.
_EXTRACTION: Final = deepcopy(DEFAULT_CONFIG)
_EXTRACTION["DEFAULT"]["MIN_EXTRACTED_SIZE"] = "1"


def read_html(text: str, origin: Origin) -> SourceItem:
    page = _Page(text, origin)
    if page.lists_others():
        raise several_articles()
    if page.title:
        body = page.body()
        return _item(page, page.title, body) if len(body) >= _SHORTEST else _read_as_dump(page)
    try:
        return _read_as_dump(page)
    except UnreadableSource:
        body = page.body()
        if len(body) < _SHORTEST or not page.own_title:
            raise
        return _item(page, page.own_title, body)


def _item(page: "_Page", title: str, body: str) -> SourceItem:
    return make_item(
        title=title,
        lead=page.lead,
        body_markdown=body,
        origin=page.origin,
        language=page.tree.get("lang") or page.meta("og:locale"),
        published_on=page.published_on(),
        author=page.author,
        source_url=page.canonical,
        view_count=page.labels.views,
        tags=(*page.tags, *page.labels.tags),
    )


def _read_as_dump(page: "_Page") -> SourceItem:
    """Pages laid out by tables defeat the extraction; their visible text is a page dump."""
    try:
        return read_page_dump(page.visible, replace(page.origin, url=page.canonical))
    except UnreadableSource as error:
        if error.code not in ("no_labels", "no_article"):
            raise
        raise UnreadableSource(
            "no_article", "Na stronie HTML nie ma artykułu.", "The HTML page holds no article."
        ) from error


class _Page:
    def __init__(self, text: str, origin: Origin) -> None:
        self.text, self.origin = clean(text), origin
        self.tree = _parse(self.text)
        self.statement = _json_ld(self.tree)
        self.visible = _visible(self.tree)
        self.labels = _nearest_labels(self.tree, self.visible, origin)
        self.label_words = [_words(line) for line in label_lines(self.visible, origin)]
        self.canonical = self._canonical()
        self.title = self._title()

    def meta(self, *names: str) -> str | None:
        for name in names:
            found = self.tree.xpath("//meta[@property=$name or @name=$name]/@content", name=name)
            if found and found[0].strip():
                return str(found[0])
        return None

    def lists_others(self) -> bool:
        """An index of news: entries with linked headings, and no statement of being an article."""
        entries = self.tree.xpath("//article[.//h2//a or .//h3//a or .//a//h2 or .//a//h3]")
        stated = self.statement or self.meta("og:type") == "article"
        return bool(self.title and is_furniture(self.title)) or (len(entries) > 2 and not stated)

    @property
    def lead(self) -> str:
        if not self.statement and self.meta("og:type") != "article":
            return ""  # a description of the whole site
        return one_line(_text(self.statement.get("description")) or self.meta("og:description"))

    @property
    def author(self) -> str | None:
        stated = self.statement.get("author")
        names = [
            _text(one.get("name") if isinstance(one, dict) else one) for one in _as_list(stated)
        ]
        return (
            self.labels.author
            or ", ".join(filter(None, names))
            or self.meta("article:author", "author")
        )

    @property
    def tags(self) -> list[str]:
        keywords = self.statement.get("keywords") or self.statement.get("articleSection") or []
        listed = (
            keywords.split(",")
            if isinstance(keywords, str)
            else [_text(one) for one in _as_list(keywords)]
        )
        return [*listed, *map(str, self.tree.xpath("//meta[@property='article:tag']/@content"))]

    def published_on(self) -> date | None:
        """Stated for machines, else said by visible labels, else by the only <time>."""
        stated = (
            _text(self.statement.get("datePublished"))
            or self.meta(
                "article:published_time", "datePublished", "DC.date.issued", "dc.date.issued"
            )
            or next(
                iter(
                    self.tree.xpath(
                        "//*[@itemprop='datePublished']/@content | "
                        "//time[@itemprop='datePublished']/@datetime"
                    )
                ),
                None,
            )
        )
        if stated:
            return date_in_feed(stated, self.origin.today)
        return self.labels.day or self._only_time()

    def _only_time(self) -> date | None:
        marked = self.tree.xpath("//article//time | //main//time") or self.tree.xpath("//time")
        written = {one.get("datetime") or one.text_content() for one in marked}
        days = {
            date_in_text(one_line(text).replace("T", " "), self.origin.today) for text in written
        }
        return days.pop() if len(days) == 1 else None

    def body(self) -> str:
        extracted = trafilatura.extract(
            self.text,
            url=self.canonical,
            output_format="html",
            include_comments=False,
            include_formatting=True,
            include_links=True,
            include_tables=True,
            favor_recall=True,
            config=_EXTRACTION,
        )
        blocks = from_html(_parse(extracted), self.canonical).split("\n\n") if extracted else []
        return "\n\n".join(_only_article(blocks, self))

    def _canonical(self) -> str | None:
        stated = self.tree.xpath("//link[@rel='canonical']/@href")
        address = next(iter(stated), None) or self.meta("og:url") or self.origin.url
        return (
            str(address) if address and re.match(r"https?://[^\s/]", address) else self.origin.url
        )

    def _title(self) -> str:
        """Empty where neither headings nor metadata say it: <title> alone is mostly the site's.

        A heading that a stated title contains is that title without the site's name.
        """
        stated = [one_line(_text(self.statement.get("headline")) or self.meta("og:title"))]
        whole = [*stated, self.own_title]
        headings = [one_line(h.text_content()) for h in self.tree.xpath("//h1 | //h2")]
        contained = [h for h in headings if h and any(h in title for title in whole)]
        first = [one_line(h.text_content()) for h in self.tree.xpath("//h1")]
        return max(contained, key=len, default="") or next(filter(None, [*stated, *first]), "")

    @property
    def own_title(self) -> str:
        return one_line(self.tree.findtext(".//title"))


def _parse(text: str) -> lxml_html.HtmlElement:
    try:
        parser = lxml_html.HTMLParser(encoding="utf-8")
        tree = lxml_html.document_fromstring(text.encode(), parser=parser)
    except (LxmlError, ValueError) as error:
        raise UnreadableSource(
            "no_article", "Strona HTML jest pusta.", "The HTML page is empty."
        ) from error
    for element in tree.iter():  # control characters come as entities, and lxml refuses its own
        if isinstance(element.tag, str) and element.text:
            element.text = clean(element.text)
        if element.tail:
            element.tail = clean(element.tail)
    return tree


def _json_ld(tree: lxml_html.HtmlElement) -> dict[str, Any]:
    for script in tree.xpath("//script[@type='application/ld+json']"):
        try:
            stated = json.loads(script.text_content(), strict=False)
        except ValueError:
            continue  # broken by the page's own template; the page has other statements
        for node in _nodes(stated):
            if _ARTICLE_TYPES & set(map(str, _as_list(node.get("@type")))):
                return node
    return {}


def _nodes(stated: Any) -> Iterator[dict[str, Any]]:
    for node in _as_list(stated):
        if isinstance(node, dict):
            yield node
            yield from _nodes(node.get("@graph"))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _visible(tree: lxml_html.HtmlElement) -> str:
    copy = deepcopy(tree)
    for element in list(copy.iter()):
        if not isinstance(element.tag, str) or (element.tag in DROPPED and element is not copy):
            element.drop_tree()
        elif element.tag in BLOCKS or element.tag == "br":
            space = "\t" if element.tag in ("td", "th") and not _has_lines(element) else "\n"
            element.text = space + (element.text or "")
            element.tail = space + (element.tail or "")
    lines = (" ".join(line.split(" ")).strip() for line in copy.text_content().split("\n"))
    return "\n".join(lines)


def _has_lines(cell: lxml_html.HtmlElement) -> bool:
    """A cell of a page laid out by a table, and not of a table of labels and values."""
    return any(inner.tag in BLOCKS or inner.tag == "br" for inner in cell.iterdescendants())


def _nearest_labels(tree: lxml_html.HtmlElement, visible: str, origin: Origin) -> Labels:
    """The article's own labels come before those of the page, which may belong to other entries."""
    labels = Labels()
    for element in tree.xpath("//article | //main | //*[@role='main']")[:1]:
        labels |= labels_of_page(_visible(element), origin)
    return labels | labels_of_page(visible, origin)


def _only_article(blocks: list[str], page: "_Page") -> list[str]:
    """Without labels, buttons, the title said again and what follows the article."""
    today, visible, kept, end = page.origin.today, page.visible.split("\n"), list[str](), 0
    for block in blocks:
        text = one_line(re.sub(r"\\(?=\W)|^(?:#+|-|1\.) |[*_]{2}|\n.*", "", block, flags=re.DOTALL))
        if kept and (ends_article(text) or _at(text, visible) > end):
            break
        if text == page.title or is_furniture(text) or _is_of_labels(text, page.label_words):
            continue
        if not kept:
            end = _end_after(_at(text, visible), visible, today)
        kept.append(block)
    return kept


def _is_of_labels(text: str, label_words: list[set[str]]) -> bool:
    """The extraction tears label lines apart: "Opublikowano Autor:", and the name by itself."""
    return any(_words(text) <= words for words in label_words)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def _at(text: str, visible: list[str]) -> int:
    """The line of the visible page on which a block begins; -1 where links or marks hide it."""
    return next(
        (at for at, line in enumerate(visible) if line[:60] and line.startswith(text[:60])), -1
    )


def _end_after(start: int, visible: list[str], today: date) -> int:
    """The line after the article's first at which a counter, a button or the footer ends it."""
    following = range(start + 1, len(visible)) if start >= 0 else range(0)
    ends = (at for at in following if ends_article(visible[at]) or labels_in(visible[at], today))
    return next(ends, len(visible))
