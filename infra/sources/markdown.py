"""Markdown from HTML elements and from lines of plain text."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, groupby, islice
from typing import Final
from urllib.parse import urljoin

from lxml import html as lxml_html
from lxml.etree import ParserError

_BREAK: Final = "\x01"  # a <br>, until its paragraph is complete
_SPACE: Final = re.compile(r"[ \t\r\n\f\v\u00a0\u200b\ufeff]+")
BLOCKS: Final = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 "
    "h4 h5 h6 header hr html li main nav ol p pre section summary table tbody td tfoot th "
    "thead tr ul".split()
)
DROPPED: Final = frozenset(
    "script style template noscript iframe object embed svg math head title button select "
    "textarea input audio video "
    "canvas map".split()
)
_ADDRESS: Final = re.compile(r"(?:https?://|mailto:|tel:)\S", re.IGNORECASE)


def from_html(source: str | lxml_html.HtmlElement, base_url: str | None = None) -> str:
    """Blocks separated by blank lines; addresses are made complete, or dropped without a base."""
    if isinstance(source, str):
        try:
            source = lxml_html.fragment_fromstring(source, create_parent="div")
        except (ParserError, ValueError):
            return ""
    return "\n\n".join(_Writer(base_url or "").blocks(source))


class _Writer:
    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def blocks(self, element: lxml_html.HtmlElement) -> list[str]:
        out: list[str] = []
        line = [escape(element.text or "")]
        for child in element:
            if child.tag in BLOCKS:
                out += _paragraphs(line)
                out += self.block(child)
                line = []
            else:
                line.append(self.inline(child))
            line.append(escape(child.tail or ""))
        return out + _paragraphs(line)

    def block(self, element: lxml_html.HtmlElement) -> list[str]:
        tag = str(element.tag)
        if re.fullmatch("h[1-6]", tag):
            return self.heading(element, level=max(2, int(tag[1])))  # level 1 is the item's title
        if tag in ("ul", "ol"):
            return self.items(element, numbered=tag == "ol")
        if tag == "blockquote":
            return (
                [_prefixed("\n\n".join(self.blocks(element)), "> ")] if self.blocks(element) else []
            )
        if tag == "pre":
            return [f"```\n{element.text_content().strip(chr(10))}\n```"]
        return self.table(element) if tag == "table" else self.blocks(element)

    def heading(self, element: lxml_html.HtmlElement, level: int) -> list[str]:
        text = " ".join(self.blocks(element)).replace("\\\n", " ").strip("*# ")
        return [f"{'#' * level} {text}"] if text else []

    def items(self, element: lxml_html.HtmlElement, numbered: bool) -> list[str]:
        lines: list[str] = []
        for child in element:
            blocks = (
                self.blocks(child)
                if child.tag == "li"
                else self.block(child)
                if child.tag in BLOCKS
                else []
            )
            if blocks:
                mark = f"{len(lines) + 1}. " if numbered else "- "
                joined = (
                    "\n".join(blocks) if all(map(_is_list, blocks[1:])) else "\n\n".join(blocks)
                )
                lines.append(mark + joined.replace("\n", "\n" + " " * len(mark)))
        return (
            ["\n".join(re.sub(r"[ ]+$", "", line, flags=re.MULTILINE) for line in lines)]
            if lines
            else []
        )

    def table(self, element: lxml_html.HtmlElement) -> list[str]:
        rows = [
            [self.blocks(cell) for cell in row if cell.tag in ("td", "th")]
            for row in element.iter("tr")
        ]
        widths = {len(row) for row in rows if row}
        of_blocks = any(len(cell) > 1 for row in rows for cell in row)
        if len(widths) != 1 or widths == {1} or of_blocks:
            return [block for row in rows for cell in row for block in cell]  # made for the layout
        head, *others = [_row(row) for row in rows if row]
        return ["\n".join([head, "|" + "---|" * widths.pop(), *others])]

    def inline(self, element: lxml_html.HtmlElement) -> str:
        tag = element.tag
        if not isinstance(tag, str) or tag in DROPPED:
            return ""
        if tag == "br":
            return _BREAK
        if tag == "img":
            return self.image(element)
        inner = escape(element.text or "") + "".join(
            self.inline(child) + escape(child.tail or "") for child in element
        )
        if tag == "a":
            return self.link(element, inner)
        mark = {"strong": "**", "b": "**", "em": "*", "i": "*", "del": "~~", "s": "~~"}.get(tag)
        return _around(inner, mark, mark) if mark else inner

    def link(self, element: lxml_html.HtmlElement, inner: str) -> str:
        address = self.address(element.get("href"))
        text = inner.replace(_BREAK, " ")
        return (
            _around(
                text, "[", f"](<{address}>)" if re.search(r"[\s()]", address) else f"]({address})"
            )
            if address
            else inner
        )

    def image(self, element: lxml_html.HtmlElement) -> str:
        address = self.address(element.get("src"))
        alt = escape(_SPACE.sub(" ", element.get("alt") or "").strip())
        return (
            f"![{alt}]({address})"
            if address.startswith("https://") and not re.search(r"[\s()]", address)
            else ""
        )

    def address(self, written: str | None) -> str:
        """The complete address, or nothing where it is not one we show."""
        try:
            address = urljoin(self.base_url, (written or "").strip())
        except ValueError:
            return ""
        return (
            re.sub(r"[<>\s]", lambda match: f"%{ord(match[0]):02X}", address)
            if _ADDRESS.match(address)
            else ""
        )


def _paragraphs(pieces: list[str]) -> list[str]:
    """A line of inline content, cut where the author broke it twice to get a new paragraph."""
    paragraphs = []
    for part in re.split(rf"{_BREAK}\s*{_BREAK}[\s{_BREAK}]*", _SPACE.sub(" ", "".join(pieces))):
        lines = [escape_start(line.strip()) for line in part.strip(f" {_BREAK}").split(_BREAK)]
        paragraphs.append("\\\n".join(line for line in lines if line))
    return [paragraph for paragraph in paragraphs if paragraph.strip("*_~ ")]


def _around(inner: str, before: str, after: str | None) -> str:
    """Marks put directly around the text: a space inside of them would leave them as they are."""
    text = inner.strip(f" \t\r\n\u00a0{_BREAK}")
    if not text:
        return inner
    start = inner.index(text)
    return inner[:start] + before + text + (after or "") + inner[start + len(text) :]


def _row(cells: list[list[str]]) -> str:
    return (
        "| "
        + " | ".join(
            " ".join(cell).replace("\\\n", " ").replace("\n", " ").replace("|", r"\|")
            for cell in cells
        )
        + " |"
    )


def _prefixed(text: str, prefix: str) -> str:
    return "\n".join((prefix + line).rstrip() for line in text.split("\n"))


def _is_list(block: str) -> bool:
    return block.startswith(("- ", "1. "))


_SPECIAL: Final = re.compile(
    r"\\(?=[!-/:-@\[-`{-~])|`|(?<!\s)\*|\*(?!\s)|(?<!\w)_(?=\S)|(?<=\S)_(?!\w)"
    r"|<(?=[a-zA-Z/!?])|(?<=\])[(:]|~(?=~)"
    r"|&(?=#?\w{1,31};)"
)
_START: Final = re.compile(
    r"(?:#{1,6}(?=\s|$)|[-+*](?=\s|$)|>|=+$|-{2,}$|~{3}|(\d{1,9})([.)])(?=\s|$))"
)


def escape(text: str) -> str:
    """Signs that would mean something in Markdown, made to mean themselves; no more than needed."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def escape_start(line: str) -> str:
    match = _START.match(line)
    if match is None:
        return line
    at = match.start(2) if match[1] else 0
    return f"{line[:at]}\\{line[at:]}"


_HEADING: Final = re.compile(r"#{1,6}\s+\S")
_BULLET: Final = re.compile(r"[-*•·▪●◦‣]\s+")
_NUMBER: Final = re.compile(r"(\d{1,2})[.)]\s+")
_WRAPPED: Final = range(50, 121)  # a dump wrapped by its maker has lines of 72, 80 or 100 signs


def from_lines(lines: Iterable[str]) -> list[str]:
    """The blocks of one run of lines without a blank line between them."""
    groups = (
        (is_heading, list(group))
        for is_heading, group in groupby(lines, key=lambda line: bool(_HEADING.match(line)))
    )
    blocks = (
        map(_heading, group) if is_heading else _blocks_of(group) for is_heading, group in groups
    )
    return list(chain.from_iterable(blocks))


def _heading(line: str) -> str:
    """Some dumps are made as Markdown; level 1 is the item's title."""
    marks, text = line.split(maxsplit=1)
    return f"{'#' * max(2, len(marks))} {escape(text)}"


def _blocks_of(lines: list[str]) -> list[str]:
    blocks = (["\n".join(run)] if is_list else _joined(run) for run, is_list in _runs(lines))
    return list(chain.from_iterable(blocks))


def _runs(lines: list[str]) -> Iterator[tuple[list[str], bool]]:
    """Two items in a row are a list; one dash opens somebody's words, one number a name."""
    start = 0
    while start < len(lines):
        end, is_list = start + 1, _is_list_at(lines, start)
        if is_list:
            items = list(_items(lines, start))
            end = start + len(items)
            yield items, True
        else:
            while end < len(lines) and not _is_list_at(lines, end):
                end += 1
            yield [escape_start(escape(line)) for line in lines[start:end]], False
        start = end


def _is_list_at(lines: list[str], at: int) -> bool:
    return len(list(islice(_items(lines, at), 2))) > 1


def _items(lines: list[str], start: int) -> Iterator[str]:
    """The items of one list; whether it has bullets or numbers is decided by its first."""
    bulleted = bool(_BULLET.match(lines[start]))
    for number, line in enumerate(islice(lines, start, None), start=1):
        mark = (_BULLET if bulleted else _NUMBER).match(line)
        if mark is None or (not bulleted and int(mark[1]) != number):
            return
        yield ("- " if bulleted else f"{number}. ") + escape(line[mark.end() :])


def _joined(lines: list[str]) -> list[str]:
    if any(len(line) > _WRAPPED.stop for line in lines):
        return lines  # nobody wrapped these: every line is a paragraph
    if all(len(line) in _WRAPPED for line in lines[:-1]):
        return [" ".join(lines)]
    return ["\\\n".join(lines)]
