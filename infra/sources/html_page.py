"""An HTML page with one article: trafilatura finds its text, the page states the rest."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from typing import Any, Final

import trafilatura
from lxml import html as lxml_html
from lxml.etree import LxmlError

from infra.sources.dates import date_in_feed, date_in_text
from infra.sources.items import Origin, clean, make_item, one_line
from infra.sources.labels import Labels, labels_in
from infra.sources.markdown import BLOCKS, DROPPED, from_html
from infra.sources.model import SourceItem, UnreadableSource
from infra.sources.page_dump import ends_article, is_furniture, labels_of_page, read_page_dump

_ARTICLE_TYPES: Final = {"Article", "NewsArticle", "BlogPosting", "ReportageNewsArticle"}
_SHORTEST: Final = 80  # characters; less is what remains of a page that shows its text by script


def read_html(text: str, origin: Origin) -> SourceItem:
    page = _Page(text, origin)
    body = page.body()
    if len(body) < _SHORTEST:
        return _read_as_dump(page)
    labels = page.labels
    return make_item(
        title=page.title,
        lead=page.lead,
        body_markdown=body,
        origin=origin,
        language=page.tree.get("lang") or page.meta("og:locale"),
        published_on=page.published_on(),
        author=page.author,
        source_url=page.canonical,
        view_count=labels.views,
        tags=(*page.tags, *labels.tags),
    )


def _read_as_dump(page: "_Page") -> SourceItem:
    """Pages laid out by tables defeat the extraction; their visible text is a page dump."""
    try:
        return read_page_dump(page.visible, page.origin)
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
        self.canonical = self._canonical()
        self.title = self._title()

    def meta(self, *names: str) -> str | None:
        for name in names:
            found = self.tree.xpath("//meta[@property=$name or @name=$name]/@content", name=name)
            if found and found[0].strip():
                return str(found[0])
        return None

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
        """A heading that the page's own title contains is that title without the site's name."""
        stated = [
            _text(self.statement.get("headline")),
            self.meta("og:title"),
            self.tree.findtext(".//title"),
        ]
        titles = [title for title in map(one_line, stated) if title]
        headings = [one_line(h.text_content()) for h in self.tree.xpath("//h1 | //h2")]
        contained = [h for h in headings if h and any(h in title for title in titles)]
        only_h1 = [one_line(h.text_content()) for h in self.tree.xpath("//h1")]
        return max(contained, key=len, default="") or (titles + [h for h in only_h1 if h] + [""])[0]


def _parse(text: str) -> lxml_html.HtmlElement:
    try:
        return lxml_html.document_fromstring(
            text.encode(), parser=lxml_html.HTMLParser(encoding="utf-8")
        )
    except (LxmlError, ValueError) as error:
        raise UnreadableSource(
            "no_article", "Strona HTML jest pusta.", "The HTML page is empty."
        ) from error


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
            space = "\t" if element.tag in ("td", "th") else "\n"
            element.text = space + (element.text or "")
            element.tail = space + (element.tail or "")
    lines = (" ".join(line.split(" ")).strip() for line in copy.text_content().split("\n"))
    return "\n".join(lines)


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
        if text == page.title or is_furniture(text) or labels_in(text, today) is not None:
            continue
        if not kept:
            end = _end_after(_at(text, visible), visible, today)
        kept.append(block)
    return kept


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
